#pragma once

#include "base/app/module.h"

namespace hark::chat {

/// The web chat channel in a process: visitors' WebSockets, files and the page.
Result<std::unique_ptr<Module>> bind(Process& process);

}  // namespace hark::chat
