#pragma once

#include <chrono>
#include <cstdint>

namespace hark {

/// Wall-clock instants with the resolution that is stored and sent: milliseconds since 1970-01-01 UTC.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

constexpr std::int64_t to_ms(TimePoint t) { return t.time_since_epoch().count(); }
constexpr TimePoint from_ms(std::int64_t ms) { return TimePoint{Duration{ms}}; }

/// Where edges get the time from. Pure code takes a TimePoint instead.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

/// A clock that stands still until it is told otherwise, for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_{start} {}
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  TimePoint now_;
};

}  // namespace hark
