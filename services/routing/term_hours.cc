#include <algorithm>

#include "routing/term.h"

namespace hark::routing {

/// Tells the engine which queues are open. Returns when that changes next.
std::optional<TimePoint> Term::tell_hours() {
  const TimePoint now = world_.clock.now();
  std::optional<TimePoint> next;
  for (const QueueRules& queue : router_.settings().queues) {
    const BusinessHours* hours = rules_.rules.policies ? rules_.rules.policies->hours(queue.hours) : nullptr;
    if (hours == nullptr) continue;
    const bool open = hours->open_at(now);
    if (router_.is_open(queue.id) != open) feed(QueueHours{queue.id, open});
    const auto change = hours->next_change(now);
    if (change && (!next || *change < *next)) next = change;
  }
  return next;
}

std::optional<TimePoint> Term::next_change_of_hours(std::string_view queue_id) const {
  const auto& queues = rules_.rules.settings.queues;
  const auto queue = std::ranges::find(queues, queue_id, &QueueRules::id);
  if (queue == queues.end() || !rules_.rules.policies) return std::nullopt;
  const BusinessHours* hours = rules_.rules.policies->hours(queue->hours);
  return hours ? hours->next_change(world_.clock.now()) : std::nullopt;
}

Task<> Term::keep_hours() {
  while (!over_) {
    if (const auto next = tell_hours()) {
      hours_timer_.expires_after(std::max(*next - world_.clock.now(), Duration{0}));
    } else {
      hours_timer_.expires_at(asio::steady_timer::time_point::max());
    }
    co_await hours_timer_.async_wait(as_result);
  }
}

}  // namespace hark::routing
