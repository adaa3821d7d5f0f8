#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

/// Whether every member is absent in one of these ways.
bool Router::is_empty(const QueueState& queue, std::uint8_t factors) const {
  if (factors == 0) return false;
  bool empty = true;
  for_each_in_both(queue.members, queue.members, [&](AgentIndex index) {
    const AgentState& agent = agents_[index];
    std::uint8_t factor = 0;
    if (agent.presence == Presence::kOffline || agent.connections == 0) {
      factor = kOfflineCounts;
    } else if (agent.presence == Presence::kAway || agent.is_paused_by(queue.rules.id)) {
      factor = kAwayCounts;
    } else if (agent.wraps_up_until) {
      factor = kWrappingUpCounts;
    } else if (!agent.ready) {
      factor = kFullCounts;
    }
    empty = (factor & factors) != 0;
    return empty;
  });
  return empty;
}

void Router::watch_emptiness(QueueState& queue) {
  if (rebuilding_ || queue.rules.empty_on_leave == 0 || queue.empties_at || queue.waiting == 0) return;
  const auto name = queue_index_.find(queue.rules.id);
  if (name == queue_index_.end() || &queues_[name->second] != &queue) return;
  if (!is_empty(queue, queue.rules.empty_on_leave)) return;
  queue.empties_at = now_ + queue.rules.empty_grace;
  deadlines_.insert({*queue.empties_at, DeadlineKind::kQueueEmpty, name->first});
}

/// Something about an agent got worse.
void Router::watch_emptiness() {
  if (!anything_empties_) return;
  for (QueueIndex queue = first_queue_; queue < queues_.size(); ++queue) watch_emptiness(queues_[queue]);
}

/// If it is still without agents when the grace is over: some of its tickets go on, the rest a moment later.
void Router::empty_queue(QueueIndex index) {
  QueueState& queue = queues_[index];
  if (!is_empty(queue, queue.rules.empty_on_leave)) return;
  const bool moved = send_over(first_waiting(queue), queue.rules.empty_to, "nobody serves it any more");
  if (!moved || queue.waiting == 0 || queue.empties_at) return;
  queue.empties_at = now_ + Duration{1};
  deadlines_.insert({*queue.empties_at, DeadlineKind::kQueueEmpty, queue_index_.find(queue.rules.id)->first});
}

/// Some of those that no agent has been offered, in order.
std::vector<TicketState*> Router::first_waiting(const QueueState& queue) const {
  std::vector<TicketState*> leaving;
  for (const Plan* plan : queue.plans) {
    for (const LaneIndex lane : plan->lanes) {
      for (const WaitKey& key : lanes_.at(lane).line) {
        if (leaving.size() >= kTicketsMovedAtOnceMax) break;
        if (key.ticket->standing == Standing::kWaiting) leaving.push_back(key.ticket);
      }
    }
  }
  std::ranges::sort(leaving, [](const TicketState* a, const TicketState* b) { return a->key < b->key; });
  leaving.erase(std::unique(leaving.begin(), leaving.end()), leaving.end());
  return leaving;
}

/// Whether any of them could go there.
bool Router::send_over(const std::vector<TicketState*>& leaving, const std::string& to,
                       const std::string& why) {
  bool moved = false;
  for (TicketState* ticket : leaving) {
    leave_line(*ticket);
    moved |= overflow(*ticket, to, now_, why);
    enter_line(*ticket);
  }
  return moved;
}

}  // namespace hark::routing
