#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

StandingOffer* Router::offer_to(TicketState& ticket, AgentIndex agent) {
  const auto at = std::ranges::find(ticket.offers, agent, &StandingOffer::agent);
  return at == ticket.offers.end() ? nullptr : &*at;
}

Duration Router::accept_timeout(const TicketState& ticket) const {
  const Duration of_queue = queues_[ticket.queue].rules.accept_timeout;
  if (of_queue > Duration{0}) return of_queue;
  const Duration of_channel =
      settings_.channels[static_cast<std::size_t>(ticket.work.channel)].accept_timeout;
  return of_channel > Duration{0} ? of_channel : settings_.accept_timeout;
}

/// The ticket is in no line.
void Router::put_offer(TicketState& ticket, AgentIndex index, Offer offer) {
  AgentState& agent = agents_[index];
  if (ticket.offers.empty()) {
    ticket.charged_channel = ticket.work.channel;
    ticket.charged_units = ticket.work.units;
  }
  ticket.standing = Standing::kOffered;
  ticket.next_ring_at = now_ + queues_[ticket.queue].rules.ring_delay;
  StandingOffer standing{std::move(offer), index, agent.idle, {}};
  mark_idle(agent);
  standing.mark_at = agent.idle;
  agent.offered_turn = turns_;
  agent.offered.push_back(&ticket);
  charge(agent, ticket, 1);
  const auto at = offers_.emplace(standing.offer.id, &ticket).first;
  deadlines_.insert({standing.offer.expires_at, DeadlineKind::kOfferExpires, at->first});
  ticket.offers.push_back(std::move(standing));
  refresh(index);
}

/// The ticket is in no line; the caller says where it goes.
void Router::end_offer(TicketState& ticket, AgentIndex index, OfferEnd how, std::string why,
                       std::int64_t assignment_token) {
  AgentState& agent = agents_[index];
  StandingOffer* standing = offer_to(ticket, index);
  const Offer offer = std::move(standing->offer);
  const bool blameless = how == OfferEnd::kDeclined || how == OfferEnd::kWithdrawn;
  if (blameless && agent.idle == standing->mark_at) agent.idle = standing->mark_before;
  ticket.offers.erase(ticket.offers.begin() + (standing - ticket.offers.data()));
  const auto at = offers_.find(offer.id);
  deadlines_.erase({offer.expires_at, DeadlineKind::kOfferExpires, at->first});
  offers_.erase(at);
  std::erase(agent.offered, &ticket);
  charge(agent, ticket, -1);
  ended_.emplace(offer.id, Ended{how, std::string{ticket.id}, offer.agent_id, assignment_token});
  ended_order_.push_back(offer.id);
  if (ended_order_.size() > kEndedOffersMax) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
  effects_.emplace_back(OfferEnded{offer.id, std::string{ticket.id}, offer.agent_id, how, std::move(why)});
  ticket.standing = ticket.offers.empty() ? Standing::kWaiting : Standing::kOffered;
  ticket.agent = kNoAgent;
  refresh(index);
}

void Router::end_offers(TicketState& ticket, OfferEnd how, const std::string& why) {
  while (!ticket.offers.empty()) end_offer(ticket, ticket.offers.back().agent, how, why);
}

/// The first to accept has it: what else stands is withdrawn.
void Router::accept(TicketState& ticket, AgentIndex index) {
  leave_line(ticket);
  const auto offers = [&] {
    std::vector<AgentIndex> others;
    for (const StandingOffer& offer : ticket.offers) {
      if (offer.agent != index) others.push_back(offer.agent);
    }
    return others;
  }();
  for (const AgentIndex other : offers) {
    end_offer(ticket, other, OfferEnd::kWithdrawn, std::string{agents_[index].id} + " was faster");
  }
  StandingOffer& standing = *offer_to(ticket, index);
  ticket.standing = Standing::kAccepting;
  ticket.agent = index;
  deadlines_.erase({standing.offer.expires_at, DeadlineKind::kOfferExpires, standing.offer.id});
  agents_[index].missed_in_row = 0;
  effects_.emplace_back(
      AssignTicket{standing.offer.id, std::string{ticket.id}, std::string{agents_[index].id}});
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
  const AgentIndex agent = find_agent(in.agent_id);
  StandingOffer* standing = ticket && agent != kNoAgent ? offer_to(*ticket, agent) : nullptr;
  if (!standing || standing->offer.id != in.offer_id) {
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
  } else if (ticket->standing == Standing::kAccepting) {
    effects_.emplace_back(AcceptRepeated{in.offer_id, std::string{ticket->id}, in.agent_id, 0});
  } else if (standing->offer.expires_at <= now_) {  // among more deadlines than one input deals with
    deadlines_.erase({standing->offer.expires_at, DeadlineKind::kOfferExpires, found->first});
    offer_ran_out(*ticket, agent);
    refuse_offer(in.offer_id, in.agent_id, nullptr);
  } else {
    accept(*ticket, agent);
  }
}

void Router::on(const OfferDeclined& in) {
  const auto found = offers_.find(in.offer_id);
  TicketState* ticket = found == offers_.end() ? nullptr : found->second;
  const AgentIndex agent = find_agent(in.agent_id);
  StandingOffer* standing = ticket && agent != kNoAgent ? offer_to(*ticket, agent) : nullptr;
  if (!standing || standing->offer.id != in.offer_id) {
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
  const AgentIndex index = agent;
  agents_[index].missed_in_row = 0;
  ticket->declined.push_back(index);
  leave_line(*ticket);
  drop_wish_for(*ticket, index);
  auto pause = settings_.rest_after_decline.find(in.code);
  if (pause == settings_.rest_after_decline.end()) pause = settings_.rest_after_decline.find("");
  if (pause != settings_.rest_after_decline.end()) rest(index, pause->second);
  end_offer(*ticket, index, OfferEnd::kDeclined,
            "declined by " + in.agent_id + (in.code.empty() ? "" : ": " + in.code.substr(0, 64)));
  enter_line(*ticket);
}

void Router::on(const AssignmentConfirmed& in) {
  const auto found = offers_.find(in.offer_id);
  if (found == offers_.end() || found->second->standing != Standing::kAccepting)
    return;  // the log was faster
  TicketState& ticket = *found->second;
  const AgentIndex agent = ticket.agent;
  end_offer(ticket, agent, OfferEnd::kAssigned, "accepted", in.assignment_token);
  hold(ticket, agent, in.assignment_token);
}

void Router::on(const AssignmentRefused& in) {
  const auto found = offers_.find(in.offer_id);
  if (found == offers_.end() || found->second->standing != Standing::kAccepting) return;
  TicketState& ticket = *found->second;
  end_offer(ticket, ticket.agent, OfferEnd::kWithdrawn, "could not be assigned: " + in.why);
  // Most refusals are news that the log is about to bring; until then it must not go round in circles.
  const int doublings = std::min(ticket.refusals++, 20);
  ticket.rests_until =
      now_ + std::min(settings_.rest_after_refusal * (1 << doublings), settings_.rest_after_refusal_max);
  enter_line(ticket);
}

}  // namespace hark::routing
