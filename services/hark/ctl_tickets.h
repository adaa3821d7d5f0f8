#pragma once

#include <CLI/App.hpp>
#include <memory>

#include "hark/ctl_client.h"

namespace hark {

/// Of `hark ctl`: what is done with a ticket that somebody has (hold, release, transfer), who is to serve a
/// customer (prefer), and an agent's wrap-up (in `agents`).
void add_ctl_tickets(CLI::App& ctl, CLI::App& agents, std::shared_ptr<CtlClient> client);

}  // namespace hark
