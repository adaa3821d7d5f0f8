#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "base/core/time.h"

namespace hark::console {

/// What is read again of a log that is not the one of before: partitions do not come in each other's order,
/// and clocks differ.
constexpr Duration kReadAgainOfLog = std::chrono::minutes{1};

/// How far a reader of the event log has come, and so where it goes on when its stream is lost.
///
/// By positions, one for each partition, while the log is the one that they are of. When it is another one
/// (restored, lost), by time: from a little before the newest event that was taken.
class LogPlace {
 public:
  explicit LogPlace(TimePoint since) : since_{since} {}

  void took(std::int32_t partition, std::int64_t position, TimePoint at);
  /// Everything before now has been taken, in all partitions.
  void caught_up() { caught_up_ = true; }
  /// The log has no such positions.
  void forget_positions();

  [[nodiscard]] const std::map<std::int32_t, std::int64_t>& positions() const { return positions_; }
  /// From when on partitions without a position are read.
  [[nodiscard]] TimePoint since() const { return since_; }

 private:
  std::map<std::int32_t, std::int64_t> positions_;
  TimePoint since_;
  TimePoint newest_ = {};
  bool caught_up_ = false;
};

}  // namespace hark::console
