#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/core/time.h"

namespace hark::console {

constexpr Duration kSeriesStep = std::chrono::minutes{5};
constexpr int kSeriesHoursMax = 12;

/// What happened on the floor lately, in steps of five minutes: counted from events, in any order of
/// partitions.
class FloorSeries {
 public:
  enum class Kind { kArrived, kAnswered, kResolved };

  struct Step {
    TimePoint from;
    int arrived = 0;
    int answered = 0;
    int resolved = 0;
    /// By how much the queue grew, or shrank.
    int queue_change = 0;
    /// Open tickets without an agent at its end.
    int waiting = 0;

    friend bool operator==(const Step&, const Step&) = default;
  };

  /// What is older than kSeriesHoursMax is let go. An event from the future counts as one of now.
  void count(Kind kind, TimePoint at, TimePoint now);
  void queue_changed(int by, TimePoint at, TimePoint now);

  /// Every step of the last hours, oldest first, the present one last, empty ones as well. The queue's length
  /// is reckoned back from what it is now.
  [[nodiscard]] std::vector<Step> steps(int hours, int waiting_now, TimePoint now) const;

 private:
  Step& step_at(TimePoint at, TimePoint now);
  /// In order of time, without empty ones.
  std::deque<Step> steps_;
};

}  // namespace hark::console
