#pragma once

#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/time_zone.h"

namespace hark::routing {

/// From `begin` on, up to but without `end`.
struct Interval {
  TimePoint begin;
  TimePoint end;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Sorted by begin; what overlaps or touches is one.
std::vector<Interval> merged(std::vector<Interval> intervals);

constexpr std::size_t kCalendarBytesMax = 1 << 20;
constexpr std::size_t kCalendarEventsMax = 5'000;

/// When the events of an iCalendar file (RFC 5545) take place, all of them together, to the end of 2100.
/// Dates without a zone of their own are in `zone`.
///
/// Of a VEVENT it reads DTSTART, DTEND, DURATION, RRULE, RDATE, EXDATE, RECURRENCE-ID with UID, and STATUS
/// (what is cancelled does not take place); other components and properties are passed over. An event lasts
/// as long by the clock on the wall each time. TZID must name a zone of the tz database; VTIMEZONE is passed
/// over.
///
/// The file comes from outside: INVALID_FIELD or TOO_LARGE, with "line 12: " in front of what is wrong there.
Result<std::vector<Interval>> read_calendar(std::string_view text, const TimeZone& zone);

}  // namespace hark::routing
