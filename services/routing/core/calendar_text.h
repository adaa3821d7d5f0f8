#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/time_zone.h"

namespace hark::routing {

/// The pieces of a value between separators; an empty text has one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// "+2", "-31", "7"; nothing for anything else.
std::optional<int> signed_number(std::string_view text);

/// Someone else's words, short enough for a message and without control characters.
std::string clipped(std::string_view text);

/// A DATE or DATE-TIME of RFC 5545.
struct CalendarTime {
  LocalTime local;
  bool all_day = false;
  bool utc = false;
};

/// "20261224", "20261224T170000", "20261224T150000Z"; of the years 1900 to 2100. INVALID_FIELD.
Result<CalendarTime> parse_calendar_time(std::string_view text);

/// "P1D", "PT8H30M", "P2W"; longer than nothing, at most 366 days. INVALID_FIELD.
Result<Duration> parse_calendar_duration(std::string_view text);

}  // namespace hark::routing
