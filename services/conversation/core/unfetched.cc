#include "conversation/core/unfetched.h"

#include <algorithm>

namespace hark::conversation {

void UnfetchedWatch::waits(std::uint16_t partition, TimePoint since) {
  const auto [at, is_new] = oldest_.try_emplace(partition, since);
  if (!is_new) at->second = std::min(at->second, since);
}

void UnfetchedWatch::looked(std::uint16_t partition, std::optional<TimePoint> oldest) {
  if (oldest) {
    oldest_[partition] = *oldest;
  } else {
    oldest_.erase(partition);
  }
}

std::vector<std::uint16_t> UnfetchedWatch::due(TimePoint now) const {
  std::vector<std::uint16_t> out;
  for (const auto& [partition, since] : oldest_) {
    if (since <= cutoff(now)) out.push_back(partition);
  }
  return out;
}

std::optional<TimePoint> UnfetchedWatch::next_deadline() const {
  const auto first = std::ranges::min_element(oldest_, {}, [](const auto& one) { return one.second; });
  if (first == oldest_.end()) return std::nullopt;
  return first->second + patience_;
}

}  // namespace hark::conversation
