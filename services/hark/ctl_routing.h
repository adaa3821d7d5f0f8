#pragma once

#include <CLI/App.hpp>
#include <memory>

#include "hark/ctl_client.h"

namespace hark {

/// `hark ctl routing`: what routing goes by, and changing it while it runs.
void add_ctl_routing(CLI::App& ctl, std::shared_ptr<CtlClient> client);

}  // namespace hark
