#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::string counted(int n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string{n == 1 ? one : many};
}

}  // namespace

std::optional<AgentView> Router::agent(std::string_view id) const {
  const auto found = agent_index_.find(id);
  if (found == agent_index_.end() || !agents_[found->second].known) return std::nullopt;
  const AgentState& agent = agents_[found->second];
  AgentView view;
  view.profile = {std::string{agent.id}, agent.skills, agent.capacity};
  view.presence = agent.presence;
  view.used_units = agent.used;
  view.connections = agent.connections;
  for (const TicketState* ticket : agent.held) view.ticket_ids.emplace_back(ticket->id);
  for (const TicketState* ticket : agent.offered) view.offers.push_back(ticket->offer);
  view.wraps_up_until = agent.wraps_up_until;
  return view;
}

std::vector<std::string> Router::agent_ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, index] : agent_index_) {
    if (agents_[index].known) ids.push_back(id);
  }
  return ids;
}

std::optional<TicketView> Router::ticket(std::string_view id) const {
  const auto found = tickets_.find(std::string{id});
  if (found == tickets_.end()) return std::nullopt;
  const TicketState& ticket = found->second;
  TicketView view;
  view.work = ticket.work;
  view.standing = ticket.standing;
  if (ticket.agent != kNoAgent) view.agent_id = agents_[ticket.agent].id;
  if (ticket.standing == Standing::kOffered || ticket.standing == Standing::kAccepting)
    view.offer = ticket.offer;
  if (ticket.reserved_for != kNoAgent) view.reserved_for = agents_[ticket.reserved_for].id;
  view.rests_until = ticket.rests_until;
  for (const AgentIndex agent : ticket.declined) view.declined_by.emplace_back(agents_[agent].id);
  for (const Miss& miss : ticket.misses) {
    if (miss.rests_until > now_) view.resting_agents.emplace_back(agents_[miss.agent].id);
  }
  return view;
}

std::vector<std::string> Router::queue(std::size_t limit) const {
  Line line;
  for (const auto& [id, ticket] : tickets_) {
    if (ticket.standing == Standing::kHeld) continue;
    line.insert({ticket.work.priority, ticket.work.waiting_since, ticket.id, nullptr});
    if (line.size() > limit) line.erase(std::prev(line.end()));
  }
  std::vector<std::string> ids;
  for (const WaitKey& key : line) ids.emplace_back(key.id);
  return ids;
}

QueueSummary Router::summarize(TimePoint now, Duration target) const {
  QueueSummary out;
  const auto count = [&](QueueGroup& group, const TicketState& ticket) {
    const auto since = ticket.work.waiting_since;
    group.oldest_since = group.waiting == 0 ? since : std::min(group.oldest_since, since);
    ++group.waiting;
    if (ticket.standing != Standing::kWaiting) ++group.offered;
    if (now - since > target) ++group.at_risk;
  };
  for (const auto& [id, ticket] : tickets_) {
    if (ticket.standing == Standing::kHeld) continue;
    count(out.total, ticket);
    count(out.by_account[ticket.work.account_id], ticket);
    for (const Skill& skill : ticket.work.required_skills) count(out.by_skill[skill.name], ticket);
  }
  return out;
}

std::string Router::explain(std::string_view ticket_id) const {
  const auto found = tickets_.find(std::string{ticket_id});
  if (found == tickets_.end()) return "not open";
  const TicketState& ticket = found->second;
  std::string notes;
  for (const std::string& note : {ticket.wish_note, ticket.work.note}) {
    if (!note.empty()) notes += "; " + note;
  }
  switch (ticket.standing) {
    case Standing::kHeld:
      return "held by " + std::string{agents_[ticket.agent].id};
    case Standing::kOffered:
      return "offered to " + ticket.offer.agent_id + ": " + ticket.offer.explanation;
    case Standing::kAccepting:
      return "accepted by " + ticket.offer.agent_id + ", being assigned";
    case Standing::kWaiting:
      break;
  }
  if (ticket.rests_until > now_) return "waits a moment: its last assignment was refused" + notes;
  if (ticket.reserved_for != kNoAgent) {
    return "waits for " + std::string{agents_[ticket.reserved_for].id} + ", who was asked for by name" +
           notes;
  }
  int skilled = 0, offline = 0, away = 0, wrapping = 0, small = 0, declined = 0, resting = 0, full = 0,
      known = 0;
  for (AgentIndex index = 0; index < agents_.size(); ++index) {
    const AgentState& agent = agents_[index];
    if (!agent.known) continue;
    ++known;
    if (!meets(agent.skills, ticket.work.required_skills)) continue;
    ++skilled;
    const bool has_declined =
        std::find(ticket.declined.begin(), ticket.declined.end(), index) != ticket.declined.end();
    if (has_declined)
      ++declined;
    else if (agent.capacity < ticket.work.units)
      ++small;
    else if (agent.presence == Presence::kAway)
      ++away;
    else if (agent.wraps_up_until)
      ++wrapping;
    else if (!agent.takes_offers())
      ++offline;
    else if (avoids(ticket, index))
      ++resting;
    else
      ++full;
  }
  const std::string need =
      ticket.work.required_skills.empty() ? "" : " with " + describe(ticket.work.required_skills);
  if (skilled == 0) return "waits: none of " + counted(known, "agent", "agents") + need + notes;
  std::string text = "waits: of " + counted(skilled, "agent", "agents") + need;
  std::string_view separator = " ";
  const auto add = [&](int n, std::string_view what) {
    if (n == 0) return;
    text += std::string{separator} + std::to_string(n) + " " + std::string{what};
    separator = ", ";
  };
  add(full, "without room");
  add(away, "away");
  add(wrapping, "wrapping up");
  add(offline, "offline");
  add(declined, "declined it");
  add(resting, "let it run out just now");
  add(small, "with less than " + counted(ticket.work.units, "unit", "units") + " of capacity");
  return text + notes;
}

}  // namespace hark::routing
