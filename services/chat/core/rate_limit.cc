#include "chat/core/rate_limit.h"

#include <algorithm>

#include "base/core/check.h"

namespace hark::chat {

RateLimit::RateLimit(int per_minute, int burst)
    : interval_{std::max<std::int64_t>(1, 60'000 / per_minute)}, tolerance_{interval_ * (burst - 1)} {
  HARK_CHECK(per_minute > 0 && burst > 0);
}

Duration RateLimit::take(std::string_view name, TimePoint now) {
  auto found = full_at_.find(std::string{name});
  if (found == full_at_.end()) {
    if (full_at_.size() >= kRateLimitKeysMax)
      std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
    const auto shared = full_at_.size() >= kRateLimitKeysMax;
    found = full_at_.try_emplace(shared ? std::string{} : std::string{name}, now).first;
  }
  const auto full_at = std::max(found->second, now);
  if (full_at - now > tolerance_) return full_at - now - tolerance_;
  found->second = full_at + interval_;
  return Duration{0};
}

}  // namespace hark::chat
