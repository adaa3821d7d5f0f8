#pragma once

#include <vector>

#include "base/config/config.h"

namespace hark::routing {

/// What is wrong with what a configuration says of routing, taken by itself: numbers out of range,
/// requirements that cannot be read, names within `routing` that lead nowhere.
std::vector<ConfigProblem> rules_unread(const v1::Config& config);

/// For `hark config check`, at start and when rules are set: that, and what routing and accounts say of each
/// other.
std::vector<ConfigProblem> check_config(const v1::Config& config);

/// What is allowed, but hardly meant: queues that no ticket comes to, limits that lead nowhere, requirements
/// that nobody meets.
std::vector<ConfigProblem> doubtful_config(const v1::Config& config);

}  // namespace hark::routing
