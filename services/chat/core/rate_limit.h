#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/core/time.h"

namespace hark::chat {

/// Names that a limit tells apart. Beyond them, further names share one allowance until others have rested.
constexpr std::size_t kRateLimitKeysMax = 100'000;

/// A token bucket for each of many names: `per_minute` in the long run, `burst` at once.
///
/// Keeps one instant per name, when its bucket would be full again (the generic cell rate algorithm), so that
/// nothing has to be refilled. Not thread-safe.
class RateLimit {
 public:
  RateLimit(int per_minute, int burst);

  /// Takes one token. Zero: go ahead; otherwise nothing was taken, and one will be there after this long.
  Duration take(std::string_view name, TimePoint now);

 private:
  Duration interval_;
  Duration tolerance_;
  std::unordered_map<std::string, TimePoint> full_at_;
};

}  // namespace hark::chat
