#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::int64_t version_queued(std::int64_t token) { return 2 * token + 1; }
std::int64_t version_assigned(std::int64_t token) { return 2 * token; }

Work made_regular(Work work) {
  work.required_skills = normalised(std::move(work.required_skills));
  work.units = std::clamp(work.units, 1, kCapacityUnitsMax);
  work.priority = std::clamp(work.priority, -Router::kPriorityMax, Router::kPriorityMax);
  if (static_cast<std::size_t>(work.channel) >= kChannels) work.channel = Channel::kUnspecified;
  if (work.steps.size() > kStepsMax) work.steps.resize(kStepsMax);
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
  leave_queue(ticket);
  if (ticket.dirty) std::erase(dirty_tickets_, &ticket);
  tickets_.erase(std::string{ticket.id});
}

/// Takes on what is said of a ticket that is in no line. It stays in the queue where it is if nothing that
/// queues go by has changed.
void Router::take_over(TicketState& ticket, Work work) {
  const bool stays = ticket.plan != nullptr && queue_for(work) == queue_for(ticket.work);
  ticket.work = std::move(work);
  for (const std::string& id : ticket.work.declined_by) {
    const AgentIndex agent = intern(id);
    if (std::ranges::find(ticket.declined, agent) == ticket.declined.end()) ticket.declined.push_back(agent);
  }
  if (stays) {
    const QueueIndex queue = ticket.queue;
    const TimePoint since = ticket.queue_since;
    const auto left = ticket.queues_left;
    leave_queue(ticket);
    ticket.queues_left = left;
    enter_queue(ticket, queue, since);
  } else {
    leave_queue(ticket);
    enter_first_queue(ticket);
  }
  make_wish(ticket);
}

bool Router::offers_still_fit(const TicketState& ticket, const Work& old) const {
  return ticket.work.required_skills == old.required_skills && ticket.work.steps == old.steps &&
         ticket.work.wanted_agent_id == old.wanted_agent_id &&
         std::ranges::none_of(ticket.offers, [&](const StandingOffer& offer) {
           return std::ranges::find(ticket.declined, offer.agent) != ticket.declined.end();
         });
}

void Router::on(const TicketQueued& in) {
  Work work = made_regular(in.work);
  TicketState* known = find_ticket(work.ticket_id);
  const auto version = version_queued(work.assignment_token);
  if (!known) {
    TicketState& ticket = make_ticket(work);
    ticket.version = version;
    take_over(ticket, std::move(work));
    enter_line(ticket);
    return;
  }
  TicketState& ticket = *known;
  if (version < ticket.version || (version == ticket.version && work == ticket.work)) return;
  const bool newer = version > ticket.version;
  ticket.version = version;
  const Work old = ticket.work;
  switch (ticket.standing) {
    case Standing::kHeld:
      release(ticket);
      break;
    case Standing::kWaiting:
      leave_line(ticket);
      break;
    case Standing::kOffered:
      leave_line(ticket);
      take_over(ticket, std::move(work));
      if (!offers_still_fit(ticket, old)) {
        end_offers(ticket, OfferEnd::kWithdrawn, "the ticket was passed on or needs other skills now");
      }
      enter_line(ticket);
      return;
    case Standing::kAccepting:
      take_over(ticket, std::move(work));
      if (!newer) return;  // the assignment under way decides
      end_offers(ticket, OfferEnd::kWithdrawn, "the ticket has moved on");
      enter_line(ticket);
      return;
  }
  take_over(ticket, std::move(work));
  enter_line(ticket);
}

void Router::on(const TicketAssigned& in) {
  TicketState* known = find_ticket(in.work.ticket_id);
  const AgentIndex agent = intern(in.agent_id);
  const auto token = in.work.assignment_token;
  if (!known) {
    TicketState& ticket = make_ticket(in.work);
    ticket.work = made_regular(in.work);
    hold(ticket, agent, token);
    return;
  }
  TicketState& ticket = *known;
  if (version_assigned(token) < ticket.version) return;
  switch (ticket.standing) {
    case Standing::kHeld:
      if (version_assigned(token) == ticket.version) return reweigh(ticket, in.work);
      release(ticket);
      break;
    case Standing::kWaiting:
      leave_line(ticket);
      break;
    case Standing::kOffered:
    case Standing::kAccepting: {
      leave_line(ticket);
      if (ticket.standing == Standing::kAccepting && ticket.agent == agent) {
        end_offer(ticket, agent, OfferEnd::kAssigned, "accepted", token);
      }
      end_offers(ticket, OfferEnd::kWithdrawn, "assigned to " + in.agent_id + " meanwhile");
      break;
    }
  }
  hold(ticket, agent, token);
}

/// A held ticket has become heavier or lighter: its customer came on another channel. If its agent cannot
/// carry it, it moves.
void Router::reweigh(TicketState& ticket, const Work& news) {
  const Work work = made_regular(news);
  if (work.channel == ticket.charged_channel && work.units == ticket.charged_units) return;
  AgentState& agent = agents_[ticket.agent];
  const bool heavier = work.units > ticket.charged_units;
  const Load load = ticket.load;
  forget_load(ticket);
  ticket.work.channel = ticket.charged_channel = work.channel;
  ticket.work.units = ticket.charged_units = work.units;
  ticket.load = load;
  if (load == Load::kActive) charge(agent, ticket, 1);
  if (load == Load::kWaking) agent.waking.push_back(&ticket);
  refresh(ticket.agent);
  withdraw_misfits(ticket.agent);
  if (heavier && load == Load::kActive && load_seen_by(agent, work.channel) > agent.capacity &&
      !std::exchange(ticket.returning, true)) {
    effects_.emplace_back(ReturnTicket{std::string{ticket.id}, std::string{agent.id},
                                       ticket.work.assignment_token,
                                       "its customer came by " + std::string{name_of(work.channel)} +
                                           ", and " + std::string{agent.id} + " has no room for that"});
  }
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
      const QueueIndex queue = ticket->queue;
      release(*ticket);
      after_resolving(holder, queue);
      break;
    }
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
  ticket.work.assignment_token = assignment_token;
  ticket.version = version_assigned(assignment_token);
  ticket.misses.clear();
  ticket.wanted.clear();
  ticket.wish = Wish::kNone;
  ticket.refusals = 0;
  ticket.rests_until = {};
  ticket.returning = false;
  ticket.charged_channel = ticket.work.channel;
  ticket.charged_units = ticket.work.units;
  ticket.load = Load::kActive;
  charge(agent, ticket, 1);
  agent.held.push_back(&ticket);
  ++agent.handled;
  ++held_count_;
  if (!ticket.work.conversation_id.empty())
    held_by_conversation_.emplace(ticket.work.conversation_id, &ticket);
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
  forget_load(ticket);
  std::erase(agents_[index].held, &ticket);
  --held_count_;
  const auto [begin, end] = held_by_conversation_.equal_range(ticket.work.conversation_id);
  for (auto at = begin; at != end; ++at) {
    if (at->second != &ticket) continue;
    held_by_conversation_.erase(at);
    break;
  }
  ticket.agent = kNoAgent;
  ticket.standing = Standing::kWaiting;
  mark_idle(agents_[index]);
  refresh(index);
}

}  // namespace hark::routing
