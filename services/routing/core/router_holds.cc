#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

/// From when on the customer counts as silent, if that is ever.
std::optional<TimePoint> Router::silent_from(const TicketState& ticket) const {
  const TimePoint since = ticket.special().quiet_since;
  const Duration after =
      settings_.channels[static_cast<std::size_t>(channel_of(ticket.charged_class))].idle_after;
  if (since == TimePoint{} || after <= Duration{0}) return std::nullopt;
  return since + after;
}

/// Everything that may be said of a ticket while its agent has it.
void Router::hear_of_held(TicketState& ticket, const Work& news) {
  const Particulars& before = ticket.special();
  if (before.hold != news.hold || before.hold_until != news.hold_until ||
      before.quiet_since != news.quiet_since) {
    const bool was_on_hold = before.hold != Hold::kNone;
    Particulars& special = ticket.make_special();
    special.hold = news.hold;
    special.hold_until = news.hold_until;
    special.quiet_since = news.quiet_since;
    special.hold_ending = false;
    const AgentState& agent = agents_[ticket.agent];
    const bool gone = !agent.known || agent.presence == Presence::kOffline;
    if (was_on_hold && special.hold == Hold::kNone && gone)
      take_tickets_back(ticket.agent, agent.id + " is offline");
    tend_held(ticket);
  }
  reweigh(ticket, news);
}

/// A look at a held ticket of which something may be due.
void Router::tend_held(TicketState& ticket) {
  const Particulars& special = ticket.special();
  if (!rebuilding_ && special.hold != Hold::kNone && special.hold_until <= now_ && !special.hold_ending) {
    ticket.make_special().hold_ending = true;
    effects_.emplace_back(EndHold{ticket.id.str(), special.hold_until});
  }
  if (!rebuilding_ && ticket.load == Load::kWaking && special.waking_until <= now_ &&
      !std::exchange(ticket.returning, true)) {
    effects_.emplace_back(ReturnTicket{ticket.id.str(), agents_[ticket.agent].id, ticket.assignment_token,
                                       "it is back, and its agent has had no room for too long"});
  }
  settle_load(ticket);
}

/// Its units are free while it is on hold that way, or its customer silent.
void Router::settle_load(TicketState& ticket) {
  const auto silent = silent_from(ticket);
  const bool free = ticket.special().hold == Hold::kFreesUnits || (silent && *silent <= now_);
  if (free && ticket.load != Load::kIdle) {
    forget_load(ticket);
    ticket.load = Load::kIdle;
    refresh(ticket.agent);
  } else if (!free && ticket.load == Load::kIdle) {
    come_back(ticket);
  }
  arm_held(ticket);
}

/// Before any new offer to its agent, but never on top of what they have.
void Router::come_back(TicketState& ticket) {
  AgentState& agent = agents_[ticket.agent];
  ticket.load = Load::kWaking;
  ticket.make_special().waking_until = now_ + settings_.waking_wait;
  agent.waking.push_back(&ticket);
  refresh(ticket.agent);
  // Offers that are not accepted yet make way for who is here already.
  if (ticket.load == Load::kWaking) withdraw_offers(ticket.agent, "a conversation of theirs is back");
}

/// One deadline for whatever is due of it next.
void Router::arm_held(TicketState& ticket) {
  clear_wake(ticket);
  const Particulars& special = ticket.special();
  TimePoint at = kNever;
  const auto consider = [&](TimePoint when) { at = std::min(at, when); };
  if (special.hold != Hold::kNone && !special.hold_ending) consider(special.hold_until);
  if (ticket.load == Load::kWaking && !ticket.returning) consider(special.waking_until);
  if (const auto silent = silent_from(ticket); silent && ticket.load != Load::kIdle) consider(*silent);
  if (at == kNever) return;
  ticket.wakes_at = at;
  deadlines_.insert({at, DeadlineKind::kHeldDue, ticket.id});
}

}  // namespace hark::routing
