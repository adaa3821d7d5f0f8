#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

WaitKey key_of(TicketState& ticket) {
  return {ticket.work.priority, ticket.work.waiting_since, ticket.id, &ticket};
}

std::int64_t version_queued(std::int64_t token) { return 2 * token + 1; }
std::int64_t version_assigned(std::int64_t token) { return 2 * token; }

Work made_regular(Work work) {
  work.required_skills = normalised(std::move(work.required_skills));
  work.units = std::clamp(work.units, 1, kCapacityUnitsMax);
  return work;
}

}  // namespace

TicketState* Router::find_ticket(const std::string& id) {
  const auto found = tickets_.find(id);
  return found == tickets_.end() ? nullptr : &found->second;
}

TicketState& Router::make_ticket(const Work& work) {
  const auto [at, inserted] = tickets_.try_emplace(work.ticket_id);
  HARK_CHECK(inserted);
  at->second.id = at->first;
  return at->second;
}

void Router::erase_ticket(TicketState& ticket) {
  std::erase(dirty_tickets_, &ticket);
  tickets_.erase(std::string{ticket.id});
}

/// Takes on what is said of a ticket that is in no line.
void Router::take_over(TicketState& ticket, const Work& work) {
  const int units = ticket.work.units;
  ticket.work = work;
  // What an agent has reserved does not change under them.
  if (ticket.standing != Standing::kWaiting) ticket.work.units = units;
  for (const std::string& id : work.declined_by) {
    const AgentIndex agent = intern(id);
    if (std::find(ticket.declined.begin(), ticket.declined.end(), agent) == ticket.declined.end()) {
      ticket.declined.push_back(agent);
    }
  }
  ticket.wish_note.clear();
  ticket.wanted = kNoAgent;
  if (work.wanted_agent_id.empty()) return;
  // Being asked for by name is stronger than having declined before. At least a moment, so that one look is
  // taken.
  ticket.wanted = intern(work.wanted_agent_id);
  ticket.wanted_until = now_ + std::max(settings_.wanted_wait, Duration{1});
  std::erase(ticket.declined, ticket.wanted);
}

bool Router::offer_still_fits(const TicketState& ticket, const Work& old) const {
  return ticket.work.required_skills == old.required_skills &&
         ticket.work.wanted_agent_id == old.wanted_agent_id &&
         std::find(ticket.declined.begin(), ticket.declined.end(), ticket.agent) == ticket.declined.end();
}

void Router::on(const TicketQueued& in) {
  const Work work = made_regular(in.work);
  TicketState* known = find_ticket(work.ticket_id);
  const auto version = version_queued(work.assignment_token);
  if (!known) {
    TicketState& ticket = make_ticket(work);
    ticket.version = version;
    take_over(ticket, work);
    enter_line(ticket);
    return;
  }
  TicketState& ticket = *known;
  if (version < ticket.version || (version == ticket.version && work == ticket.work)) return;
  const bool newer = version > ticket.version;
  ticket.version = version;
  const Work old = ticket.work;
  switch (ticket.standing) {
    case Standing::kWaiting:
      leave_line(ticket);
      take_over(ticket, work);
      enter_line(ticket);
      return;
    case Standing::kHeld:
      release(ticket);
      ticket.standing = Standing::kWaiting;
      take_over(ticket, work);
      enter_line(ticket);
      return;
    case Standing::kOffered:
      take_over(ticket, work);
      if (offer_still_fits(ticket, old)) return;
      end_offer(ticket, OfferEnd::kWithdrawn, "the ticket was passed on or needs other skills now");
      enter_line(ticket);
      return;
    case Standing::kAccepting:
      take_over(ticket, work);
      if (!newer) return;  // the assignment under way decides
      end_offer(ticket, OfferEnd::kWithdrawn, "the ticket has moved on");
      enter_line(ticket);
      return;
  }
}

void Router::on(const TicketAssigned& in) {
  TicketState* known = find_ticket(in.work.ticket_id);
  const AgentIndex agent = intern(in.agent_id);
  const auto token = in.work.assignment_token;
  if (!known) {
    TicketState& ticket = make_ticket(in.work);
    take_over(ticket, made_regular(in.work));
    hold(ticket, agent, token);
    return;
  }
  TicketState& ticket = *known;
  if (version_assigned(token) < ticket.version) return;
  switch (ticket.standing) {
    case Standing::kHeld:
      if (version_assigned(token) == ticket.version) return;
      release(ticket);
      break;
    case Standing::kWaiting:
      leave_line(ticket);
      break;
    case Standing::kOffered:
    case Standing::kAccepting: {
      const bool ours = ticket.standing == Standing::kAccepting && ticket.agent == agent;
      end_offer(ticket, ours ? OfferEnd::kAssigned : OfferEnd::kWithdrawn,
                ours ? "accepted" : "assigned to " + in.agent_id + " meanwhile", token);
      break;
    }
  }
  hold(ticket, agent, token);
}

void Router::on(const TicketClosed& in) {
  TicketState* ticket = find_ticket(in.ticket_id);
  if (!ticket) return;
  switch (ticket->standing) {
    case Standing::kWaiting:
      leave_line(*ticket);
      break;
    case Standing::kOffered:
    case Standing::kAccepting:
      end_offer(*ticket, OfferEnd::kWithdrawn, "the ticket is resolved");
      break;
    case Standing::kHeld: {
      const AgentIndex holder = ticket->agent;
      release(*ticket);
      begin_wrap_up(holder);
      break;
    }
  }
  erase_ticket(*ticket);
}

void Router::refuse_offer(std::string_view offer_id, std::string_view agent_id, const TicketState* ticket) {
  const std::string name = "offer '" + std::string{offer_id.substr(0, 64)} + "'";
  if (ticket) {
    effects_.emplace_back(
        Refused{Reason::kOfferNotFound, name + " is not " + std::string{agent_id.substr(0, 64)} + "'s"});
  } else if (const auto ended = ended_.find(std::string{offer_id}); ended != ended_.end()) {
    effects_.emplace_back(Refused{Reason::kOfferExpired,
                                  name + " no longer stands: " + std::string{name_of(ended->second.how)}});
  } else {
    effects_.emplace_back(Refused{Reason::kOfferNotFound, "there is no " + name});
  }
}

void Router::on(const OfferAccepted& in) {
  const auto found = offers_.find(in.offer_id);
  TicketState* ticket = found == offers_.end() ? nullptr : found->second;
  if (!ticket || ticket->offer.agent_id != in.agent_id) {
    const auto ended = ended_.find(in.offer_id);
    if (!ticket && ended != ended_.end() && ended->second.how == OfferEnd::kAssigned &&
        ended->second.agent_id == in.agent_id) {
      effects_.emplace_back(
          AcceptRepeated{in.offer_id, ended->second.ticket_id, in.agent_id, ended->second.assignment_token});
    } else {
      refuse_offer(in.offer_id, in.agent_id, ticket);
    }
    return;
  }
  if (rebuilding_) {
    effects_.emplace_back(Refused{Reason::kNotLeader, "routing is starting; try again in a moment"});
    return;
  }
  if (ticket->standing == Standing::kAccepting) {
    effects_.emplace_back(AcceptRepeated{in.offer_id, std::string{ticket->id}, in.agent_id, 0});
    return;
  }
  ticket->standing = Standing::kAccepting;
  deadlines_.erase({ticket->offer.expires_at, DeadlineKind::kOfferExpires, ticket->offer.id});
  agents_[ticket->agent].missed_in_row = 0;
  effects_.emplace_back(AssignTicket{in.offer_id, std::string{ticket->id}, in.agent_id});
}

void Router::on(const OfferDeclined& in) {
  const auto found = offers_.find(in.offer_id);
  TicketState* ticket = found == offers_.end() ? nullptr : found->second;
  if (!ticket || ticket->offer.agent_id != in.agent_id) {
    // Declining what no longer stands has what it wants.
    const auto ended = ended_.find(in.offer_id);
    if (ticket || ended == ended_.end() || ended->second.agent_id != in.agent_id ||
        ended->second.how == OfferEnd::kAssigned) {
      refuse_offer(in.offer_id, in.agent_id, ticket);
    }
    return;
  }
  if (ticket->standing == Standing::kAccepting) {
    effects_.emplace_back(Refused{Reason::kOfferExpired, "offer '" + in.offer_id + "' has been accepted"});
    return;
  }
  const AgentIndex agent = ticket->agent;
  agents_[agent].missed_in_row = 0;
  ticket->declined.push_back(agent);
  if (ticket->wanted == agent) drop_wish(*ticket);
  end_offer(*ticket, OfferEnd::kDeclined, "declined by " + in.agent_id);
  enter_line(*ticket);
}

void Router::on(const AssignmentConfirmed& in) {
  const auto found = offers_.find(in.offer_id);
  if (found == offers_.end() || found->second->standing != Standing::kAccepting)
    return;  // the log was faster
  TicketState& ticket = *found->second;
  const AgentIndex agent = ticket.agent;
  end_offer(ticket, OfferEnd::kAssigned, "accepted", in.assignment_token);
  hold(ticket, agent, in.assignment_token);
}

void Router::on(const AssignmentRefused& in) {
  const auto found = offers_.find(in.offer_id);
  if (found == offers_.end() || found->second->standing != Standing::kAccepting) return;
  TicketState& ticket = *found->second;
  end_offer(ticket, OfferEnd::kWithdrawn, "could not be assigned: " + in.why);
  // Most refusals are news that the log is about to bring; until then it must not go round in circles.
  const int doublings = std::min(ticket.refusals++, 20);
  ticket.rests_until =
      now_ + std::min(settings_.rest_after_refusal * (1 << doublings), settings_.rest_after_refusal_max);
  enter_line(ticket);
}

bool Router::wish_stands(const TicketState& ticket) const {
  if (ticket.wanted == kNoAgent || now_ >= ticket.wanted_until) return false;
  const AgentState& agent = agents_[ticket.wanted];
  return agent.known && agent.presence != Presence::kOffline && agent.capacity >= ticket.work.units &&
         meets(agent.skills, ticket.work.required_skills);
}

void Router::drop_wish(TicketState& ticket) {
  if (ticket.wanted == kNoAgent) return;
  const AgentState& agent = agents_[ticket.wanted];
  ticket.wish_note = "was meant for " + std::string{agent.id} + ", who ";
  if (!agent.known)
    ticket.wish_note += "has no record";
  else if (agent.presence == Presence::kOffline)
    ticket.wish_note += "was offline";
  else if (!meets(agent.skills, ticket.work.required_skills))
    ticket.wish_note += "lacks a required skill";
  else if (agent.capacity < ticket.work.units)
    ticket.wish_note += "has too little capacity";
  else
    ticket.wish_note += "did not take it";
  ticket.wanted = kNoAgent;
}

void Router::enter_line(TicketState& ticket) {
  ticket.standing = Standing::kWaiting;
  ticket.agent = kNoAgent;
  if (ticket.rests_until > now_) {
    set_wake(ticket);
    return;
  }
  ticket.in_line = true;
  if (wish_stands(ticket)) {
    ticket.reserved_for = ticket.wanted;
    agents_[ticket.wanted].reserved.insert(key_of(ticket));
  } else {
    drop_wish(ticket);
    const auto [lane, is_new] = lanes_.find_or_make(ticket.work.required_skills, ticket.work.units);
    if (is_new) {
      for (AgentState& agent : agents_)
        agent.lanes.put(lane, agent.known && meets(agent.skills, lanes_.at(lane).skills));
    }
    ticket.lane = lane;
    lanes_.insert(lane, key_of(ticket));
  }
  set_wake(ticket);
  if (!rebuilding_) dirty_tickets_.push_back(&ticket);
}

void Router::leave_line(TicketState& ticket) {
  clear_wake(ticket);
  if (!std::exchange(ticket.in_line, false)) return;
  if (ticket.reserved_for != kNoAgent) {
    agents_[ticket.reserved_for].reserved.erase(key_of(ticket));
    ticket.reserved_for = kNoAgent;
  } else {
    lanes_.erase(ticket.lane, key_of(ticket));
  }
}

/// One deadline for whatever opens a door to a waiting ticket without anything else happening.
void Router::set_wake(TicketState& ticket) {
  clear_wake(ticket);
  std::optional<TimePoint> at;
  const auto consider = [&](TimePoint when) {
    if (when > now_ && (!at || when < *at)) at = when;
  };
  consider(ticket.rests_until);
  if (ticket.reserved_for != kNoAgent) consider(ticket.wanted_until);
  for (const Miss& miss : ticket.misses) consider(miss.rests_until);
  if (!at) return;
  ticket.wakes_at = at;
  deadlines_.insert({*at, DeadlineKind::kTicketWakes, std::string{ticket.id}});
}

void Router::clear_wake(TicketState& ticket) {
  if (!ticket.wakes_at) return;
  deadlines_.erase({*ticket.wakes_at, DeadlineKind::kTicketWakes, std::string{ticket.id}});
  ticket.wakes_at.reset();
}

/// The ticket is in no line.
void Router::put_offer(TicketState& ticket, AgentIndex index, Offer offer) {
  AgentState& agent = agents_[index];
  ticket.standing = Standing::kOffered;
  ticket.agent = index;
  ticket.offer = std::move(offer);
  ticket.mark_before_offer = agent.idle;
  mark_idle(agent);
  ticket.mark_at_offer = agent.idle;
  agent.offered.push_back(&ticket);
  offers_.emplace(ticket.offer.id, &ticket);
  deadlines_.insert({ticket.offer.expires_at, DeadlineKind::kOfferExpires, ticket.offer.id});
  refresh(index);
}

/// Leaves the ticket in no line and with no one: the caller says where it goes.
void Router::end_offer(TicketState& ticket, OfferEnd how, std::string why, std::int64_t assignment_token) {
  const AgentIndex index = ticket.agent;
  AgentState& agent = agents_[index];
  const Offer& offer = ticket.offer;
  deadlines_.erase({offer.expires_at, DeadlineKind::kOfferExpires, offer.id});
  std::erase(agent.offered, &ticket);
  offers_.erase(offer.id);
  const bool blameless = how == OfferEnd::kDeclined || how == OfferEnd::kWithdrawn;
  if (blameless && agent.idle == ticket.mark_at_offer) agent.idle = ticket.mark_before_offer;
  ended_.emplace(offer.id, Ended{how, std::string{ticket.id}, offer.agent_id, assignment_token});
  ended_order_.push_back(offer.id);
  if (ended_order_.size() > kEndedOffersMax) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
  effects_.emplace_back(OfferEnded{offer.id, std::string{ticket.id}, offer.agent_id, how, std::move(why)});
  ticket.standing = Standing::kWaiting;
  ticket.agent = kNoAgent;
  refresh(index);
}

/// The ticket is in no line and not offered.
void Router::hold(TicketState& ticket, AgentIndex index, std::int64_t assignment_token) {
  AgentState& agent = agents_[index];
  ticket.standing = Standing::kHeld;
  ticket.agent = index;
  ticket.work.assignment_token = assignment_token;
  ticket.version = version_assigned(assignment_token);
  ticket.misses.clear();
  ticket.wanted = kNoAgent;
  ticket.refusals = 0;
  ticket.rests_until = {};
  ticket.returning = false;
  agent.held.push_back(&ticket);
  ++held_count_;
  mark_idle(agent);
  refresh(index);
  withdraw_misfits(index);
  if (!agent.known || agent.presence == Presence::kOffline) {
    take_tickets_back(index, std::string{agent.id} + " is offline");
  }
}

/// Leaves the ticket in no line and with no one.
void Router::release(TicketState& ticket) {
  const AgentIndex index = ticket.agent;
  std::erase(agents_[index].held, &ticket);
  --held_count_;
  ticket.agent = kNoAgent;
  ticket.standing = Standing::kWaiting;
  mark_idle(agents_[index]);
  refresh(index);
}

}  // namespace hark::routing
