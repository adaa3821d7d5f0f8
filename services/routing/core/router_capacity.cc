#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::size_t at(Channel channel) { return static_cast<std::size_t>(channel); }

}  // namespace

/// Units that stand in the way of one more ticket on the channel: all but those of work that steps back for
/// it.
int Router::load_seen_by(const AgentState& agent, Channel channel) const {
  const ChannelMask interrupts = settings_.channels[at(channel)].interrupts;
  int load = 0;
  if (interrupts == 0) {
    for (const int units : agent.units) load += units;
    return load;
  }
  for (std::size_t other = 0; other < kChannels; ++other) {
    if (((interrupts >> other) & 1) == 0 || other == at(channel)) load += agent.units[other];
  }
  return load;
}

/// As people see it: work that has stepped back for other work that is there does not count.
int Router::used_units(const AgentState& agent) const {
  if (!anything_interrupts_) return load_seen_by(agent, Channel::kUnspecified);
  ChannelMask stepped_back = 0;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    if (agent.units[channel] > 0) stepped_back |= settings_.channels[channel].interrupts & ~(1U << channel);
  }
  int used = 0;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    if (((stepped_back >> channel) & 1) == 0) used += agent.units[channel];
  }
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
  if (tickets_beyond_cap(agent, ticket.charged_channel) >= 0) return false;
  return load_seen_by(agent, ticket.charged_channel) + ticket.charged_units <= agent.capacity;
}

void Router::charge(AgentState& agent, const TicketState& ticket, int sign) {
  agent.units[at(ticket.charged_channel)] += sign * ticket.charged_units;
  agent.tickets[at(ticket.charged_channel)] += sign;
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

/// Whether there is more of it on some channel.
bool Router::find_room(AgentState& agent, AgentIndex index) {
  const auto before = std::exchange(agent.room, {});
  ChannelMask roomy = 0;
  if (agent.takes_offers() && agent.waking.empty()) {
    const int alike = agent.capacity - load_seen_by(agent, Channel::kUnspecified);
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      int room =
          anything_interrupts_ ? agent.capacity - load_seen_by(agent, static_cast<Channel>(channel)) : alike;
      if (((agent.channels >> channel) & 1) == 0 ||
          tickets_beyond_cap(agent, static_cast<Channel>(channel)) >= 0) {
        room = 0;
      }
      agent.room[channel] = std::max(room, 0);
      roomy |= static_cast<ChannelMask>((room > 0) << channel);
    }
  }
  bool gained = false;
  for (std::size_t channel = 0; channel < kChannels; ++channel)
    gained |= agent.room[channel] > before[channel];
  if (std::exchange(agent.roomy, roomy) != roomy) ready_.put(index, roomy);
  return gained;
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
      const Rank rank = agent.ready ? rank_of(agent, index, static_cast<RankOrder>(order)) : Rank{};
      if (kept && agent.ready && rank == agent.ranks[order]) continue;
      if (kept) ranks_[order].erase(agent.ranks[order]);
      if (agent.ready) ranks_[order].insert(rank);
      agent.ranks[order] = rank;
      agent.ranked = static_cast<std::uint8_t>(agent.ready ? agent.ranked | bit : agent.ranked & ~bit);
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
    charge(agent, ticket, 1);
    arm_held(ticket);
  }
}

/// Of a held ticket: its agent carries nothing of it any more.
void Router::forget_load(TicketState& ticket) {
  AgentState& agent = agents_[ticket.agent];
  if (ticket.load == Load::kActive) charge(agent, ticket, -1);
  if (ticket.load == Load::kWaking) std::erase(agent.waking, &ticket);
  clear_wake(ticket);
  ticket.load = Load::kActive;
}

}  // namespace hark::routing
