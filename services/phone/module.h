#pragma once

#include "base/app/module.h"

namespace hark::phone {

/// The phone channel in a process: calls of PBXs and carriers in, commands to them out.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::phone
