#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/ical.h"
#include "routing/core/time_zone.h"

namespace hark::routing {

/// Part of a day, in minutes since its midnight. One that ends no later than it begins goes on into the next
/// day.
struct DayRange {
  int from_minute = 0;
  int until_minute = 0;
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

/// Of each weekday, Monday first.
using WeekHours = std::array<std::vector<DayRange>, 7>;

/// Adds what a line such as "mon-fri 09:00-12:30, 13:00-18:00" or "sat 10:00-24:00" says. INVALID_FIELD.
Status add_week_hours(WeekHours& hours, std::string_view line);

/// When work is done: a week's hours in a time zone, closed on holidays, with hours of their own on special
/// days. Exact to the millisecond; a day of 23 or 25 hours is one.
///
/// A value: made once from the configuration, the same answers ever after. Each day that any special opening
/// touches has those openings instead of the week's, even on a holiday; otherwise holidays are cut out.
class BusinessHours {
 public:
  /// How far ahead an opening is looked for.
  static constexpr std::chrono::days kLookAheadMax{3660};

  /// Holidays and special openings as read_calendar gives them.
  BusinessHours(TimeZone zone, WeekHours week, std::vector<Interval> holidays, std::vector<Interval> special);

  /// Always open.
  static BusinessHours around_the_clock();

  [[nodiscard]] bool open_at(TimePoint t) const;
  /// The earliest instant by which there has been so much open time since `t`; nothing if that is beyond
  /// kLookAheadMax.
  [[nodiscard]] std::optional<TimePoint> add_open_time(TimePoint t, Duration duration) const;
  /// Zero if b is not after a.
  [[nodiscard]] Duration open_time_between(TimePoint a, TimePoint b) const;
  /// `t` itself if open then; nothing if that is beyond kLookAheadMax.
  [[nodiscard]] std::optional<TimePoint> next_opening(TimePoint t) const;
  /// When open turns into closed, or the other way, after `t`; nothing if that is beyond kLookAheadMax.
  [[nodiscard]] std::optional<TimePoint> next_change(TimePoint t) const;
  /// For people, in its time zone: "22:00"; with its date if that is not that of `now`.
  [[nodiscard]] std::string time_of_day(TimePoint t, TimePoint now) const;

 private:
  class Walk;
  [[nodiscard]] std::vector<Interval> of_day(std::chrono::local_days day) const;

  TimeZone zone_;
  WeekHours week_;
  bool always_ = false;
  std::vector<Interval> holidays_;
  std::vector<Interval> special_;
};

}  // namespace hark::routing
