#include <algorithm>
#include <bit>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::size_t at(Channel channel) { return static_cast<std::size_t>(channel); }

bool belongs_in(const AgentState& agent, RankOrder order) {
  if (order == RankOrder::kTalked) return agent.carried == 0;
  return order != RankOrder::kTalking || agent.carried > 0;
}

}  // namespace

/// Units that stand in the way of one more ticket of the class: all but those of work that steps back for it.
int Router::load_seen_by(const AgentState& agent, WorkClass work_class) const {
  int load = agent.loads.units();
  ClassMask back = classes_.stepping_back_for(work_class) & agent.loads.working();
  for (; back != 0; back &= back - 1)
    load -= agent.loads.units(static_cast<WorkClass>(std::countr_zero(back)));
  return load;
}

/// As people see it: work that has stepped back for other work that is there does not count.
int Router::used_units(const AgentState& agent) const {
  int used = agent.loads.units();
  if (!classes_.anything_interrupts()) return used;
  ClassMask stepped_back = 0;
  for (ClassMask left = agent.loads.working(); left != 0; left &= left - 1)
    stepped_back |= classes_.stepping_back_for(static_cast<WorkClass>(std::countr_zero(left)));
  for (ClassMask back = stepped_back & agent.loads.working(); back != 0; back &= back - 1)
    used -= agent.loads.units(static_cast<WorkClass>(std::countr_zero(back)));
  return used;
}

/// Of the channel that the agent may have at once: everybody's cap or their own, the lower one.
int Router::cap_of(const AgentState& agent, Channel channel) const {
  const int everybodys = tickets_max_[at(channel)], own = agent.caps[at(channel)];
  return own == 0 ? everybodys : std::min(everybodys, own);
}

/// How many tickets more than that they have; below 0: so many may still come.
int Router::tickets_beyond_cap(const AgentState& agent, Channel channel) const {
  return agent.tickets[at(channel)] - cap_of(agent, channel);
}

bool Router::fits(const AgentState& agent, const TicketState& ticket) const {
  const WorkClass work_class = charged_class(ticket);
  if (tickets_beyond_cap(agent, channel_of(work_class)) >= 0) return false;
  return load_seen_by(agent, work_class) + ticket.charged_units <= agent.capacity;
}

void Router::charge(AgentState& agent, const TicketState& ticket, int sign) {
  const WorkClass work_class = charged_class(ticket);
  agent.loads.add(work_class, sign * ticket.charged_units);
  agent.tickets[at(channel_of(work_class))] += sign;
}

/// Brings everything that follows from the agent's state up to it: room, readiness, ranks.
void Router::refresh(AgentIndex index) {
  AgentState& agent = agents_[index];
  if (!agent.waking.empty()) let_waking_in(agent);
  const bool gained = find_room(agent, index);
  const bool staffed = agent.presence == Presence::kAvailable && agent.connections > 0;
  if (std::exchange(agent.staffed, staffed) != staffed) staffed_.put(index, staffed);
  const bool was_ready = std::exchange(agent.ready, agent.roomy != 0);
  if (agent.ready != was_ready) {
    ready_for_any_.put(index, agent.ready);
    ready_count_ += agent.ready ? 1 : -1;
  }
  if ((agent.ready || agent.ranked != 0) && !std::exchange(agent.rank_stale, true)) {
    stale_ranks_.push_back(index);
    if (stale_ranks_.size() >= kStaleRanksMax) put_ranks();
  }
  if (gained && !agent.in_dirty) {
    agent.in_dirty = true;
    dirty_agents_.push_back(index);
  }
  mark_changed(index);
  if (was_ready && !agent.ready) watch_emptiness();
}

/// Whether there is more of it for some work.
bool Router::find_room(AgentState& agent, AgentIndex index) {
  ChannelMask open = 0;
  if (agent.takes_offers() && agent.waking.empty()) {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      const bool within_cap = tickets_beyond_cap(agent, static_cast<Channel>(channel)) < 0;
      open |= static_cast<ChannelMask>(within_cap << channel);
    }
    open &= agent.channels;
  }
  ClassLoads::Room found;
  if (!classes_.anything_interrupts()) {
    found = agent.loads.set_rooms(open, kChannels,
                                  [free = agent.capacity - agent.loads.units()](WorkClass) { return free; });
  } else {
    found = agent.loads.set_rooms(open, classes_.size(),
                                  [&](WorkClass c) { return agent.capacity - load_seen_by(agent, c); });
  }
  if (std::exchange(agent.roomy, found.classes) != found.classes) {
    for (std::size_t label = 0; label < ready_.size(); ++label)
      ready_[label].put(index, static_cast<ChannelMask>(found.classes >> (label * kChannels)) & kAllChannels);
  }
  return found.more;
}

Rank Router::rank_of(const AgentState& agent, AgentIndex index, RankOrder order) const {
  switch (order) {
    case RankOrder::kIdle:
      return {used_units(agent) > 0, agent.idle, index};
    case RankOrder::kSpare:
      return {std::int64_t{used_units(agent)} - agent.capacity, agent.idle, index};
    case RankOrder::kOpen:
      return {agent.open(), agent.idle, index};
    case RankOrder::kHandled:
      return {agent.handled, agent.idle, index};
    case RankOrder::kOffered:
      return {static_cast<std::int64_t>(agent.offered_turn), agent.idle, index};
    case RankOrder::kTalked:
      return {talk_time(agent).count(), agent.idle, index};
    case RankOrder::kTalking:
      return {agent.talk_mark.count(), agent.idle, index};
  }
  return {0, agent.idle, index};
}

/// Most agents who gain room lose it within the same input, so ranks are brought up to date only for those
/// who look.
void Router::put_ranks() {
  for (const AgentIndex index : stale_ranks_) {
    AgentState& agent = agents_[index];
    agent.rank_stale = false;
    if (!agent.ready && agent.ranked == 0) continue;  // as most are: their ranks are left where they lie
    for (std::size_t order = 0; order < kRankOrders; ++order) {
      if (!ranks_used_[order]) continue;
      const auto bit = static_cast<std::uint8_t>(1U << order);
      const bool kept = (agent.ranked & bit) != 0;
      const bool belongs = agent.ready && belongs_in(agent, static_cast<RankOrder>(order));
      const Rank rank = belongs ? rank_of(agent, index, static_cast<RankOrder>(order)) : Rank{};
      if (kept && belongs && rank == agent.ranks[order]) continue;
      if (kept) ranks_[order].erase(agent.ranks[order]);
      if (belongs) ranks_[order].insert(rank);
      agent.ranks[order] = rank;
      agent.ranked = static_cast<std::uint8_t>(belongs ? agent.ranked | bit : agent.ranked & ~bit);
    }
  }
  stale_ranks_.clear();
}

/// From now on these orders are kept. One that is new is filled by whoever looks at it first.
void Router::use_ranks(const std::array<bool, kRankOrders>& used) {
  for (std::size_t order = 0; order < kRankOrders; ++order) {
    if (used[order] == ranks_used_[order]) continue;
    ranks_[order].clear();
    for (AgentIndex index = 0; index < agents_.size(); ++index) {
      AgentState& agent = agents_[index];
      agent.ranked &= static_cast<std::uint8_t>(~(1U << order));
      if (used[order] && agent.ready && !std::exchange(agent.rank_stale, true)) stale_ranks_.push_back(index);
    }
  }
  ranks_used_ = used;
}

void Router::let_waking_in(AgentState& agent) {
  while (!agent.waking.empty() && fits(agent, *agent.waking.front())) {
    TicketState& ticket = *agent.waking.front();
    agent.waking.erase(agent.waking.begin());
    clear_wake(ticket);
    ticket.load = Load::kActive;
    carry(agent, ticket, 1);
    arm_held(ticket);
  }
}

/// Of a held ticket: its agent carries nothing of it any more.
void Router::forget_load(TicketState& ticket) {
  AgentState& agent = agents_[ticket.agent];
  if (ticket.load == Load::kActive) carry(agent, ticket, -1);
  if (ticket.load == Load::kWaking) std::erase(agent.waking, &ticket);
  clear_wake(ticket);
  ticket.load = Load::kActive;
}

}  // namespace hark::routing
