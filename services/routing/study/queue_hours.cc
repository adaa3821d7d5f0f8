#include "routing/study/queue_hours.h"

#include <algorithm>

namespace hark::routing {

void add_hours(Workload& workload, const Settings& settings,
               const std::function<const BusinessHours*(const std::string& name)>& find) {
  for (const QueueRules& queue : settings.queues) {
    const BusinessHours* hours = queue.hours.empty() ? nullptr : find(queue.hours);
    if (!hours) continue;
    for (std::optional<TimePoint> at = workload.begins; at && *at <= workload.ends;
         at = hours->next_change(*at)) {
      const auto place = std::ranges::upper_bound(workload.agents, *at, {}, &ScheduledInput::at);
      workload.agents.insert(place, {*at, QueueHours{queue.id, hours->open_at(*at)}});
    }
  }
}

}  // namespace hark::routing
