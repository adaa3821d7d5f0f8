#include "routing/core/recurrence.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "routing/core/calendar_text.h"

namespace hark::routing {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::month;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::size_t kListMax = 400;
constexpr int kIntervalMax = 1000;
constexpr int kCountMax = 100'000;

Error wrong(std::string what) {
  return {Code::kInvalidArgument, Reason::kInvalidField, "RRULE: " + std::move(what)};
}

std::optional<weekday> weekday_of(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return weekday{static_cast<unsigned>(found - kNames.begin())};
}

Result<std::vector<int>> numbers(std::string_view key, std::string_view text, int least, int most) {
  std::vector<int> out;
  for (const std::string_view item : split(text, ',')) {
    const auto number = signed_number(item);
    const bool fits = number && *number != 0 && *number <= most && *number >= least;
    if (!fits || out.size() >= kListMax) {
      return wrong(std::string{key} + "=" + clipped(text) + ": must be numbers from " +
                   std::to_string(least) + " to " + std::to_string(most) + " without 0");
    }
    out.push_back(*number);
  }
  return out;
}

Result<std::vector<Recurrence::Weekday>> weekdays(std::string_view text) {
  std::vector<Recurrence::Weekday> out;
  for (const std::string_view item : split(text, ',')) {
    const auto day = item.size() >= 2 ? weekday_of(item.substr(item.size() - 2)) : std::nullopt;
    const auto ordinal = item.size() > 2 ? signed_number(item.substr(0, item.size() - 2)) : 0;
    const bool fits =
        day && ordinal && *ordinal >= -53 && *ordinal <= 53 && (item.size() == 2 || *ordinal != 0);
    if (!fits || out.size() >= kListMax) {
      return wrong("BYDAY=" + clipped(text) + ": must be days such as MO, or 2MO, or -1FR");
    }
    out.push_back({*ordinal, *day});
  }
  return out;
}

Status put_part(Recurrence& rule, std::string_view key, std::string_view value) {
  if (key == "FREQ") {
    constexpr std::array<std::string_view, 4> kNames = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    const auto found = std::ranges::find(kNames, value);
    if (found == kNames.end()) {
      return wrong("FREQ=" + clipped(value) + ": must be DAILY, WEEKLY, MONTHLY or YEARLY");
    }
    rule.frequency = static_cast<Recurrence::Frequency>(found - kNames.begin());
  } else if (key == "INTERVAL" || key == "COUNT") {
    const int most = key == "COUNT" ? kCountMax : kIntervalMax;
    const auto number = signed_number(value);
    if (!number || *number < 1 || *number > most) {
      return wrong(std::string{key} + "=" + clipped(value) + ": must be 1 to " + std::to_string(most));
    }
    (key == "COUNT" ? rule.count : rule.interval) = *number;
  } else if (key == "UNTIL") {
    HARK_TRY(const auto until, parse_calendar_time(value));
    // A date alone lets in whatever begins on that day.
    rule.until = until.all_day ? until.local + days{1} - Duration{1} : until.local;
    rule.until_is_utc = until.utc;
  } else if (key == "BYDAY") {
    HARK_TRY(rule.by_day, weekdays(value));
  } else if (key == "BYMONTHDAY") {
    HARK_TRY(rule.by_month_day, numbers(key, value, -31, 31));
  } else if (key == "BYYEARDAY") {
    HARK_TRY(rule.by_year_day, numbers(key, value, -366, 366));
  } else if (key == "BYMONTH") {
    HARK_TRY(rule.by_month, numbers(key, value, 1, 12));
  } else if (key == "BYSETPOS") {
    HARK_TRY(rule.by_set_position, numbers(key, value, -366, 366));
  } else if (key == "WKST") {
    const auto day = weekday_of(value);
    if (!day) return wrong("WKST=" + clipped(value) + ": must be a day such as MO");
    rule.week_start = *day;
  } else {
    return wrong(clipped(key) + " is not supported; events recur by day, week, month or year");
  }
  return {};
}

bool lists(const std::vector<int>& numbers, int forward, int length) {
  if (numbers.empty()) return true;
  const int backward = forward - length - 1;
  return std::ranges::any_of(numbers, [&](int n) { return n == forward || n == backward; });
}

int last_day_of(year_month_day date) {
  return static_cast<int>(static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day()));
}

/// Follows one rule: a period (day, week, month, year) at a time, of each the days that fit.
class Expansion {
 public:
  Expansion(const Recurrence& rule, LocalTime start, RecurrenceBudget& budget)
      : rule_{rule}, start_{start}, first_{floor<days>(start)}, anchor_{first_}, budget_{budget} {}

  Result<std::vector<LocalTime>> run() {
    out_.push_back(start_);
    for (std::int64_t step = 0; !full_; step += rule_.interval) {
      std::vector<local_days> found = days_of_period(step);
      if (past_the_end_) break;
      if (budget_.days < 0 || budget_.occurrences < 0) {
        return Error{Code::kResourceExhausted, Reason::kTooLarge, "RRULE: recurs too often to be followed"};
      }
      take(found);
    }
    return std::move(out_);
  }

 private:
  std::vector<local_days> days_of_period(std::int64_t step) {
    using Frequency = Recurrence::Frequency;
    std::vector<local_days> found;
    switch (rule_.frequency) {
      case Frequency::kDaily:
        look(first_ + days{step}, 1, found);
        break;
      case Frequency::kWeekly:
        look(first_ - (weekday{first_} - rule_.week_start) + days{7 * step}, 7, found);
        break;
      case Frequency::kMonthly: {
        const auto at = anchor_.year() / anchor_.month() + std::chrono::months{step};
        look_through_month(at.year(), at.month(), found);
        break;
      }
      case Frequency::kYearly:
        for (unsigned m = 1; m <= 12; ++m) {
          look_through_month(anchor_.year() + std::chrono::years{step}, month{m}, found);
        }
        break;
    }
    return found;
  }

  void look_through_month(year y, month m, std::vector<local_days>& found) {
    if (int{y} > kRecurrenceLastYear) {
      past_the_end_ = true;
      return;
    }
    const int number = static_cast<int>(static_cast<unsigned>(m));
    budget_.days -= 1;
    if (!lists(rule_.by_month, number, 1000)) return;
    if (month_is_implied() && m != anchor_.month()) return;
    const local_days first{y / m / 1};
    look(first, last_day_of(year_month_day{first}), found);
  }

  /// A yearly rule that names neither month nor day comes in the month of its start.
  [[nodiscard]] bool month_is_implied() const {
    return rule_.frequency == Recurrence::Frequency::kYearly && rule_.by_month.empty() &&
           rule_.by_month_day.empty() && rule_.by_day.empty() && rule_.by_year_day.empty();
  }

  void look(local_days from, int length, std::vector<local_days>& found) {
    for (int i = 0; i < length; ++i) {
      const local_days day = from + days{i};
      const year_month_day date{day};
      if (int{date.year()} > kRecurrenceLastYear) {
        past_the_end_ = found.empty();
        return;
      }
      budget_.days -= 1;
      if (fits(day, date)) found.push_back(day);
    }
  }

  [[nodiscard]] bool fits(local_days day, year_month_day date) const {
    const int month_number = static_cast<int>(static_cast<unsigned>(date.month()));
    const int day_of_month = static_cast<int>(static_cast<unsigned>(date.day()));
    const local_days new_year{date.year() / 1 / 1};
    const int days_of_year = date.year().is_leap() ? 366 : 365;
    return lists(rule_.by_month, month_number, 1000) &&
           lists(rule_.by_month_day, day_of_month, last_day_of(date)) &&
           lists(rule_.by_year_day, static_cast<int>((day - new_year).count()) + 1, days_of_year) &&
           fits_weekday(day, date) && fits_implied(day, day_of_month);
  }

  [[nodiscard]] bool fits_weekday(local_days day, year_month_day date) const {
    using Frequency = Recurrence::Frequency;
    if (rule_.by_day.empty()) return true;
    const bool in_year = rule_.frequency == Frequency::kYearly && rule_.by_month.empty();
    const bool ordinals =
        in_year || rule_.frequency == Frequency::kMonthly || rule_.frequency == Frequency::kYearly;
    const local_days begin{in_year ? date.year() / 1 / 1 : date.year() / date.month() / 1};
    const int length = in_year ? (date.year().is_leap() ? 366 : 365) : last_day_of(date);
    const int index = static_cast<int>((day - begin).count());
    return std::ranges::any_of(rule_.by_day, [&](const Recurrence::Weekday& wanted) {
      if (wanted.day != weekday{day}) return false;
      if (wanted.ordinal == 0 || !ordinals) return true;
      return wanted.ordinal == index / 7 + 1 || wanted.ordinal == -((length - 1 - index) / 7 + 1);
    });
  }

  /// What the rule leaves open is as at the start.
  [[nodiscard]] bool fits_implied(local_days day, int day_of_month) const {
    using Frequency = Recurrence::Frequency;
    if (!rule_.by_day.empty() || !rule_.by_month_day.empty() || !rule_.by_year_day.empty()) return true;
    if (rule_.frequency == Frequency::kDaily) return true;
    if (rule_.frequency == Frequency::kWeekly) return weekday{day} == weekday{first_};
    return day_of_month == static_cast<int>(static_cast<unsigned>(anchor_.day()));
  }

  /// Of the days of one period, those that BYSETPOS leaves, from the start on, to the end.
  void take(const std::vector<local_days>& found) {
    const int length = static_cast<int>(found.size());
    for (int i = 0; i < length; ++i) {
      if (!lists(rule_.by_set_position, i + 1, length)) continue;
      const LocalTime at = found[static_cast<std::size_t>(i)] + (start_ - LocalTime{first_});
      if (at <= start_) continue;
      full_ = (rule_.count > 0 && static_cast<int>(out_.size()) >= rule_.count) ||
              (rule_.until && at > *rule_.until);
      if (full_) return;
      out_.push_back(at);
      budget_.occurrences -= 1;
    }
  }

  const Recurrence& rule_;
  LocalTime start_;
  local_days first_;
  year_month_day anchor_;
  RecurrenceBudget& budget_;
  bool past_the_end_ = false;
  bool full_ = false;
  std::vector<LocalTime> out_;
};

}  // namespace

Result<Recurrence> parse_recurrence(std::string_view text) {
  Recurrence rule;
  std::set<std::string_view> seen;
  for (const std::string_view part : split(text, ';')) {
    const auto equals = part.find('=');
    if (equals == part.npos) return wrong("'" + clipped(part) + "' has no '='");
    const auto key = part.substr(0, equals);
    if (!seen.insert(key).second) return wrong(clipped(key) + " is given twice");
    HARK_TRY_VOID(put_part(rule, key, part.substr(equals + 1)));
  }
  if (!seen.contains("FREQ")) return wrong("FREQ is missing");
  if (rule.count > 0 && rule.until) return wrong("COUNT and UNTIL exclude each other");
  return rule;
}

Result<std::vector<LocalTime>> occurrences(const Recurrence& rule, LocalTime start,
                                           RecurrenceBudget& budget) {
  return Expansion{rule, start, budget}.run();
}

}  // namespace hark::routing
