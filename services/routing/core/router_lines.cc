#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

bool Router::wants_offers(const TicketState& ticket) const {
  if (ticket.standing == Standing::kAccepting || ticket.standing == Standing::kHeld) return false;
  if (ticket.offers.empty()) return true;
  if (ticket.special().departure) return false;
  const QueueRules& rules = queues_[ticket.queue].rules;
  if (static_cast<int>(ticket.offers.size()) >= rules.offers_at_once) return false;
  return rules.ring == RingPolicy::kAll || now_ >= ticket.next_ring_at;
}

/// Meets what the step in force asks for, or the ticket's own skills while it waits for certain agents.
bool Router::qualifies(const TicketState& ticket, AgentIndex index) const {
  const AgentState& agent = agents_[index];
  const std::vector<AgentIndex>& wanted = ticket.special().wanted;
  const bool wished = std::ranges::find(wanted, index) != wanted.end();
  if (wished && agent.known && meets(agent.skills, ticket.kind->required_skills)) return true;
  return lanes_.at(ticket.lane).agents.has(index);
}

bool Router::may_wait_for(const TicketState& ticket, AgentIndex index) const {
  const AgentState& agent = agents_[index];
  const bool paused = !agent.paused_queues.empty() && ticket.special().wish != Wish::kByName &&
                      agent.is_paused_by(queues_[ticket.queue].rules.id);
  return agent.known && !paused && agent.presence != Presence::kOffline &&
         agent.capacity >= ticket.kind->units && meets(agent.skills, ticket.kind->required_skills);
}

bool Router::wish_stands(const TicketState& ticket) const {
  const Particulars& special = ticket.special();
  return now_ < special.wanted_until &&
         std::ranges::any_of(special.wanted, [&](AgentIndex agent) { return may_wait_for(ticket, agent); });
}

/// Whom the ticket should wait for, if anyone: who was asked for by name, who holds other work of a live
/// customer, who knows the customer.
void Router::make_wish(TicketState& ticket) {
  const bool live = ticket.kind->channel == Channel::kChat || ticket.kind->channel == Channel::kPhone;
  const bool may_know_others = live && settings_.live_wait > Duration{0} && ticket.conversation_hash != 0;
  if (!ticket.is_special() && !may_know_others) return;
  Particulars& special = ticket.make_special();
  special.wish = Wish::kNone;
  special.wish_note.clear();
  special.wanted.clear();
  if (!special.wanted_agent_id.empty()) {
    // Being asked for by name is stronger than having declined before. At least a moment, so that one look is
    // taken.
    special.wish = special.wanted_had_it ? Wish::kHadIt : Wish::kByName;
    special.wanted = {intern(special.wanted_agent_id)};
    special.wanted_until = now_ + std::max(settings_.wanted_wait, Duration{1});
    std::erase(special.declined, special.wanted.front());
    return;
  }
  if (may_know_others) {
    held_by_conversation_.for_each(ticket.conversation_hash, [&](std::uint32_t number) {
      const TicketState& other = tickets_[number];
      if (other.conversation_id == ticket.conversation_id) special.wanted.push_back(other.agent);
    });
    std::ranges::sort(special.wanted, {}, [&](AgentIndex agent) { return agents_[agent].id; });
    special.wish = Wish::kLive;
    special.wanted_until = now_ + settings_.live_wait;
  }
  const Duration wait = queues_[ticket.queue].rules.affinity_wait;
  if (special.wanted.empty() && wait > Duration{0} && !special.preferred.empty()) {
    auto preferred = special.preferred;
    std::ranges::sort(preferred, [](const auto& a, const auto& b) {
      return std::tie(b.score, a.agent_id) < std::tie(a.score, b.agent_id);
    });
    if (preferred.size() > kPreferredAgentsMax) preferred.resize(kPreferredAgentsMax);
    for (const PreferredAgent& agent : preferred) special.wanted.push_back(intern(agent.agent_id));
    special.wish = Wish::kAffinity;
    special.wanted_until = now_ + wait;
  }
  std::erase_if(special.wanted, [&](AgentIndex agent) {
    return std::ranges::find(special.declined, agent) != special.declined.end();
  });
  if (special.wanted.empty()) special.wish = Wish::kNone;
}

/// Nobody is waited for any more.
void Router::drop_wish(TicketState& ticket) {
  if (ticket.special().wanted.empty()) return;
  Particulars& special = ticket.make_special();
  const AgentState& agent = agents_[special.wanted.front()];
  special.wish_note = "was meant for " + agent.id + ", who ";
  if (!agent.known)
    special.wish_note += "has no record";
  else if (agent.presence == Presence::kOffline)
    special.wish_note += "was offline";
  else if (!meets(agent.skills, ticket.kind->required_skills))
    special.wish_note += "lacks a required skill";
  else if (agent.capacity < ticket.kind->units)
    special.wish_note += "has too little capacity";
  else
    special.wish_note += "did not take it";
  special.wanted.clear();
  special.wish = Wish::kNone;
}

/// The ticket is in no line.
void Router::drop_wish_for(TicketState& ticket, AgentIndex agent) {
  if (!ticket.is_special()) return;
  std::vector<AgentIndex>& wanted = ticket.make_special().wanted;
  const auto at = std::ranges::find(wanted, agent);
  if (at == wanted.end()) return;
  if (wanted.size() == 1) return drop_wish(ticket);
  wanted.erase(at);
}

void Router::mark_dirty(TicketState& ticket) {
  if (!std::exchange(ticket.dirty, true)) dirty_tickets_.push_back(&ticket);
}

/// The ticket is in no line. It keeps its place; where that is follows from how long it has waited.
void Router::enter_line(TicketState& ticket) {
  if (ticket.standing == Standing::kAccepting || ticket.standing == Standing::kHeld) return;
  if (const QueueState& queue = queues_[ticket.queue];
      queue.closed && ticket.standing == Standing::kWaiting && !rebuilding_)
    overflow(ticket, queue.rules.closed_to, now_, "it is closed");
  if (rebuilding_ && ticket.plan->has_skips) return set_wake(ticket);
  follow_plan(ticket);
  if (departs(ticket)) return;
  if (ticket.special().rests_until > now_ || !wants_offers(ticket)) {
    set_wake(ticket);
    return;
  }
  ticket.in_line = true;
  if (wish_stands(ticket)) {
    ticket.in_reserved = true;
    for (const AgentIndex agent : ticket.special().wanted) agents_[agent].reserved.insert(ticket.key);
  } else {
    drop_wish(ticket);
    tend_declines(ticket);
    lanes_.insert(ticket.lane, ticket.key);
  }
  set_wake(ticket);
  if (!rebuilding_) mark_dirty(ticket);
}

void Router::leave_line(TicketState& ticket) {
  clear_wake(ticket);
  if (!std::exchange(ticket.in_line, false)) return;
  if (std::exchange(ticket.in_reserved, false)) {
    for (const AgentIndex agent : ticket.special().wanted) agents_[agent].reserved.erase(ticket.key);
  } else {
    lanes_.erase(ticket.lane, ticket.key);
  }
}

/// One deadline for whatever opens a door to a ticket without a holder, with nothing else happening.
void Router::set_wake(TicketState& ticket) {
  clear_wake(ticket);
  TimePoint at = kNever;
  // Whom steps find can be told only when everybody is.
  if (rebuilding_ && ticket.plan->has_skips) at = now_ + Duration{1};
  const auto consider = [&](TimePoint when) {
    if (when > now_) at = std::min(at, when);
  };
  if (ticket.is_special()) {
    const Particulars& special = ticket.special();
    consider(special.rests_until);
    if (ticket.in_reserved) consider(special.wanted_until);
    if (ticket.in_line && !ticket.in_reserved) consider(special.asked_again_at);
    for (const Miss& miss : special.misses) consider(miss.rests_until);
    for (const auto& [when, rule] : special.rechecks) consider(when);
  }
  const auto& stages = ticket.plan->stages;
  if (ticket.stage + 1 < stages.size()) consider(ticket.queue_since + stages[ticket.stage + 1].at);
  if (!ticket.offers.empty() && !ticket.in_line) {
    const QueueRules& rules = queues_[ticket.queue].rules;
    const bool rings = static_cast<int>(ticket.offers.size()) < rules.offers_at_once;
    if (rings && rules.ring == RingPolicy::kProgressive) consider(ticket.next_ring_at);
  }
  if (at == kNever) return;
  ticket.wakes_at = at;
  deadlines_.insert({at, DeadlineKind::kTicketWakes, ticket.id});
}

void Router::clear_wake(TicketState& ticket) {
  if (ticket.wakes_at == kNever) return;
  const auto kind = ticket.standing == Standing::kHeld ? DeadlineKind::kHeldDue : DeadlineKind::kTicketWakes;
  deadlines_.erase({std::exchange(ticket.wakes_at, kNever), kind, ticket.id});
}

}  // namespace hark::routing
