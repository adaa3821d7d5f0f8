#include "routing/core/business_hours.h"

#include <algorithm>
#include <utility>

#include "routing/core/calendar_text.h"

namespace hark::routing {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr int kDayMinutes = 24 * 60;
constexpr std::size_t kRangesPerDayMax = 24;

Error wrong(std::string_view line, std::string what) {
  return {Code::kInvalidArgument, Reason::kInvalidField, "'" + clipped(line) + "': " + std::move(what)};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<int> day_of(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<int>(found - kNames.begin());
}

std::optional<int> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0, 1, 3, 4}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return std::nullopt;
  return hour * 60 + minute;
}

/// The intervals that have any of their time in [begin, end).
auto touching(const std::vector<Interval>& intervals, TimePoint begin, TimePoint end) {
  const auto first =
      std::ranges::partition_point(intervals, [&](const Interval& i) { return i.end <= begin; });
  const auto last =
      std::partition_point(first, intervals.end(), [&](const Interval& i) { return i.begin < end; });
  return std::ranges::subrange{first, last};
}

void cut_out(std::vector<Interval>& from, const std::vector<Interval>& what) {
  std::vector<Interval> left;
  for (const Interval& interval : from) {
    TimePoint at = interval.begin;
    for (const Interval& hole : touching(what, interval.begin, interval.end)) {
      if (at < hole.begin) left.push_back({at, hole.begin});
      at = std::max(at, hole.end);
    }
    if (at < interval.end) left.push_back({at, interval.end});
  }
  from = std::move(left);
}

}  // namespace

Status add_week_hours(WeekHours& hours, std::string_view line) {
  const auto text = trimmed(line);
  const auto space = text.find(' ');
  if (space == text.npos) return wrong(line, "write it like mon-fri 09:00-18:00");
  std::array<bool, 7> on{};
  for (const auto part : split(text.substr(0, space), ',')) {
    const auto dash = part.find('-');
    const auto first = day_of(part.substr(0, dash));
    const auto last = dash == part.npos ? first : day_of(part.substr(dash + 1));
    if (!first || !last) return wrong(line, "days are mon, tue, wed, thu, fri, sat, sun");
    for (int day = *first;; day = (day + 1) % 7) {
      on[static_cast<std::size_t>(day)] = true;
      if (day == *last) break;
    }
  }
  for (const auto part : split(text.substr(space + 1), ',')) {
    const auto range = trimmed(part);
    const auto dash = range.find('-');
    const auto from = minute_of(range.substr(0, dash));
    const auto until = dash == range.npos ? std::nullopt : minute_of(range.substr(dash + 1));
    if (!from || !until || *from == kDayMinutes)
      return wrong(line, "times are written like 09:00-18:00, up to 24:00");
    if (*from == *until) return wrong(line, "the range is empty; the whole day is 00:00-24:00");
    for (std::size_t day = 0; day < on.size(); ++day) {
      if (!on[day]) continue;
      if (hours[day].size() >= kRangesPerDayMax) return wrong(line, "more than 24 ranges on one day");
      hours[day].push_back({*from, *until});
    }
  }
  return {};
}

BusinessHours::BusinessHours(TimeZone zone, WeekHours week, std::vector<Interval> holidays,
                             std::vector<Interval> special)
    : zone_{zone},
      week_{std::move(week)},
      holidays_{merged(std::move(holidays))},
      special_{merged(std::move(special))} {
  for (auto& ranges : week_) std::ranges::sort(ranges, {}, &DayRange::from_minute);
}

BusinessHours BusinessHours::around_the_clock() {
  BusinessHours hours{TimeZone::find("UTC").value(), {}, {}, {}};
  hours.always_ = true;
  return hours;
}

/// What is open of the ranges that begin on the day, in order.
std::vector<Interval> BusinessHours::of_day(local_days day) const {
  const Interval whole{zone_.to_instant(LocalTime{day}, Twice::kFirst),
                       zone_.to_instant(LocalTime{day + days{1}}, Twice::kFirst)};
  std::vector<Interval> out;
  if (const auto own = touching(special_, whole.begin, whole.end); !own.empty()) {
    for (const Interval& i : own) out.push_back({std::max(i.begin, whole.begin), std::min(i.end, whole.end)});
    return out;
  }
  const auto weekday = std::chrono::weekday{day}.iso_encoding() - 1;
  for (const DayRange& range : week_[weekday]) {
    const int until = range.until_minute + (range.until_minute <= range.from_minute ? kDayMinutes : 0);
    const Interval interval{zone_.to_instant(LocalTime{day} + minutes{range.from_minute}, Twice::kFirst),
                            zone_.to_instant(LocalTime{day} + minutes{until},
                                             until % kDayMinutes == 0 ? Twice::kFirst : Twice::kSecond)};
    if (interval.begin < interval.end) out.push_back(interval);
  }
  cut_out(out, holidays_);
  return out;
}

/// Goes through the open time from an instant on, interval by interval, none overlapping.
class BusinessHours::Walk {
 public:
  Walk(const BusinessHours& hours, TimePoint from, TimePoint until)
      : hours_{hours},
        reached_{from},
        // What began the day before may still be open.
        day_{std::chrono::floor<days>(hours.zone_.to_local(from)) - days{1}},
        last_{std::chrono::floor<days>(hours.zone_.to_local(until))} {}

  std::optional<Interval> next() {
    if (hours_.always_) {
      if (reached_ == TimePoint::max()) return std::nullopt;
      return Interval{std::exchange(reached_, TimePoint::max()), TimePoint::max()};
    }
    while (true) {
      while (at_ < found_.size()) {
        const Interval& i = found_[at_++];
        if (i.end <= reached_) continue;
        const Interval out{std::max(i.begin, reached_), i.end};
        reached_ = i.end;
        return out;
      }
      if (day_ > last_) return std::nullopt;
      found_ = hours_.of_day(day_);
      day_ += days{1};
      at_ = 0;
    }
  }

 private:
  const BusinessHours& hours_;
  TimePoint reached_;
  local_days day_;
  local_days last_;
  std::vector<Interval> found_;
  std::size_t at_ = 0;
};

bool BusinessHours::open_at(TimePoint t) const { return open_time_between(t, t + Duration{1}) > Duration{0}; }

std::optional<TimePoint> BusinessHours::add_open_time(TimePoint t, Duration duration) const {
  if (duration <= Duration{0}) return t;
  Walk walk{*this, t, t + kLookAheadMax};
  while (const auto open = walk.next()) {
    if (open->end - open->begin >= duration) return open->begin + duration;
    duration -= open->end - open->begin;
  }
  return std::nullopt;
}

Duration BusinessHours::open_time_between(TimePoint a, TimePoint b) const {
  Duration sum{0};
  Walk walk{*this, a, b};
  for (auto open = walk.next(); open && open->begin < b; open = walk.next())
    sum += std::min(open->end, b) - open->begin;
  return sum;
}

std::optional<TimePoint> BusinessHours::next_opening(TimePoint t) const {
  Walk walk{*this, t, t + kLookAheadMax};
  const auto open = walk.next();
  if (!open) return std::nullopt;
  return open->begin;
}

std::optional<TimePoint> BusinessHours::next_change(TimePoint t) const {
  if (always_) return std::nullopt;
  Walk walk{*this, t, t + kLookAheadMax};
  auto open = walk.next();
  if (!open) return std::nullopt;
  if (open->begin > t) return open->begin;
  TimePoint end = open->end;
  while ((open = walk.next()) && open->begin == end) end = open->end;  // until midnight, and on from there
  if (end > t + kLookAheadMax) return std::nullopt;
  return end;
}

std::string BusinessHours::time_of_day(TimePoint t, TimePoint now) const {
  const auto local = zone_.to_local(t);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(local - day).count();
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string clock =
      two(static_cast<unsigned>(minutes / 60)) + ":" + two(static_cast<unsigned>(minutes % 60));
  if (day == std::chrono::floor<std::chrono::days>(zone_.to_local(now))) return clock;
  const std::chrono::year_month_day date{day};
  return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) +
         "-" + two(static_cast<unsigned>(date.day())) + " " + clock;
}

}  // namespace hark::routing
