#include "social/core/pace.h"

#include <algorithm>

namespace hark::social {

std::optional<TimePoint> Pace::take(TimePoint now, Duration patience) {
  const auto at = free_at(now);
  if (at - now > patience) return std::nullopt;
  next_ = at + gap_;
  return at;
}

TimePoint Pace::free_at(TimePoint now) const { return std::max(now, next_); }

void Pace::hold(TimePoint until) { next_ = std::max(next_, until); }

}  // namespace hark::social
