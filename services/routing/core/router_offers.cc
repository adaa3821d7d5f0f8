#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

StandingOffer* Router::offer_to(TicketState& ticket, AgentIndex agent) {
  const auto at = std::ranges::find(ticket.offers, agent, &StandingOffer::agent);
  return at == ticket.offers.end() ? nullptr : &*at;
}

Router::Found Router::find_offer(std::string_view id) {
  StandingOffer* standing = nullptr;
  const std::uint32_t ticket = offered_.find(HashIndex::hash_of(id), [&](std::uint32_t number) {
    auto& offers = tickets_[number].offers;
    const auto at =
        std::ranges::find(offers, id, [](const StandingOffer& s) -> std::string_view { return s.id; });
    if (at != offers.end()) standing = &*at;
    return at != offers.end();
  });
  return ticket == HashIndex::kNone ? Found{} : Found{&tickets_[ticket], standing};
}

const EndedOffer* Router::find_ended(std::string_view offer_id) const {
  const std::uint32_t found =
      ended_by_id_.find(HashIndex::hash_of(offer_id), [&](auto n) { return ended_[n].offer_id == offer_id; });
  return found == HashIndex::kNone ? nullptr : &ended_[found];
}

void Router::remember_end(const StandingOffer& standing, const TicketState& ticket, OfferEnd how,
                          std::int64_t assignment_token) {
  if (ended_.size() < kEndedOffersMax) {
    ended_next_ = ended_.size();
    ended_.emplace_back();
  } else {
    ended_by_id_.erase(ended_[ended_next_].hash, static_cast<std::uint32_t>(ended_next_));
  }
  EndedOffer& ended = ended_[ended_next_];
  ended.hash = standing.hash;
  ended.offer_id = standing.id;
  ended.ticket_id = ticket.id;
  ended.agent = standing.agent;
  ended.how = how;
  ended.assignment_token = assignment_token;
  ended_by_id_.insert(ended.hash, static_cast<std::uint32_t>(ended_next_));
  ended_next_ = (ended_next_ + 1) % kEndedOffersMax;
  // The oldest of thousands has long left the processor's caches, and the next offer to end takes its place.
  if (ended_.size() == kEndedOffersMax) {
    __builtin_prefetch(&ended_[ended_next_].hash, 1);
    __builtin_prefetch(&ended_[ended_next_], 1);
  }
}

Duration Router::accept_timeout(const TicketState& ticket) const {
  const Duration of_queue = queues_[ticket.queue].rules.accept_timeout;
  if (of_queue > Duration{0}) return of_queue;
  const Duration of_channel =
      settings_.channels[static_cast<std::size_t>(ticket.kind->channel)].accept_timeout;
  return of_channel > Duration{0} ? of_channel : settings_.accept_timeout;
}

Offer Router::offer_of(const TicketState& ticket, const StandingOffer& standing) const {
  return {standing.id.str(),    ticket.id.str(),     agents_[standing.agent].id,
          standing.units,       standing.offered_at, standing.expires_at,
          standing.explanation, standing.version,    standing.auto_answer};
}

/// The ticket is in no line.
void Router::put_offer(TicketState& ticket, AgentIndex index, const Offer& offer) {
  AgentState& agent = agents_[index];
  if (ticket.offers.empty()) {
    set_charge(ticket);
  } else {
    charge_anew(ticket);
  }
  stand(ticket, Standing::kOffered);
  ticket.next_ring_at = now_ + queues_[ticket.queue].rules.ring_delay;
  if (spare_offers_.empty()) spare_offers_.emplace_back();
  ticket.offers.splice(ticket.offers.end(), spare_offers_, spare_offers_.begin());
  StandingOffer& standing = ticket.offers.back();
  standing.id = offer.id;
  standing.hash = HashIndex::hash_of(offer.id);
  standing.agent = index;
  standing.units = offer.units;
  standing.auto_answer = offer.auto_answer;
  standing.offered_at = offer.offered_at;
  standing.expires_at = offer.expires_at;
  standing.explanation = offer.explanation;
  standing.version = offer.version;
  standing.mark_before = agent.idle;
  mark_idle(agent);
  standing.mark_at = agent.idle;
  agent.offered_turn = turns_;
  agent.offered.push_back(&ticket);
  charge(agent, ticket, 1);
  offered_.insert(standing.hash, ticket.number);
  deadlines_.insert({standing.expires_at, DeadlineKind::kOfferExpires, standing.id});
  refresh(index);
}

/// The ticket is in no line; the caller says where it goes.
void Router::end_offer(TicketState& ticket, AgentIndex index, OfferEnd how, std::string why) {
  take_offer_off(ticket, index, how, std::move(why), 0);
  refresh(index);
}

/// The same without looking at what becomes possible by it: when the ticket stays with the agent, the offer's
/// units are not free in between for a conversation that has woken up.
void Router::take_offer_off(TicketState& ticket, AgentIndex index, OfferEnd how, std::string why,
                            std::int64_t assignment_token) {
  AgentState& agent = agents_[index];
  const auto standing = std::ranges::find(ticket.offers, index, &StandingOffer::agent);
  if (ticket.standing == Standing::kOffered)
    deadlines_.erase({standing->expires_at, DeadlineKind::kOfferExpires, standing->id});
  const bool blameless = how == OfferEnd::kDeclined || how == OfferEnd::kWithdrawn;
  if (blameless && agent.idle == standing->mark_at) agent.idle = standing->mark_before;
  offered_.erase(standing->hash, ticket.number);
  std::erase(agent.offered, &ticket);
  charge(agent, ticket, -1);
  effects_.emplace_back(OfferEnded{standing->id.str(), ticket.id.str(), agent.id, how, std::move(why)});
  remember_end(*standing, ticket, how, assignment_token);
  if (spare_offers_.size() < kSpareOffersMax) {
    spare_offers_.splice(spare_offers_.begin(), ticket.offers, standing);
  } else {
    ticket.offers.erase(standing);
  }
  stand(ticket, ticket.offers.empty() ? Standing::kWaiting : Standing::kOffered);
  ticket.agent = kNoAgent;
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
    end_offer(ticket, other, OfferEnd::kWithdrawn, agents_[index].id + " was faster");
  }
  StandingOffer& standing = *offer_to(ticket, index);
  stand(ticket, Standing::kAccepting);
  ticket.agent = index;
  deadlines_.erase({standing.expires_at, DeadlineKind::kOfferExpires, standing.id});
  agents_[index].missed_in_row = 0;
  forget_queue_misses(index, queues_[ticket.queue].rules.id);
  effects_.emplace_back(AssignTicket{standing.id.str(), ticket.id.str(), agents_[index].id});
}

void Router::refuse_offer(std::string_view offer_id, std::string_view agent_id, const TicketState* ticket) {
  const std::string name = "offer '" + std::string{offer_id.substr(0, 64)} + "'";
  if (ticket) {
    effects_.emplace_back(
        Refused{Reason::kOfferNotFound, name + " is not " + std::string{agent_id.substr(0, 64)} + "'s"});
  } else if (const EndedOffer* ended = find_ended(offer_id)) {
    effects_.emplace_back(
        Refused{Reason::kOfferExpired, name + " no longer stands: " + std::string{name_of(ended->how)}});
  } else {
    effects_.emplace_back(Refused{Reason::kOfferNotFound, "there is no " + name});
  }
}

void Router::on(const OfferAccepted& in) {
  const auto [ticket, standing] = find_offer(in.offer_id);
  const AgentIndex agent = find_agent(in.agent_id);
  if (!ticket || standing->agent != agent) {
    const EndedOffer* ended = ticket ? nullptr : find_ended(in.offer_id);
    if (ended && ended->how == OfferEnd::kAssigned && ended->agent == agent) {
      effects_.emplace_back(
          AcceptRepeated{in.offer_id, ended->ticket_id.str(), in.agent_id, ended->assignment_token});
    } else {
      refuse_offer(in.offer_id, in.agent_id, ticket);
    }
    return;
  }
  if (rebuilding_) {
    effects_.emplace_back(Refused{Reason::kNotLeader, "routing is starting; try again in a moment"});
  } else if (ticket->standing == Standing::kAccepting) {
    effects_.emplace_back(AcceptRepeated{in.offer_id, ticket->id.str(), in.agent_id, 0});
  } else if (standing->expires_at <= now_) {  // among more deadlines than one input deals with
    deadlines_.erase({standing->expires_at, DeadlineKind::kOfferExpires, standing->id});
    offer_ran_out(*ticket, agent);
    refuse_offer(in.offer_id, in.agent_id, nullptr);
  } else {
    accept(*ticket, agent);
  }
}

void Router::on(const OfferDeclined& in) {
  const auto [ticket, standing] = find_offer(in.offer_id);
  const AgentIndex agent = find_agent(in.agent_id);
  if (!ticket || standing->agent != agent) {
    // Declining what no longer stands has what it wants.
    const EndedOffer* ended = ticket ? nullptr : find_ended(in.offer_id);
    if (!ended || ended->agent != agent || ended->how == OfferEnd::kAssigned) {
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
  forget_queue_misses(index, queues_[ticket->queue].rules.id);
  note_decline(*ticket, index);
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
  const auto [found, standing] = find_offer(in.offer_id);
  if (!found || found->standing != Standing::kAccepting) return;  // the log was faster
  TicketState& ticket = *found;
  const AgentIndex agent = ticket.agent;
  take_offer_off(ticket, agent, OfferEnd::kAssigned, "accepted", in.assignment_token);
  hold(ticket, agent, in.assignment_token);
}

void Router::on(const AssignmentRefused& in) {
  const auto [found, standing] = find_offer(in.offer_id);
  if (!found || found->standing != Standing::kAccepting) return;
  TicketState& ticket = *found;
  end_offer(ticket, ticket.agent, OfferEnd::kWithdrawn, "could not be assigned: " + in.why);
  // Most refusals are news that the log is about to bring; until then it must not go round in circles.
  Particulars& special = ticket.make_special();
  const int doublings = std::min(special.refusals++, 20);
  special.rests_until =
      now_ + std::min(settings_.rest_after_refusal * (1 << doublings), settings_.rest_after_refusal_max);
  enter_line(ticket);
}

}  // namespace hark::routing
