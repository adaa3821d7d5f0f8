#pragma once

#include <CLI/App.hpp>

namespace hark {

/// Adds `hark replay`: gives a journal of routing's inputs to an engine again, tells whether the decisions
/// are the same, and what other rules would have made of it. `status` becomes the exit status.
void add_replay(CLI::App& app, int& status);

}  // namespace hark
