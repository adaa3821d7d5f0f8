#pragma once

#include <CLI/App.hpp>

namespace hark {

/// Adds `hark simulate`: plays made-up customers to a configuration, for questions of staffing. `status`
/// becomes the exit status.
void add_simulate(CLI::App& app, int& status);

}  // namespace hark
