#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "hark/ctl_client.h"

namespace hark {

/// `hark ctl agents`: list, add, set, presence. What others add to it goes beneath the command returned.
CLI::App* add_ctl_agents(CLI::App& ctl, std::shared_ptr<CtlClient> client);

}  // namespace hark
