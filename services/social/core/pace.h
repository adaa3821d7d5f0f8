#pragma once

#include <optional>

#include "base/core/time.h"

namespace hark::social {

/// Spaces an account's requests evenly, so that its network is never asked more often than it takes, and
/// keeps silence for as long as the network asks for it. One per account; not thread-safe. Holds no timer.
class Pace {
 public:
  explicit Pace(int per_second) : gap_{Duration{std::chrono::seconds{1}} / per_second} {}

  /// The time of the next free place, which is taken; nothing if it is further away than `patience`: then
  /// none is taken, and free_at() says when it is worth coming back.
  std::optional<TimePoint> take(TimePoint now, Duration patience);
  [[nodiscard]] TimePoint free_at(TimePoint now) const;
  /// The network wants nothing before then.
  void hold(TimePoint until);

 private:
  Duration gap_;
  TimePoint next_ = {};
};

}  // namespace hark::social
