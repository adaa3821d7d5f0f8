// Queues that offer an agent nothing for a while, because so many of their offers in a row ran out.
#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

/// An offer of that queue ran out. As with those that set an agent away, offers that stood together are one
/// absence.
void Router::count_queue_miss(AgentIndex index, const QueueRules& rules, TimePoint offered_at) {
  AgentState& agent = agents_[index];
  if (rules.missed_offers_until_paused <= 0 || agent.is_paused_by(rules.id)) return;
  auto row = std::ranges::find(agent.queue_misses, rules.id, &QueueMisses::queue_id);
  if (row == agent.queue_misses.end()) row = agent.queue_misses.insert(row, QueueMisses{rules.id, 0, {}});
  if (row->in_row > 0 && offered_at < row->last_miss) return;
  row->last_miss = now_;
  if (++row->in_row < rules.missed_offers_until_paused) return;
  agent.queue_misses.erase(row);
  auto paused = agent.paused_queues;
  paused.push_back(rules.id);
  set_paused(index, std::move(paused));
}

/// These queues offer the agent nothing from now on, as far as they pause at all, the others everything. What
/// waited for the agent there waits no longer.
void Router::set_paused(AgentIndex index, std::vector<std::string> queue_ids) {
  AgentState& agent = agents_[index];
  std::erase_if(queue_ids, [this](const std::string& id) {
    const auto queue = queue_index_.find(id);
    return queue == queue_index_.end() || queues_[queue->second].rules.missed_offers_until_paused <= 0;
  });
  std::ranges::sort(queue_ids);
  queue_ids.erase(std::unique(queue_ids.begin(), queue_ids.end()), queue_ids.end());
  if (agent.paused_queues == queue_ids) return;
  const auto before = std::exchange(agent.paused_queues, std::move(queue_ids));
  paused_agents_.put(index, !agent.paused_queues.empty());
  const auto changed = [&](const std::string& id) {
    return agent.is_paused_by(id) != (std::ranges::find(before, id) != before.end());
  };
  for (const QueueState& queue : queues_) {
    if (!changed(queue.rules.id)) continue;
    for (const Plan* plan : queue.plans) {
      moved_in_lanes_ += static_cast<int>(plan->lanes.size());
      for (const LaneIndex lane : plan->lanes) classify(lane, index);
    }
  }
  effects_.emplace_back(QueuesPaused{agent.id, agent.paused_queues});
  mark_changed(index);
  watch_emptiness();
  if (!rebuilding_) drop_wishes(index);
  if (!std::exchange(agent.in_dirty, true)) dirty_agents_.push_back(index);
}

/// Queues may pause no more.
void Router::end_pauses() {
  std::vector<AgentIndex> paused;
  for_each_in_both(paused_agents_, paused_agents_, [&](AgentIndex index) {
    paused.push_back(index);
    return true;
  });
  for (const AgentIndex index : paused) set_paused(index, agents_[index].paused_queues);
}

/// The agent has answered an offer of that queue.
void Router::forget_queue_misses(AgentIndex index, std::string_view queue_id) {
  std::vector<QueueMisses>& rows = agents_[index].queue_misses;
  if (!rows.empty()) std::erase_if(rows, [&](const QueueMisses& row) { return row.queue_id == queue_id; });
}

/// Of its members who are ready, or staffed: those whom it offers nothing.
std::int64_t Router::paused_count(const QueueState& queue, bool ready) const {
  std::int64_t paused = 0;
  for_each_in_both(queue.members, paused_agents_, [&](AgentIndex index) {
    const AgentState& agent = agents_[index];
    paused += (ready ? agent.ready : agent.staffed) && agent.is_paused_by(queue.rules.id);
    return true;
  });
  return paused;
}

}  // namespace hark::routing
