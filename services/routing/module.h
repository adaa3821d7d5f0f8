#pragma once

#include "base/app/module.h"

namespace hark::routing {

/// The routing service in a process.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::routing
