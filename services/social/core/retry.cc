#include "social/core/retry.h"

#include <algorithm>

namespace hark::social {

std::optional<TimePoint> next_attempt(int attempts, TimePoint created, TimePoint now, Duration asked,
                                      Duration give_up_after) {
  constexpr Duration kFirst = std::chrono::seconds{5};
  constexpr Duration kLongest = std::chrono::minutes{15};
  const auto own = std::min(kLongest, kFirst * (1 << std::clamp(attempts - 1, 0, 8)));
  const auto at = now + std::max(own, std::min<Duration>(asked, std::chrono::hours{1}));
  if (at > created + give_up_after) return std::nullopt;
  return at;
}

}  // namespace hark::social
