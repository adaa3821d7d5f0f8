#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

/// Queues that stay open when rules change, until their hours are told: what waits in one that was always
/// open is not to go elsewhere for good.
std::set<std::string> Router::open_by_hours() const {
  std::set<std::string> open;
  for (const auto& [id, queue] : queue_index_) {
    if (!queues_[queue].closed) open.insert(id);
  }
  return open;
}

void Router::shut_lanes(const QueueState& queue) {
  for (const Plan* plan : queue.plans) {
    for (const LaneIndex lane : plan->lanes) lanes_.shut(lane, queue.closed);
  }
}

void Router::on(const QueueHours& in) {
  const auto found = queue_index_.find(in.queue_id);
  if (found == queue_index_.end()) return;
  QueueState& queue = queues_[found->second];
  if (queue.rules.hours.empty() || queue.closed != in.open) return;
  queue.closed = !in.open;
  shut_lanes(queue);
  if (queue.closed) return clear_closed_later(found->second, now_);
  // Whoever has room may have something to do now.
  for_each_in_both(queue.members, ready_for_any_, [&](AgentIndex index) {
    if (!std::exchange(agents_[index].in_dirty, true)) dirty_agents_.push_back(index);
    return true;
  });
}

void Router::clear_closed_later(QueueIndex index, TimePoint at) {
  QueueState& queue = queues_[index];
  if (queue.rules.closed_to.empty() || queue.waiting == 0 || queue.clears_at) return;
  queue.clears_at = at;
  deadlines_.insert({*queue.clears_at, DeadlineKind::kQueueClears, queue_index_.find(queue.rules.id)->first});
}

/// Some of what waits in a closed queue goes on, the rest a moment later.
void Router::clear_closed(QueueIndex index) {
  const QueueState& queue = queues_[index];
  if (queue.closed && send_over(first_waiting(queue), queue.rules.closed_to, "it is closed"))
    clear_closed_later(index, now_ + Duration{1});
}

}  // namespace hark::routing
