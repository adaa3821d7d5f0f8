#include "email/core/retry.h"

#include <algorithm>
#include <array>

namespace hark::email {

std::optional<TimePoint> next_attempt(int attempts, TimePoint created, TimePoint now,
                                      Duration give_up_after) {
  using namespace std::chrono_literals;
  constexpr std::array<Duration, 9> kPauses{1min, 5min, 15min, 30min, 1h, 1h, 1h, 2h, 4h};
  if (now - created >= give_up_after) return std::nullopt;
  const auto index = std::clamp(attempts - 1, 0, static_cast<int>(kPauses.size()) - 1);
  // The last attempt is made when the time is up, not skipped because the pause reaches beyond it.
  return std::min(now + kPauses[static_cast<std::size_t>(index)],
                  std::max(created + give_up_after, now + 1min));
}

}  // namespace hark::email
