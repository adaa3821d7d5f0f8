#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/core/result.h"
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

  /// Takes `cost` tokens, at most a burst of them. Zero: go ahead; otherwise nothing was taken, and they will
  /// be there after this long.
  Duration take(std::string_view name, TimePoint now, int cost = 1);
  /// What take() would answer.
  [[nodiscard]] Duration wait(std::string_view name, TimePoint now, int cost = 1) const;

 private:
  [[nodiscard]] Duration wait_from(TimePoint full_at, TimePoint now, int cost) const;

  Duration interval_;
  Duration tolerance_;
  std::unordered_map<std::string, TimePoint> full_at_;
};

/// Tokens of one name under one limit.
struct Allowance {
  RateLimit& limit;
  std::string name;
  int cost = 1;
};

/// Zero: all of these are there; otherwise they will be after this long.
Duration wait_of_all(const std::vector<Allowance>& allowances, TimePoint now);
/// Takes all, or, unless it answers zero, none: who has to wait for one has not paid for another.
Duration take_all(const std::vector<Allowance>& allowances, TimePoint now);

/// OVERLOADED, in words for whoever sent or got these too fast.
Error too_many(std::string_view what, Duration wait);

}  // namespace hark::chat
