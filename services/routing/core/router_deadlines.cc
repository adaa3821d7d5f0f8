#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

/// No more than an input's share: what is left over is next_deadline(), at once.
void Router::expire() {
  const std::size_t plans = plans_made_;
  for (int n = 0; n < kDeadlinesPerInputMax && !deadlines_.empty() && deadlines_.begin()->at <= now_; ++n) {
    if (plans_made_ - plans >= kPlansPerInputMax || moved_in_lanes_ >= kRulesShare) break;
    const Deadline due = *deadlines_.begin();
    deadlines_.erase(due);
    act_on(due);
  }
}

void Router::act_on(const Deadline& due) {
  switch (due.kind) {
    case DeadlineKind::kOfferExpires: {
      const auto [ticket, standing] = find_offer(due.id);
      offer_ran_out(*ticket, standing->agent);
      break;
    }
    case DeadlineKind::kAgentGone:
      agent_is_gone(agents_[find_agent(due.id)]);
      break;
    case DeadlineKind::kWrapUpEnds:
      end_wrap_up(find_agent(due.id));
      break;
    case DeadlineKind::kAgentRested: {
      const AgentIndex index = find_agent(due.id);
      agents_[index].rests_until.reset();
      refresh(index);
      break;
    }
    case DeadlineKind::kTicketWakes: {
      TicketState& ticket = *find_ticket(due.id);
      ticket.wakes_at = kNever;
      leave_line(ticket);
      enter_line(ticket);
      break;
    }
    case DeadlineKind::kHeldDue: {
      TicketState& ticket = *find_ticket(due.id);
      ticket.wakes_at = kNever;
      tend_held(ticket);
      break;
    }
    case DeadlineKind::kQueueEmpty: {
      const auto queue = queue_index_.find(due.id);
      if (queue == queue_index_.end()) break;
      queues_[queue->second].empties_at.reset();
      empty_queue(queue->second);
      break;
    }
    case DeadlineKind::kQueueClears: {
      const auto queue = queue_index_.find(due.id);
      if (queue == queue_index_.end()) break;
      queues_[queue->second].clears_at.reset();
      clear_closed(queue->second);
      break;
    }
  }
}

void Router::offer_ran_out(TicketState& ticket, AgentIndex index) {
  AgentState& agent = agents_[index];
  const TimePoint offered_at = offer_to(ticket, index)->offered_at;
  const QueueIndex queue = ticket.queue;
  // Offers that stood together and run out one after the other are one absence.
  if (agent.missed_in_row == 0 || offered_at >= agent.last_miss) {
    ++agent.missed_in_row;
    agent.last_miss = now_;
  }
  std::vector<Miss>& misses = ticket.make_special().misses;
  auto miss = std::ranges::find(misses, index, &Miss::agent);
  if (miss == misses.end()) miss = misses.insert(miss, Miss{index, 0, {}});
  const int doublings = std::min(miss->count++, 20);
  miss->rests_until =
      now_ + std::min(settings_.rest_after_miss * (1 << doublings), settings_.rest_after_miss_max);

  leave_line(ticket);
  drop_wish_for(ticket, index);
  if (const auto pause = settings_.rest_after_decline.find(kMissedCode);
      pause != settings_.rest_after_decline.end())
    rest(index, pause->second);
  end_offer(ticket, index, OfferEnd::kMissed,
            "not answered within " + std::to_string((now_ - offered_at).count() / 1000) + " s");
  mark_idle(agent);
  refresh(index);
  enter_line(ticket);

  const int limit = settings_.missed_offers_until_away;
  if (limit > 0 && agent.missed_in_row >= limit && agent.presence == Presence::kAvailable) {
    const int missed = agent.missed_in_row;
    set_presence(index, Presence::kAway, agent.channels,
                 "let " + std::to_string(missed) + " offers in a row run out", missed);
  } else {
    count_queue_miss(index, queues_[queue].rules, offered_at);
  }
}

void Router::agent_is_gone(AgentState& agent) {
  agent.gone_at.reset();
  set_presence(intern(agent.id), Presence::kOffline, agent.channels,
               "no session for " + std::to_string(settings_.disconnect_grace.count() / 1000) + " s");
}

}  // namespace hark::routing
