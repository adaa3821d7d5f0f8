#pragma once

#include <cstdint>

#include "base/core/time.h"

namespace hark::routing {

/// Chance by seed: the same numbers in every build, which the standard library's distributions are not
/// (SplitMix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// Exponentially distributed around the mean, by von Neumann's comparison of uniform numbers: no
  /// floating point, so no build rounds otherwise.
  Duration exponential(Duration mean) {
    for (std::int64_t whole = 0;; ++whole) {
      const std::uint64_t first = next();
      std::uint64_t least = first;
      int run = 1;
      for (std::uint64_t draw = next(); draw < least; draw = next(), ++run) least = draw;
      if (run % 2 == 0) continue;
      const auto part =
          static_cast<std::int64_t>(((first >> 33U) * static_cast<std::uint64_t>(mean.count())) >> 31U);
      return Duration{whole * mean.count() + part};
    }
  }

  /// The mean of `shape` exponential times: 1 spreads the most, many come close to the mean each time.
  Duration erlang(Duration mean, int shape) {
    Duration sum{0};
    for (int i = 0; i < shape; ++i) sum += exponential(mean);
    return sum / shape;
  }

 private:
  std::uint64_t state_;
};

}  // namespace hark::routing
