#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::int64_t version_queued(std::int64_t token) { return 2 * token + 1; }
std::int64_t version_assigned(std::int64_t token) { return 2 * token; }

/// Within the limits, its skills in order.
bool is_regular(const Work& work) {
  const bool within = work.units >= 1 && work.units <= kCapacityUnitsMax &&
                      work.priority >= -Router::kPriorityMax && work.priority <= Router::kPriorityMax &&
                      static_cast<std::size_t>(work.channel) < kChannels && work.steps.size() <= kStepsMax;
  return within && std::ranges::adjacent_find(work.required_skills, std::ranges::greater_equal{},
                                              &Skill::name) == work.required_skills.end();
}

Work made_regular(Work work) {
  work.required_skills = normalised(std::move(work.required_skills));
  work.units = std::clamp(work.units, 1, kCapacityUnitsMax);
  work.priority = std::clamp(work.priority, -Router::kPriorityMax, Router::kPriorityMax);
  if (static_cast<std::size_t>(work.channel) >= kChannels) work.channel = Channel::kUnspecified;
  if (work.steps.size() > kStepsMax) work.steps.resize(kStepsMax);
  return work;
}

/// What is said of held tickets alone.
Work without_pauses(Work work) {
  work.hold = Hold::kNone;
  work.hold_until = work.quiet_since = {};
  return work;
}

bool has_pauses(const Work& work) {
  return work.hold != Hold::kNone || work.hold_until != TimePoint{} || work.quiet_since != TimePoint{};
}

/// Whether the news say of the ticket what is known already.
bool says_the_same(const Work& work, const TicketState& ticket) {
  const Particulars& special = ticket.special();
  return ticket.conversation_id == work.conversation_id && ticket.waiting_since == work.waiting_since &&
         ticket.priority == work.priority && ticket.assignment_token == work.assignment_token &&
         ticket.queued_since == work.queued_since && ticket.virtual_start == work.virtual_start &&
         ticket.due == work.due && special.wanted_agent_id == work.wanted_agent_id &&
         special.declined_by == work.declined_by && special.preferred == work.preferred &&
         special.visits == work.visits && special.left_before == work.queues_left && ticket.kind->is_of(work);
}

bool asks_the_same(const Work& work, const TicketState& ticket) {
  return work.required_skills == ticket.kind->required_skills && work.steps == ticket.kind->steps &&
         work.wanted_agent_id == ticket.special().wanted_agent_id;
}

}  // namespace

TicketState* Router::find_ticket(std::string_view id, std::uint32_t hash) {
  const std::uint32_t found = ticket_by_id_.find(hash, [&](auto n) {
    tickets_.prefetch(n);
    return tickets_[n].id == id;
  });
  return found == HashIndex::kNone ? nullptr : &tickets_[found];
}

const TicketState* Router::find_ticket(std::string_view id) const {
  const std::uint32_t found =
      ticket_by_id_.find(HashIndex::hash_of(id), [&](auto n) { return tickets_[n].id == id; });
  return found == HashIndex::kNone ? nullptr : &tickets_[found];
}

TicketState& Router::make_ticket(std::string_view id, std::uint32_t hash) {
  const auto [number, ticket] = tickets_.make();
  ticket->id = id;
  ticket->number = number;
  ticket->hash = hash;
  ticket_by_id_.insert(ticket->hash, number);
  return *ticket;
}

void Router::erase_ticket(TicketState& ticket) {
  leave_queue(ticket);
  if (ticket.dirty) std::erase(dirty_tickets_, &ticket);
  kinds_.unuse(ticket.kind);
  ticket_by_id_.erase(ticket.hash, ticket.number);
  tickets_.destroy(ticket.number);
}

/// Notes down what is said; what follows from it is for the caller.
void Router::note(TicketState& ticket, const Work& work, WorkKind* kind) {
  if (ticket.kind) kinds_.unuse(ticket.kind);
  ticket.kind = kind;
  ticket.conversation_id = work.conversation_id;
  // Zero says that it has none.
  ticket.conversation_hash = work.conversation_id.empty() ? 0 : HashIndex::hash_of(work.conversation_id) | 1U;
  ticket.waiting_since = work.waiting_since;
  ticket.priority = work.priority;
  ticket.assignment_token = work.assignment_token;
  ticket.queued_since = work.queued_since;
  ticket.virtual_start = work.virtual_start;
  ticket.due = work.due;
  const bool special = !work.wanted_agent_id.empty() || !work.declined_by.empty() ||
                       !work.preferred.empty() || work.visits || !work.queues_left.empty();
  if (!special && !ticket.is_special()) return;
  Particulars& particulars = ticket.make_special();
  if (particulars.wanted_agent_id != work.wanted_agent_id) particulars.wanted_had_it = false;
  particulars.wanted_agent_id = work.wanted_agent_id;
  if (particulars.declined_by != work.declined_by) particulars.news_of_declines_spent = false;
  particulars.declined_by = work.declined_by;
  particulars.preferred = work.preferred;
  particulars.visits = work.visits;
  particulars.left_before = work.queues_left;
}

void Router::stand(TicketState& ticket, Standing standing) {
  if (ticket.plan) {
    queues_[ticket.queue].offered +=
        (standing != Standing::kWaiting) - (ticket.standing != Standing::kWaiting);
  }
  ticket.standing = standing;
}

/// Takes on what is said of a ticket that is in no line. It stays in the queue where it is if nothing that
/// queues go by has changed.
void Router::take_over(TicketState& ticket, const Work& work) {
  WorkKind* kind = kinds_.use(work);
  const bool stays = ticket.plan != nullptr && work.visits == ticket.special().visits &&
                     queue_for(*kind) == queue_for(*ticket.kind);
  const QueueIndex queue = ticket.queue;
  const TimePoint since = ticket.queue_since;
  const auto left = ticket.special().queues_left;
  leave_queue(ticket);
  note(ticket, work, kind);
  hear_of_declines(ticket);
  if (stays) {
    if (!left.empty()) ticket.make_special().queues_left = left;
    enter_queue(ticket, queue, since);
  } else {
    enter_first_queue(ticket);
  }
  make_wish(ticket);
}

/// Whether its offers may stand after news that ask for the same.
bool Router::offers_still_fit(const TicketState& ticket) {
  const std::vector<AgentIndex>& declined = ticket.special().declined;
  return std::ranges::none_of(ticket.offers, [&](const StandingOffer& offer) {
    return std::ranges::find(declined, offer.agent) != declined.end();
  });
}

void Router::on(const TicketQueued& in) {
  std::optional<Work> regular;
  if (!is_regular(in.work) || has_pauses(in.work)) regular = made_regular(without_pauses(in.work));
  const Work& work = regular ? *regular : in.work;
  const std::uint32_t hash = HashIndex::hash_of(work.ticket_id);
  TicketState* known = find_ticket(work.ticket_id, hash);
  const auto version = version_queued(work.assignment_token);
  if (!known) {
    TicketState& ticket = make_ticket(work.ticket_id, hash);
    ticket.version = version;
    take_over(ticket, work);
    enter_line(ticket);
    return;
  }
  TicketState& ticket = *known;
  if (version < ticket.version || (version == ticket.version && says_the_same(work, ticket))) return;
  const bool newer = version > ticket.version;
  ticket.version = version;
  bool same = false;
  switch (ticket.standing) {
    case Standing::kHeld:
      if (ticket.returning && work.wanted_agent_id == agents_[ticket.agent].id) {
        ticket.make_special().wanted_agent_id = work.wanted_agent_id;
        ticket.make_special().wanted_had_it = true;
      }
      release(ticket);
      break;
    case Standing::kWaiting:
      leave_line(ticket);
      break;
    case Standing::kOffered: {
      leave_line(ticket);
      same = asks_the_same(work, ticket);
      take_over(ticket, work);
      if (!same || !offers_still_fit(ticket)) {
        end_offers(ticket, OfferEnd::kWithdrawn, "the ticket was passed on or needs other skills now");
      }
      const bool weighs_else = charge_anew(ticket);
      enter_line(ticket);
      if (weighs_else) withdraw_misfits_beside(ticket);
      return;
    }
    case Standing::kAccepting:
      take_over(ticket, work);
      if (charge_anew(ticket)) withdraw_misfits_beside(ticket);
      if (!newer) return;  // the assignment under way decides
      end_offers(ticket, OfferEnd::kWithdrawn, "the ticket has moved on");
      enter_line(ticket);
      return;
  }
  take_over(ticket, work);
  enter_line(ticket);
}

void Router::on(const TicketAssigned& in) {
  TicketState* known = find_ticket(in.work.ticket_id);
  const AgentIndex agent = intern(in.agent_id);
  const auto token = in.work.assignment_token;
  if (!known) {
    TicketState& ticket = make_ticket(in.work.ticket_id, HashIndex::hash_of(in.work.ticket_id));
    const Work work = made_regular(in.work);
    note(ticket, work, kinds_.use(work));
    hold(ticket, agent, token);
    hear_of_held(ticket, in.work);
    return;
  }
  TicketState& ticket = *known;
  if (version_assigned(token) < ticket.version) return;
  switch (ticket.standing) {
    case Standing::kHeld:
      if (version_assigned(token) == ticket.version) return hear_of_held(ticket, in.work);
      release(ticket);
      break;
    case Standing::kWaiting:
      leave_line(ticket);
      break;
    case Standing::kOffered:
    case Standing::kAccepting: {
      leave_line(ticket);
      if (ticket.standing == Standing::kAccepting && ticket.agent == agent) {
        take_offer_off(ticket, agent, OfferEnd::kAssigned, "accepted", token);
      }
      end_offers(ticket, OfferEnd::kWithdrawn, "assigned to " + in.agent_id + " meanwhile");
      break;
    }
  }
  hold(ticket, agent, token);
  hear_of_held(ticket, in.work);
}

/// A held ticket has become heavier or lighter, or is about something else: its customer came on another
/// channel, or somebody found out. If its agent is not there for a live one, or cannot carry it, it moves.
void Router::reweigh(TicketState& ticket, const Work& news) {
  const Work regular = made_regular(news);
  if (refresh_next_ < refresh_end_) charge_anew(agents_[ticket.agent]);
  const WorkClass class_before = charged_class(ticket);
  const Channel channel_before = channel_of(class_before);
  const bool other_channel = regular.channel != channel_before;
  if (!other_channel && regular.units == ticket.charged_units && regular.topics == ticket.kind->topics)
    return;
  AgentState& agent = agents_[ticket.agent];
  const bool heavier = regular.units > ticket.charged_units;
  const bool came_live =
      other_channel && (regular.channel == Channel::kPhone ||
                        (regular.channel == Channel::kChat && channel_before != Channel::kPhone));
  const Load load = ticket.load;
  forget_load(ticket);
  Work work = work_of(ticket);
  work.channel = regular.channel;
  work.units = regular.units;
  work.topics = regular.topics;
  note(ticket, work, kinds_.use(work));
  set_charge(ticket);
  ticket.load = load;
  if (load == Load::kActive) carry(agent, ticket, 1);
  if (load == Load::kWaking) agent.waking.push_back(&ticket);
  arm_held(ticket);
  refresh(ticket.agent);
  withdraw_misfits(ticket.agent);
  const bool other_label = label_of(charged_class(ticket)) != label_of(class_before);
  const bool absent = came_live && !rebuilding_ && (!agent.known || agent.presence != Presence::kAvailable);
  const bool full =
      load == Load::kActive && ((heavier && load_seen_by(agent, charged_class(ticket)) > agent.capacity) ||
                                (other_label && used_units(agent) > agent.capacity));
  if (!(full || absent) || std::exchange(ticket.returning, true)) return;
  const std::string what = other_channel ? "its customer came by " + std::string{name_of(work.channel)}
                                         : std::string{"it is about something else than it seemed"};
  effects_.emplace_back(
      ReturnTicket{ticket.id.str(), agent.id, ticket.assignment_token,
                   what + ", and " + agent.id +
                       (absent ? " is " + std::string{name_of(agent.presence)} : " has no room for that")});
}

/// What the ticket costs whoever it is offered to has changed: where that is too much, what came last goes
/// back.
void Router::withdraw_misfits_beside(const TicketState& ticket) {
  std::vector<AgentIndex> agents;
  for (const StandingOffer& offer : ticket.offers) agents.push_back(offer.agent);
  if (rebuilding_) return;
  for (const AgentIndex agent : agents) withdraw_misfits(agent);
}

void Router::on(const TicketClosed& in) {
  TicketState* ticket = find_ticket(in.ticket_id);
  if (!ticket) return;
  switch (ticket->standing) {
    case Standing::kWaiting:
    case Standing::kOffered:
    case Standing::kAccepting:
      leave_line(*ticket);
      end_offers(*ticket, OfferEnd::kWithdrawn, "the ticket is resolved");
      break;
    case Standing::kHeld: {
      const AgentIndex holder = ticket->agent;
      agents_.prefetch(holder, kAgentHotBytes);
      const QueueIndex queue = ticket->queue;
      release(*ticket);
      after_resolving(holder, queue);
      break;
    }
  }
  erase_ticket(*ticket);
}

void Router::on(const TicketLeft& in) {
  TicketState* ticket = find_ticket(in.ticket_id);
  if (!ticket) return;
  if (ticket->standing == Standing::kHeld) {
    release(*ticket);
  } else {
    leave_line(*ticket);
    end_offers(*ticket, OfferEnd::kWithdrawn, "the ticket goes to agents of another shard");
  }
  erase_ticket(*ticket);
}

/// The ticket is in no line and not offered.
void Router::hold(TicketState& ticket, AgentIndex index, std::int64_t assignment_token) {
  AgentState& agent = agents_[index];
  if (ticket.plan) {
    auto& served = queues_[ticket.queue].served;
    served.push_back(now_);
    if (served.size() > kServedRememberedMax) served.pop_front();
  }
  leave_queue(ticket);
  ticket.standing = Standing::kHeld;
  ticket.agent = index;
  ticket.assignment_token = assignment_token;
  ticket.version = version_assigned(assignment_token);
  if (ticket.is_special()) {
    Particulars& special = ticket.make_special();
    special.misses.clear();
    special.wanted.clear();
    special.wish = Wish::kNone;
    special.wanted_had_it = false;
    special.refusals = 0;
    special.rests_until = {};
    special.departure.reset();
  }
  ticket.returning = false;
  set_charge(ticket);
  ticket.load = Load::kActive;
  carry(agent, ticket, 1);
  agent.held.push_back(&ticket);
  ++agent.handled;
  ++held_count_;
  if (ticket.conversation_hash != 0) held_by_conversation_.insert(ticket.conversation_hash, ticket.number);
  mark_idle(agent);
  refresh(index);
  withdraw_misfits(index);
  if (!agent.known || agent.presence == Presence::kOffline) {
    take_tickets_back(index, agent.id + " is offline");
  }
}

/// Leaves the ticket in no line and with no one.
void Router::release(TicketState& ticket) {
  const AgentIndex index = ticket.agent;
  forget_load(ticket);
  std::erase(agents_[index].held, &ticket);
  --held_count_;
  if (ticket.conversation_hash != 0) held_by_conversation_.erase(ticket.conversation_hash, ticket.number);
  ticket.agent = kNoAgent;
  ticket.standing = Standing::kWaiting;
  if (ticket.is_special()) {
    Particulars& special = ticket.make_special();
    special.hold = Hold::kNone;
    special.hold_until = special.quiet_since = {};
    special.hold_ending = false;
  }
  mark_idle(agents_[index]);
  refresh(index);
}

}  // namespace hark::routing
