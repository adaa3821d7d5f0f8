#pragma once

#include <algorithm>
#include <cstdint>

#include "base/core/time.h"

namespace hark::console {

/// Frames that a page may send at once, and then each second; what is more is answered OVERLOADED.
constexpr std::int64_t kFramesAtOnce = 100;
constexpr std::int64_t kFramesPerSecond = 50;
/// Frames that may be refused so, or for being unreadable, at once, and then each second; a page that goes on
/// is closed.
constexpr std::int64_t kRefusalsAtOnce = 200;
constexpr std::int64_t kRefusalsPerSecond = 2;

/// A bucket of permits that fills again with time.
class FrameRate {
 public:
  constexpr FrameRate(std::int64_t at_once, std::int64_t per_second)
      : most_{at_once * kParts}, per_ms_{per_second}, left_{most_} {}

  /// Takes a permit, if there is one.
  constexpr bool take(TimePoint now) {
    // A clock that steps back gives nothing and takes nothing.
    if (now > seen_) {
      const auto passed = seen_ == TimePoint{} ? 0 : std::min<std::int64_t>((now - seen_).count(), most_);
      left_ = std::min(most_, left_ + passed * per_ms_);
      seen_ = now;
    }
    if (left_ < kParts) return false;
    left_ -= kParts;
    return true;
  }

 private:
  /// Of a permit; so a permit per second is one part per millisecond.
  static constexpr std::int64_t kParts = 1000;
  std::int64_t most_;
  std::int64_t per_ms_;
  std::int64_t left_;
  TimePoint seen_{};
};

}  // namespace hark::console
