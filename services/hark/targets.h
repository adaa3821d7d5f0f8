#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/app/module.h"

namespace hark {

/// One service that `hark serve` can run.
struct Target {
  std::string_view name;
  Bind bind;
  /// Services that this one needs: ready before it starts if they run in the same process, else named in
  /// `peers`.
  std::vector<std::string_view> after;
};

/// Every service there is, in order of dependence. The one place that names them all.
std::span<const Target> targets();

/// The targets of these names in order of dependence; INVALID_FIELD names what is not there.
Result<std::vector<const Target*>> select_targets(std::span<const std::string> names);

}  // namespace hark
