#include "console/core/log_place.h"

#include <algorithm>

namespace hark::console {

void LogPlace::took(std::int32_t partition, std::int64_t position, TimePoint at) {
  positions_[partition] = position;
  newest_ = std::max(newest_, at);
}

void LogPlace::forget_positions() {
  positions_.clear();
  if (caught_up_) since_ = std::max(since_, newest_ - kReadAgainOfLog);
  caught_up_ = false;
}

}  // namespace hark::console
