#pragma once

#include <algorithm>
#include <cstdint>

#include "base/core/time.h"

namespace hark {

/// How long to wait before trying again: doubles from `first` to `most`, and each time a random part of it is
/// taken, so that many who lost the same server do not come back at once.
class BackOff {
 public:
  constexpr BackOff(Duration first, Duration most) : first_{first}, most_{most}, next_{first} {}
  /// `random`: any 64 random bits. Between half of the present step and all of it.
  Duration next(std::uint64_t random) {
    const auto step = next_;
    next_ = std::min(most_, 2 * next_);
    const auto half = step.count() / 2;
    return Duration{half +
                    static_cast<std::int64_t>(random % static_cast<std::uint64_t>(step.count() - half + 1))};
  }
  void reset() { next_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration next_;
};

}  // namespace hark
