#include <algorithm>
#include <bit>
#include <tuple>

#include "routing/core/router.h"

namespace hark::routing {

/// Serves whatever this input may have made possible: the first ticket in order goes to its best agent, then
/// the next. Everything that was waiting before had nobody, so only agents who gained something and tickets
/// that changed count.
void Router::match() {
  if (dirty_agents_.empty() && dirty_tickets_.empty()) return;
  std::priority_queue<Proposal> proposals;
  for (const AgentIndex index : dirty_agents_) {
    if (const WaitKey* key = best_ticket(agents_[index], index)) proposals.push({*key, index});
  }
  for (TicketState* ticket : dirty_tickets_) {
    if (!ticket->in_line) continue;
    proposals.push({{ticket->work.priority, ticket->work.waiting_since, ticket->id, ticket}, kNoAgent});
  }
  while (!proposals.empty()) {
    const Proposal proposal = proposals.top();
    proposals.pop();
    TicketState& ticket = *proposal.key.ticket;
    if (ticket.in_line) {
      const Choice choice = best_agent(ticket);
      if (choice.agent != kNoAgent) make_offer(ticket, choice);
    }
    if (proposal.source == kNoAgent) continue;
    if (const WaitKey* next = best_ticket(agents_[proposal.source], proposal.source)) {
      HARK_CHECK(next->ticket != &ticket);  // an agent's best ticket always has a best agent
      proposals.push({*next, proposal.source});
    }
  }
}

bool Router::avoids(const TicketState& ticket, AgentIndex agent) const {
  if (std::find(ticket.declined.begin(), ticket.declined.end(), agent) != ticket.declined.end()) return true;
  return std::any_of(ticket.misses.begin(), ticket.misses.end(),
                     [&](const Miss& miss) { return miss.agent == agent && miss.rests_until > now_; });
}

const WaitKey* Router::best_ticket(const AgentState& agent, AgentIndex index) const {
  if (agent.ready_at < 0) return nullptr;
  const WaitKey* best = nullptr;
  const auto look = [&](const Line& line) {
    for (const WaitKey& key : line) {
      if (best && !(key < *best)) return;
      // In a lane all units are the same; among tickets reserved by name they differ.
      if (key.ticket->work.units > agent.room() || avoids(*key.ticket, index)) continue;
      best = &key;
      return;
    }
  };
  const auto& can = agent.lanes.words();
  const auto& occupied = lanes_.occupied().words();
  const std::size_t words = std::min(can.size(), occupied.size());
  for (std::size_t word = 0; word < words; ++word) {
    for (std::uint64_t bits = can[word] & occupied[word]; bits != 0; bits &= bits - 1) {
      const auto& lane =
          lanes_.at(static_cast<LaneIndex>(word * 64 + static_cast<unsigned>(std::countr_zero(bits))));
      if (lane.units <= agent.room()) look(lane.line);
    }
  }
  look(agent.reserved);
  return best;
}

Router::Choice Router::best_agent(const TicketState& ticket) const {
  Choice choice;
  const auto consider = [&](AgentIndex index) {
    const AgentState& agent = agents_[index];
    if (agent.ready_at < 0 || agent.room() < ticket.work.units || avoids(ticket, index)) return;
    int misses = 0;
    for (const Miss& miss : ticket.misses) misses = miss.agent == index ? miss.count : misses;
    if (choice.agent != kNoAgent && misses > choice.misses) {
      ++choice.passed_over;
      return;
    }
    if (choice.agent != kNoAgent && misses < choice.misses) {
      choice.passed_over += choice.able;
      choice.able = 0;
    }
    const bool first = choice.able++ == 0;
    const auto rank = [](const AgentState& a) { return std::tuple{a.used > 0, a.idle, a.id}; };
    if (!first && !(rank(agent) < rank(agents_[choice.agent]))) return;
    choice.agent = index;
    choice.misses = misses;
  };
  if (ticket.reserved_for != kNoAgent) {
    consider(ticket.reserved_for);
    return choice;
  }
  for (const AgentIndex index : ready_) {
    if (agents_[index].lanes.has(ticket.lane)) consider(index);
  }
  return choice;
}

void Router::make_offer(TicketState& ticket, const Choice& choice) {
  Offer offer;
  offer.id = offer_ids_.next(now_);
  offer.ticket_id = ticket.id;
  offer.agent_id = agents_[choice.agent].id;
  offer.units = ticket.work.units;
  offer.offered_at = now_;
  offer.expires_at = now_ + settings_.accept_timeout;
  offer.explanation = reason_for(ticket, choice);
  leave_line(ticket);
  put_offer(ticket, choice.agent, std::move(offer));
  HARK_CHECK(agents_[choice.agent].room() >= 0);
  effects_.emplace_back(OfferMade{ticket.offer});
}

std::string Router::reason_for(const TicketState& ticket, const Choice& choice) const {
  const AgentState& agent = agents_[choice.agent];
  std::string text;
  if (ticket.reserved_for != kNoAgent) {
    text = "asked for by name";
  } else if (choice.able == 1) {
    text = choice.passed_over == 0 ? "the only one available" : "the first one available";
  } else if (agent.used == 0) {
    text = "longest idle of " + std::to_string(choice.able) + " available";
  } else {
    text = "all " + std::to_string(choice.able) + " available have work; longest without new work";
  }
  if (!ticket.work.required_skills.empty()) text += " with " + describe(ticket.work.required_skills);
  if (choice.passed_over > 0)
    text += "; " + std::to_string(choice.passed_over) + " more let it run out before";
  if (choice.misses > 0) text += "; let it run out before, but nobody else can take it now";
  if (!ticket.wish_note.empty()) text += "; " + ticket.wish_note;
  if (!ticket.work.note.empty()) text += "; " + ticket.work.note;
  return text;
}

}  // namespace hark::routing
