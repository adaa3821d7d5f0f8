// Who declined a ticket, and when they are asked again.
#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

void Router::note_decline(TicketState& ticket, AgentIndex agent) {
  Particulars& special = ticket.make_special();
  special.declined.push_back(agent);
  special.asked_again_at = now_ + pause_before_asking_again(ticket);
}

/// Doubled each time that all of them were asked again.
Duration Router::pause_before_asking_again(const TicketState& ticket) const {
  const int doublings = std::min(ticket.special().asked_again, 20);
  return std::min(settings_.declined_again * (1 << doublings),
                  std::max(settings_.declined_again, settings_.declined_again_max));
}

/// Whoever sent the ticket back or away, as its news say it, has declined it as well.
void Router::hear_of_declines(TicketState& ticket) {
  if (ticket.special().news_of_declines_spent) return;
  for (const std::string& id : ticket.special().declined_by) {
    const AgentIndex agent = intern(id);
    const std::vector<AgentIndex>& declined = ticket.special().declined;
    if (std::ranges::find(declined, agent) == declined.end()) note_decline(ticket, agent);
  }
}

/// Of those whom the step in force asks for, nobody is available who has not declined it.
bool Router::nobody_is_left(const TicketState& ticket) const {
  const Bits& lane = lanes_.at(ticket.lane).agents;
  const std::vector<AgentIndex>& declined = ticket.special().declined;
  bool nobody = true;
  for_each_in_both(lane, lane, [&](AgentIndex index) {
    const AgentState& agent = agents_[index];
    const bool there = agent.presence == Presence::kAvailable && agent.connections > 0 &&
                       (agent.channels & mask_of(ticket.kind->channel)) != 0;
    nobody = !there || std::ranges::find(declined, index) != declined.end();
    return nobody;
  });
  return nobody;
}

/// Of those, somebody is available.
bool Router::all_have_declined(const TicketState& ticket) const {
  if (ticket.standing != Standing::kWaiting || !ticket.plan || ticket.in_reserved) return false;
  const std::vector<AgentIndex>& declined = ticket.special().declined;
  const bool somebody = std::ranges::any_of(declined, [&](AgentIndex index) {
    const AgentState& agent = agents_[index];
    return agent.presence == Presence::kAvailable && agent.connections > 0 &&
           lanes_.at(ticket.lane).agents.has(index);
  });
  return somebody && nobody_is_left(ticket);
}

/// Declines are forgotten when there is nobody left to ask; who comes back meanwhile is asked as well.
void Router::tend_declines(TicketState& ticket) {
  if (settings_.declined_again <= Duration{0} || ticket.special().declined.empty()) return;
  Particulars& special = ticket.make_special();
  if (special.asked_again_at > now_ || rebuilding_) return;
  if (!nobody_is_left(ticket)) {
    special.asked_again_at = now_ + pause_before_asking_again(ticket);
    return;
  }
  ++special.asked_again;
  special.declined.clear();
  special.news_of_declines_spent = true;
  effects_.emplace_back(DeclinesForgotten{ticket.id.str()});
}

std::string Router::explain_declines(const TicketState& ticket) const {
  std::string who;
  for (const AgentIndex index : ticket.special().declined)
    (who += who.empty() ? "" : ", ") += agents_[index].id;
  const auto seconds = std::to_string(pause_before_asking_again(ticket).count() / 1000);
  return "everybody who is available has declined it (" + who + "); " +
         (settings_.declined_again > Duration{0}
              ? "they are asked again " + seconds + " s after the last of them"
              : "nobody is asked again, it waits for somebody else");
}

}  // namespace hark::routing
