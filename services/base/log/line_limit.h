#pragma once

#include <optional>
#include <utility>

#include "base/core/time.h"

namespace hark {

/// Lets one line through in a while, of what may happen as often as others like. Not thread-safe.
class LineLimit {
 public:
  explicit LineLimit(Duration every) : every_{every} {}

  /// Whether this one is told, and how many before it were not.
  std::optional<int> let_through(TimePoint now) {
    if (last_ && now - *last_ < every_) {
      ++untold_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(untold_, 0);
  }

 private:
  Duration every_;
  std::optional<TimePoint> last_;
  int untold_ = 0;
};

}  // namespace hark
