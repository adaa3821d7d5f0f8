#pragma once

#include <CLI/App.hpp>
#include <memory>

#include "hark/ctl_client.h"

namespace hark {

/// `hark ctl reply` and `hark ctl sending`: answers with words, files or a template, and what accounts can
/// send.
void add_ctl_reply(CLI::App& ctl, std::shared_ptr<CtlClient> client);

}  // namespace hark
