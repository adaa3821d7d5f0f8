#pragma once

#include <CLI/App.hpp>

namespace hark {

/// Adds `hark ctl` and its commands. Each calls a running Hark over gRPC and prints what it returned: for
/// people, or with
/// --json as proto3 JSON of the same message. `status` becomes the exit status.
void add_ctl(CLI::App& app, int& status);

}  // namespace hark
