#pragma once

#include "base/app/module.h"

namespace hark::email {

/// The email channel in a process: LMTP in, relay or outbox folder out.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::email
