#include <algorithm>

#include "routing/term.h"

namespace hark::routing {

namespace {

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

/// Tells the engine which groups are open. Returns when that changes next.
std::optional<TimePoint> Term::tell_group_hours() {
  const TimePoint now = world_.clock.now();
  std::optional<TimePoint> next;
  for (const GroupRules& group : router_.settings().groups) {
    const BusinessHours* hours = rules_.rules.policies ? rules_.rules.policies->hours(group.hours) : nullptr;
    if (hours == nullptr) continue;
    const bool open = hours->open_at(now);
    if (router_.is_group_open(group.id) != open) feed(GroupHours{group.id, open});
    next = earlier(next, hours->next_change(now));
  }
  return next;
}

std::string Term::describe_closed_group(std::string_view group_id) const {
  std::string text = "group:" + std::string{group_id} + " is closed";
  const auto& groups = rules_.rules.settings.groups;
  const auto group = std::ranges::find(groups, group_id, &GroupRules::id);
  const BusinessHours* hours =
      group == groups.end() || !rules_.rules.policies ? nullptr : rules_.rules.policies->hours(group->hours);
  const TimePoint now = world_.clock.now();
  const auto opens = hours ? hours->next_opening(now) : std::nullopt;
  return opens ? text + " until " + hours->time_of_day(*opens, now) : text;
}

/// Likewise, which queues are.
std::optional<TimePoint> Term::tell_hours() {
  const TimePoint now = world_.clock.now();
  std::optional<TimePoint> next;
  for (const QueueRules& queue : router_.settings().queues) {
    const BusinessHours* hours = rules_.rules.policies ? rules_.rules.policies->hours(queue.hours) : nullptr;
    if (hours == nullptr) continue;
    const bool open = hours->open_at(now);
    if (router_.is_open(queue.id) != open) feed(QueueHours{queue.id, open});
    next = earlier(next, hours->next_change(now));
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
    const auto groups = tell_group_hours();
    if (const auto next = earlier(groups, tell_hours())) {
      hours_timer_.expires_after(std::max(*next - world_.clock.now(), Duration{0}));
    } else {
      hours_timer_.expires_at(asio::steady_timer::time_point::max());
    }
    co_await hours_timer_.async_wait(as_result);
  }
}

}  // namespace hark::routing
