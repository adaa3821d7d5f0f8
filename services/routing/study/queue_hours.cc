#include "routing/study/queue_hours.h"

#include <algorithm>

namespace hark::routing {

void add_hours(Workload& workload, const Settings& settings,
               const std::function<const BusinessHours*(const std::string& name)>& find) {
  const auto add = [&](const std::string& name, const auto& news) {
    const BusinessHours* hours = name.empty() ? nullptr : find(name);
    for (std::optional<TimePoint> at = workload.begins; hours && at && *at <= workload.ends;
         at = hours->next_change(*at)) {
      const auto place = std::ranges::upper_bound(workload.agents, *at, {}, &ScheduledInput::at);
      workload.agents.insert(place, {*at, news(hours->open_at(*at))});
    }
  };
  for (const QueueRules& queue : settings.queues)
    add(queue.hours, [&](bool open) -> Input { return QueueHours{queue.id, open}; });
  for (const GroupRules& group : settings.groups)
    add(group.hours, [&](bool open) -> Input { return GroupHours{group.id, open}; });
}

}  // namespace hark::routing
