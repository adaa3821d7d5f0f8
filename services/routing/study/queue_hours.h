#pragma once

#include <functional>
#include <string>

#include "routing/core/business_hours.h"
#include "routing/study/simulation.h"

namespace hark::routing {

/// Lets queues open and close while the workload is played. `find` gives the hours of a name, or null.
void add_hours(Workload& workload, const Settings& settings,
               const std::function<const BusinessHours*(const std::string& name)>& find);

}  // namespace hark::routing
