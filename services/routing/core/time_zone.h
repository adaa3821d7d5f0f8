#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace date {
class time_zone;
}

namespace hark::routing {

/// What a clock on a wall shows, in a zone that is known from elsewhere.
using LocalTime = std::chrono::local_time<Duration>;

/// Which of the two instants is meant when clocks that are put back show the same time twice.
enum class Twice { kFirst, kSecond };

/// A zone of the system's tz database. Cheap to copy; what it points to lives as long as the process.
///
/// The database lists every change of clocks to the end of 2037. Past that, the last one it lists holds.
class TimeZone {
 public:
  /// "Europe/Riga", "UTC". INVALID_FIELD for a name that the database does not have.
  static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] LocalTime to_local(TimePoint instant) const;
  /// A time that clocks put forward jump over is the instant of the jump.
  [[nodiscard]] TimePoint to_instant(LocalTime local, Twice twice) const;
  [[nodiscard]] const std::string& name() const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_{zone} {}
  const date::time_zone* zone_;
};

}  // namespace hark::routing
