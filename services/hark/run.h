#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "hark/end_signals.h"
#include "hark/v1/config.pb.h"

namespace hark {

/// Of the data folder: held by the hark that runs on it.
inline constexpr std::string_view kFolderLock = "hark.lock";

struct RunOptions {
  v1::Config config;
  std::vector<std::string> services;  // empty: all
  /// Private Redis in the data folder if the configuration names none.
  bool private_redis = true;
  bool demo_accounts = false;  // the configuration is the built-in one
};

/// Runs services until a signal asks to end, then shuts down by the script: not serving, stop accepting,
/// drain, cancel, wait, close stores in reverse. One that comes while they start ends that between two steps,
/// or after a few seconds where a step waits for others. Further ones change nothing: each step has its
/// limit. Prints what a person needs to start with. Errors: what kept it from starting.
Status run_services(const RunOptions& options, const EndSignals& signals);

}  // namespace hark
