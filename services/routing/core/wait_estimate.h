#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/core/time.h"

namespace hark::routing {

/// Why nobody can say how long it will take, the most hopeful reason first; as v1::NoEstimate.
enum class NoEstimate : std::uint8_t {
  kNone = 0,
  kTooFewServed = 1,
  kNobodyThere = 2,
  kClosed = 3,
  kNotWaiting = 4,
};

/// How long it will take, or why that cannot be said.
struct WaitEstimate {
  std::optional<Duration> wait;
  NoEstimate why_none = NoEstimate::kNone;
  friend bool operator==(const WaitEstimate&, const WaitEstimate&) = default;
};

/// Of two lines that are told of as one.
inline WaitEstimate longer(const WaitEstimate& a, const WaitEstimate& b) {
  if (a.wait || b.wait) return {std::max(a.wait, b.wait), NoEstimate::kNone};
  if (a.why_none == NoEstimate::kNone || b.why_none == NoEstimate::kNone)
    return {{}, std::max(a.why_none, b.why_none)};
  return {{}, std::min(a.why_none, b.why_none)};
}

}  // namespace hark::routing
