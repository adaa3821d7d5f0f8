#pragma once

#include "base/app/module.h"

namespace hark::console {

/// The console in a process: routes on its HTTP server, and sessions on the HTTP server's thread.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::console
