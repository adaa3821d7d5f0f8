#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

void Router::expire() {
  while (!deadlines_.empty() && deadlines_.begin()->at <= now_) {
    const Deadline due = deadlines_.extract(deadlines_.begin()).value();
    switch (due.kind) {
      case DeadlineKind::kOfferExpires:
        offer_ran_out(*offers_.at(due.id));
        break;
      case DeadlineKind::kAgentGone:
        agent_is_gone(agents_[agent_index_.find(due.id)->second]);
        break;
      case DeadlineKind::kWrapUpEnds:
        end_wrap_up(agent_index_.find(due.id)->second);
        break;
      case DeadlineKind::kTicketWakes: {
        TicketState& ticket = *find_ticket(due.id);
        ticket.wakes_at.reset();
        leave_line(ticket);
        enter_line(ticket);
        break;
      }
    }
  }
}

void Router::offer_ran_out(TicketState& ticket) {
  const AgentIndex index = ticket.agent;
  AgentState& agent = agents_[index];
  // Offers that stood together and run out one after the other are one absence.
  if (agent.missed_in_row == 0 || ticket.offer.offered_at >= agent.last_miss) {
    ++agent.missed_in_row;
    agent.last_miss = now_;
  }
  auto miss = std::find_if(ticket.misses.begin(), ticket.misses.end(),
                           [&](const Miss& m) { return m.agent == index; });
  if (miss == ticket.misses.end()) miss = ticket.misses.insert(miss, Miss{index, 0, {}});
  const int doublings = std::min(miss->count++, 20);
  miss->rests_until =
      now_ + std::min(settings_.rest_after_miss * (1 << doublings), settings_.rest_after_miss_max);

  if (ticket.wanted == index) drop_wish(ticket);
  end_offer(ticket, OfferEnd::kMissed,
            "not answered within " + std::to_string((now_ - ticket.offer.offered_at).count() / 1000) + " s");
  mark_idle(agent);
  enter_line(ticket);

  const int limit = settings_.missed_offers_until_away;
  if (limit > 0 && agent.missed_in_row >= limit && agent.presence == Presence::kAvailable) {
    set_presence(index, Presence::kAway,
                 "let " + std::to_string(agent.missed_in_row) + " offers in a row run out");
  }
}

void Router::agent_is_gone(AgentState& agent) {
  agent.gone_at.reset();
  set_presence(intern(agent.id), Presence::kOffline,
               "no session for " + std::to_string(settings_.disconnect_grace.count() / 1000) + " s");
}

}  // namespace hark::routing
