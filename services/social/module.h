#pragma once

#include "base/app/module.h"

namespace hark::social {

/// The social channel in a process: networks' webhooks in, answers out over HTTPS.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::social
