#pragma once

#include "base/app/module.h"

namespace hark::conversation {

/// The conversation service in a process.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::conversation
