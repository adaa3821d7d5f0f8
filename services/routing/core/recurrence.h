#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/time_zone.h"

namespace hark::routing {

/// Recurrences are followed to the end of this year.
constexpr int kRecurrenceLastYear = 2100;

/// How often an event of a calendar comes again: an RRULE of RFC 5545, in wall-clock time.
struct Recurrence {
  enum class Frequency { kDaily, kWeekly, kMonthly, kYearly };
  /// "2MO" is {2, Monday}; ordinal 0 means every one.
  struct Weekday {
    int ordinal = 0;
    std::chrono::weekday day;
  };

  Frequency frequency = Frequency::kDaily;
  int interval = 1;
  /// Of occurrences, the first included; 0: no end.
  int count = 0;
  /// The last moment at which an occurrence may begin. In UTC if `until_is_utc`, else on the event's own
  /// clock.
  std::optional<LocalTime> until;
  bool until_is_utc = false;
  std::vector<Weekday> by_day;
  std::vector<int> by_month_day;  // 1 to 31, or -1 (the last) to -31
  std::vector<int> by_year_day;   // 1 to 366, or -1 to -366
  std::vector<int> by_month;      // 1 to 12
  std::vector<int> by_set_position;
  std::chrono::weekday week_start = std::chrono::Monday;
};

/// Reads the value of an RRULE, such as "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH". INVALID_FIELD says what is wrong
/// or not supported (parts finer than a day, BYWEEKNO).
Result<Recurrence> parse_recurrence(std::string_view text);

/// How many days may be looked through; taken from by each expansion. Keeps hostile rules short.
struct RecurrenceBudget {
  std::int64_t days = 3'000'000;
  std::int64_t occurrences = 200'000;
};

/// When the event begins, each time, in order. `start` is always the first. TOO_LARGE if the budget runs out.
/// `until` must be on the event's own clock by now.
Result<std::vector<LocalTime>> occurrences(const Recurrence& rule, LocalTime start, RecurrenceBudget& budget);

}  // namespace hark::routing
