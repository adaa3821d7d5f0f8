#include "chat/core/rate_limit.h"

#include <algorithm>

#include "base/core/check.h"

namespace hark::chat {

RateLimit::RateLimit(int per_minute, int burst)
    : interval_{std::max<std::int64_t>(1, 60'000 / per_minute)}, tolerance_{interval_ * (burst - 1)} {
  HARK_CHECK(per_minute > 0 && burst > 0);
}

Duration RateLimit::wait_from(TimePoint full_at, TimePoint now, int cost) const {
  return std::max(Duration{0}, std::max(full_at, now) + interval_ * (cost - 1) - now - tolerance_);
}

Duration RateLimit::wait(std::string_view name, TimePoint now, int cost) const {
  auto found = full_at_.find(std::string{name});
  if (found == full_at_.end() && full_at_.size() >= kRateLimitKeysMax) found = full_at_.find({});
  return wait_from(found == full_at_.end() ? now : found->second, now, cost);
}

Duration RateLimit::take(std::string_view name, TimePoint now, int cost) {
  auto found = full_at_.find(std::string{name});
  if (found == full_at_.end()) {
    if (full_at_.size() >= kRateLimitKeysMax)
      std::erase_if(full_at_, [now](const auto& bucket) { return bucket.second <= now; });
    const auto shared = full_at_.size() >= kRateLimitKeysMax;
    found = full_at_.try_emplace(shared ? std::string{} : std::string{name}, now).first;
  }
  const auto wait = wait_from(found->second, now, cost);
  if (wait == Duration{0}) found->second = std::max(found->second, now) + interval_ * cost;
  return wait;
}

Duration wait_of_all(const std::vector<Allowance>& allowances, TimePoint now) {
  Duration longest{0};
  for (const auto& one : allowances) longest = std::max(longest, one.limit.wait(one.name, now, one.cost));
  return longest;
}

Error too_many(std::string_view what, Duration wait) {
  return {Code::kResourceExhausted, Reason::kOverloaded,
          "too many " + std::string{what} + " in a short time; try again in " +
              std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s"};
}

Duration take_all(const std::vector<Allowance>& allowances, TimePoint now) {
  const auto wait = wait_of_all(allowances, now);
  if (wait > Duration{0}) return wait;
  for (const auto& one : allowances) one.limit.take(one.name, now, one.cost);
  return Duration{0};
}

}  // namespace hark::chat
