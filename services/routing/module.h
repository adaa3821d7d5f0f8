#pragma once

#include "base/app/module.h"
#include "base/config/config.h"

namespace hark::routing {

/// The routing service in a process.
Result<std::unique_ptr<Module>> bind(Process& process);

/// What is wrong with the rules of routing: requirements that cannot be read, queues that are not there.
std::vector<ConfigProblem> check_config(const v1::Config& config);

}  // namespace hark::routing
