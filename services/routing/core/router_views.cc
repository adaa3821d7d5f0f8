#include <algorithm>
#include <map>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

void count(QueueGroup& group, const TicketState& ticket, TimePoint now, Duration target) {
  const auto since = ticket.waiting_since;
  group.oldest_since = group.waiting == 0 ? since : std::min(group.oldest_since, since);
  ++group.waiting;
  if (ticket.standing != Standing::kWaiting) ++group.offered;
  if (now - since > target) ++group.at_risk;
}

void add(QueueGroup& group, const QueueGroup& more) {
  if (more.waiting == 0) return;
  group.oldest_since =
      group.waiting == 0 ? more.oldest_since : std::min(group.oldest_since, more.oldest_since);
  group.waiting += more.waiting;
  group.offered += more.offered;
  group.at_risk += more.at_risk;
}

QueueGroup count(const QueueState& queue, TimePoint now, Duration target) {
  QueueGroup group;
  if (queue.waiting == 0) return group;
  group.waiting = queue.waiting;
  group.offered = queue.offered;
  group.oldest_since = queue.marks.begin()->since;
  group.at_risk = static_cast<int>(queue.marks.count_before({now - target, 0}));
  return group;
}

void count(QueueView& queue, const AgentState& agent) {
  if (!agent.known) return;
  if (agent.presence == Presence::kOffline || agent.connections == 0) {
    ++queue.offline;
  } else if (agent.presence == Presence::kAway || agent.is_paused_by(queue.id)) {
    ++queue.away;
  } else if (agent.wraps_up_until) {
    ++queue.wrapping_up;
  } else if (agent.ready) {
    ++queue.ready;
  } else {
    ++queue.busy;
  }
}

}  // namespace

std::optional<AgentView> Router::agent(std::string_view id) const {
  const AgentIndex index = find_agent(id);
  if (index == kNoAgent || !agents_[index].known) return std::nullopt;
  const AgentState& agent = agents_[index];
  AgentView view;
  view.profile = {agent.id, agent.skills, agent.capacity, agent.groups, agent.caps};
  view.presence = agent.presence;
  view.used_units = used_units(agent);
  view.connections = agent.connections;
  const ClassMask stepping_back = classes_stepping_back(agent);
  for (const TicketState* ticket : agent.held) {
    view.ticket_ids.emplace_back(ticket->id);
    if ((stepping_back & mask_of_class(charged_class(*ticket))) == 0) continue;
    if (std::string by = interrupted_by(*ticket); !by.empty())
      view.interrupted_by.emplace(ticket->id.str(), std::move(by));
  }
  view.wraps_up_until = agent.wraps_up_until;
  view.wrap_up_forced = agent.wrap_up_forced;
  view.away_after_missed = agent.away_after_missed;
  view.paused_queue_ids = agent.paused_queues;
  if (!agent.wraps_up_until) view.wrap_up_offered = agent.wrap_up_optional;
  view.channels = agent.channels;
  for (std::size_t channel = 0; channel < kChannels; ++channel)
    view.room[channel] = agent.loads.room(static_cast<WorkClass>(channel));
  view.idle = agent.idle;
  view.offered_turn = agent.offered_turn;
  view.handled = agent.handled;
  view.talk_time = talk_time(agent);
  return view;
}

std::vector<Offer> Router::offers_to(std::string_view agent_id) const {
  std::vector<Offer> out;
  const AgentIndex index = find_agent(agent_id);
  if (index == kNoAgent) return out;
  for (const TicketState* ticket : agents_[index].offered)
    out.push_back(offer_of(*ticket, *std::ranges::find(ticket->offers, index, &StandingOffer::agent)));
  return out;
}

std::vector<std::string> Router::agent_ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, index] : agents_in_order_) {
    if (agents_[index].known) ids.emplace_back(id);
  }
  return ids;
}

std::int64_t Router::assignment_token(std::string_view ticket_id) const {
  const TicketState* ticket = find_ticket(ticket_id);
  return ticket ? ticket->assignment_token : 0;
}

bool Router::holds(std::string_view agent_id, std::string_view ticket_id,
                   std::int64_t assignment_token) const {
  const TicketState* ticket = find_ticket(ticket_id);
  return ticket && ticket->standing == Standing::kHeld && agents_[ticket->agent].id == agent_id &&
         ticket->assignment_token == assignment_token;
}

std::string Router::why_offered(std::string_view ticket_id, std::string_view offer_id) const {
  const TicketState* ticket = find_ticket(ticket_id);
  if (!ticket) return {};
  const auto offer = std::ranges::find(ticket->offers, offer_id, &StandingOffer::id);
  if (offer == ticket->offers.end()) return {};
  return offer->explanation + " (rules " + offer->version + ")";
}

std::optional<TicketView> Router::ticket(std::string_view id) const {
  const TicketState* found = find_ticket(id);
  if (!found) return std::nullopt;
  const TicketState& ticket = *found;
  TicketView view;
  view.work = work_of(ticket);
  view.standing = ticket.standing;
  for (const StandingOffer& standing : ticket.offers) view.offers.push_back(offer_of(ticket, standing));
  if (!view.offers.empty()) view.offer = view.offers.front();
  if (ticket.agent != kNoAgent) {
    view.agent_id = agents_[ticket.agent].id;
  } else if (view.offer) {
    view.agent_id = view.offer->agent_id;
  }
  if (ticket.in_reserved) {
    for (const AgentIndex agent : ticket.special().wanted)
      view.reserved_for_any.emplace_back(agents_[agent].id);
    view.reserved_for = view.reserved_for_any.front();
  }
  view.queue_id = queues_[ticket.queue].rules.id;
  if (ticket.plan) {
    view.require = stage_in_force(ticket).require;
    view.step = stage_in_force(ticket).name;
    view.key = ticket.key;
  }
  view.load = ticket.load;
  view.next_ring_at = ticket.next_ring_at;
  view.rests_until = ticket.special().rests_until;
  for (const AgentIndex agent : ticket.special().declined) view.declined_by.emplace_back(agents_[agent].id);
  for (const Miss& miss : ticket.special().misses) {
    if (miss.rests_until > now_) view.resting_agents.emplace_back(agents_[miss.agent].id);
  }
  return view;
}

std::vector<std::string> Router::queue(std::size_t limit) const {
  std::vector<WaitKey> line;
  tickets_.for_each([&](const TicketState& ticket) {
    if (ticket.standing != Standing::kHeld) line.push_back(ticket.key);
  });
  const auto end = line.begin() + static_cast<std::ptrdiff_t>(std::min(limit, line.size()));
  std::ranges::partial_sort(line, end, std::less{});
  std::vector<std::string> ids;
  for (auto key = line.begin(); key != end; ++key) ids.emplace_back(key->ticket->id.view());
  return ids;
}

QueueSummary Router::summarize(TimePoint now, Duration target) const {
  // Tickets are many, their kinds are few: names are looked up once for each kind.
  std::vector<std::pair<const WorkKind*, QueueGroup>> kinds;
  QueueSummary out;
  tickets_.for_each([&](const TicketState& ticket) {
    if (ticket.standing == Standing::kHeld) {
      out.on_hold += ticket.special().hold != Hold::kNone;
      return;
    }
    if (ticket.kind->number >= kinds.size()) kinds.resize(ticket.kind->number + 1);
    auto& [kind, group] = kinds[ticket.kind->number];
    kind = ticket.kind;
    count(group, ticket, now, target);
  });
  for (const auto& [kind, group] : kinds) {
    if (!kind) continue;
    add(out.total, group);
    add(out.by_account[kind->account_id], group);
    for (const Skill& skill : kind->required_skills) add(out.by_skill[skill.name], group);
  }
  return out;
}

std::vector<QueueView> Router::queues(TimePoint now, Duration target) const {
  std::vector<QueueView> out;
  for (QueueIndex index = first_queue_; index < queues_.size(); ++index) {
    const QueueState& queue = queues_[index];
    QueueView& view = out.emplace_back();
    view.id = queue.rules.id;
    view.closed = queue.closed;
    for_each_in_both(queue.members, queue.members, [&](AgentIndex agent) {
      count(view, agents_[agent]);
      return true;
    });
    view.estimate = estimate(queue, queue.ahead_of_last(), view.ready + view.busy + view.wrapping_up > 0);
  }
  for (QueueIndex index = 0; index < queues_.size(); ++index) {
    // What still waits by old rules counts where it is about to go, if that has the same name.
    const QueueIndex shown = index >= first_queue_ ? index : queue_named(queues_[index].rules.id);
    add(out[shown - first_queue_].tickets, count(queues_[index], now, target));
  }
  return out;
}

}  // namespace hark::routing
