#include "routing/core/business_hours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;
using testing::HasSubstr;

TimePoint utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         std::chrono::hours{hour} + std::chrono::minutes{minute};
}

TimeZone zone(std::string_view name) { return TimeZone::find(name).value(); }

WeekHours week(std::initializer_list<const char*> lines) {
  WeekHours hours;
  for (const char* line : lines) EXPECT_TRUE(add_week_hours(hours, line).ok()) << line;
  return hours;
}

std::vector<Interval> all_day(std::string_view zone_name, const std::string& date) {
  return read_calendar(
             "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:" + date + "\nEND:VEVENT\nEND:VCALENDAR\n",
             zone(zone_name))
      .value();
}

BusinessHours riga_office() {
  return {zone("Europe/Riga"), week({"mon-fri 09:00-12:30, 13:00-18:00"}), {}, {}};
}

TEST(TimeZones, AnUnknownNameIsRefusedAndNoPathLeadsOut) {
  for (const char* name :
       {"", "Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "Europe/../UTC", "\xff"}) {
    EXPECT_FALSE(TimeZone::find(name).ok()) << name;
  }
}

TEST(BusinessHours, OpenToTheMillisecond) {
  const auto hours = riga_office();
  EXPECT_FALSE(hours.open_at(utc(2026, 11, 26, 7) - 1ms));
  EXPECT_TRUE(hours.open_at(utc(2026, 11, 26, 7)));
  EXPECT_TRUE(hours.open_at(utc(2026, 11, 26, 10, 30) - 1ms));
  EXPECT_FALSE(hours.open_at(utc(2026, 11, 26, 10, 30)));
  EXPECT_FALSE(hours.open_at(utc(2026, 11, 28, 8)));
}

TEST(BusinessHours, OpenTimeIsAddedOverBreaksNightsAndWeekends) {
  const auto hours = riga_office();
  const auto friday = utc(2026, 11, 27, 15, 30);  // 17:30
  EXPECT_EQ(hours.add_open_time(friday, 30min), utc(2026, 11, 27, 16));
  EXPECT_EQ(hours.add_open_time(friday, 30min + 1ms), utc(2026, 11, 30, 7) + 1ms);
  EXPECT_EQ(hours.add_open_time(friday, 4h + 30min), utc(2026, 11, 30, 11, 30));
  EXPECT_EQ(hours.add_open_time(utc(2026, 11, 28), 0ms), utc(2026, 11, 28));
  EXPECT_EQ(hours.open_time_between(friday, utc(2026, 11, 30, 11, 30)), 4h + 30min);
  EXPECT_EQ(hours.open_time_between(utc(2026, 11, 30), friday), 0ms);
}

TEST(BusinessHours, TheNextChangeIsAnOpeningOrAClosing) {
  const auto hours = riga_office();
  EXPECT_EQ(hours.next_change(utc(2026, 11, 26, 3)), utc(2026, 11, 26, 7));
  EXPECT_EQ(hours.next_change(utc(2026, 11, 26, 7)), utc(2026, 11, 26, 10, 30));
  EXPECT_EQ(hours.next_change(utc(2026, 11, 26, 10, 30)), utc(2026, 11, 26, 11));
  EXPECT_EQ(hours.next_change(utc(2026, 11, 27, 16)), utc(2026, 11, 30, 7)) << "the weekend is one pause";
  EXPECT_FALSE(BusinessHours::around_the_clock().next_change(utc(2026, 11, 26)));
  const BusinessHours every_day{zone("UTC"), week({"mon-sun 00:00-24:00"}), {}, {}};
  EXPECT_FALSE(every_day.next_change(utc(2026, 11, 26))) << "midnight is no closing";
  const BusinessHours but_one{zone("UTC"), week({"mon-sun 00:00-24:00"}), all_day("UTC", "20261225"), {}};
  EXPECT_EQ(but_one.next_change(utc(2026, 11, 26)), utc(2026, 12, 25));
  EXPECT_EQ(but_one.next_change(utc(2026, 12, 25)), utc(2026, 12, 26));
}

TEST(BusinessHours, TheNextOpeningIsNowOrLater) {
  const auto hours = riga_office();
  EXPECT_EQ(hours.next_opening(utc(2026, 11, 26, 8) + 7ms), utc(2026, 11, 26, 8) + 7ms);
  EXPECT_EQ(hours.next_opening(utc(2026, 11, 26, 10, 30)), utc(2026, 11, 26, 11));
  EXPECT_EQ(hours.next_opening(utc(2026, 11, 27, 16)), utc(2026, 11, 30, 7));
}

TEST(BusinessHours, ADayOf23Or25HoursIsOne) {
  const BusinessHours hours{zone("Europe/Riga"), week({"mon-sun 00:00-24:00"}), {}, {}};
  EXPECT_EQ(hours.open_time_between(utc(2026, 3, 28, 22), utc(2026, 3, 29, 21)), 23h);
  const BusinessHours night{zone("Europe/Riga"), week({"sun 02:00-05:00"}), {}, {}};
  // Clocks go from 03:00 to 04:00 on 29 March: two hours; and from 04:00 back to 03:00 on 25 October: four.
  EXPECT_EQ(night.open_time_between(utc(2026, 3, 28), utc(2026, 3, 30)), 2h);
  EXPECT_EQ(night.open_time_between(utc(2026, 10, 24), utc(2026, 10, 26)), 4h);
  EXPECT_EQ(night.add_open_time(utc(2026, 10, 24), 3h + 30min), utc(2026, 10, 25, 2, 30));
}

TEST(BusinessHours, OpeningInAJumpIsTheJump) {
  const BusinessHours hours{zone("Europe/Riga"), week({"sun 03:30-06:00"}), {}, {}};
  EXPECT_EQ(hours.next_opening(utc(2026, 3, 28)), utc(2026, 3, 29, 1));
}

TEST(BusinessHours, ANightShiftGoesOnIntoTheNextDay) {
  const BusinessHours hours{zone("UTC"), week({"fri 22:00-06:00"}), {}, {}};
  EXPECT_TRUE(hours.open_at(utc(2026, 11, 28, 5, 59)));
  EXPECT_FALSE(hours.open_at(utc(2026, 11, 28, 6)));
  EXPECT_EQ(hours.open_time_between(utc(2026, 11, 28, 1), utc(2026, 11, 29)), 5h);
}

TEST(BusinessHours, HolidaysAreCutOutAndSpecialDaysHaveTheirOwnHours) {
  const auto holiday = all_day("Europe/Riga", "20261118");
  const BusinessHours closed{zone("Europe/Riga"), week({"mon-fri 09:00-18:00"}), holiday, {}};
  EXPECT_FALSE(closed.open_at(utc(2026, 11, 18, 10)));
  EXPECT_EQ(closed.next_opening(utc(2026, 11, 17, 17)), utc(2026, 11, 19, 7));

  const std::vector<Interval> short_day{{utc(2026, 11, 18, 8), utc(2026, 11, 18, 10)}};
  const BusinessHours special{zone("Europe/Riga"), week({"mon-fri 09:00-18:00"}), holiday, short_day};
  EXPECT_EQ(special.open_time_between(utc(2026, 11, 18), utc(2026, 11, 18, 22)), 2h);
}

TEST(BusinessHours, WhoIsNeverOpenPromisesNothing) {
  const BusinessHours hours{zone("UTC"), {}, {}, {}};
  EXPECT_EQ(hours.next_opening(utc(2026, 1, 1)), std::nullopt);
  EXPECT_EQ(hours.add_open_time(utc(2026, 1, 1), 1ms), std::nullopt);
  EXPECT_EQ(hours.open_time_between(utc(2026, 1, 1), utc(2027, 1, 1)), 0ms);
}

TEST(BusinessHours, AroundTheClockIsCalendarTime) {
  const auto hours = BusinessHours::around_the_clock();
  EXPECT_TRUE(hours.open_at(utc(2026, 1, 1, 3)));
  EXPECT_EQ(hours.add_open_time(utc(2026, 1, 1), 36h), utc(2026, 1, 2, 12));
  EXPECT_EQ(hours.open_time_between(utc(2026, 1, 1), utc(2026, 1, 3)), 48h);
}

TEST(BusinessHours, LinesThatCannotBeReadSaySo) {
  WeekHours hours;
  for (const char* line : {"", "mon", "mon-fry 09:00-18:00", "mon 9:00-18:00", "mon 09:00", "mon 25:00-26:00",
                           "mon 09:60-10:00", "mon 09:00-09:00", "mon 24:00-06:00", "mon 09:00-10:00,,"}) {
    EXPECT_FALSE(add_week_hours(hours, line).ok()) << line;
  }
  EXPECT_THAT(add_week_hours(hours, "mon 9-5").error().message, HasSubstr("09:00-18:00"));
  EXPECT_EQ(week({"fri-mon 10:00-11:00"})[6].size(), 1U);  // over the weekend
}

/// Open by the clock on the wall, one minute at a time, with nothing that the code under test has.
bool open_by_the_wall(const TimeZone& zone, const WeekHours& week, const std::vector<Interval>& holidays,
                      TimePoint t) {
  for (const Interval& i : holidays) {
    if (i.begin <= t && t < i.end) return false;
  }
  const auto local = zone.to_local(t);
  for (const int back : {0, 1}) {
    const auto day = floor<days>(local) - days{back};
    const auto minute = floor<std::chrono::minutes>(local - LocalTime{day}).count();
    for (const DayRange& r : week[std::chrono::weekday{day}.iso_encoding() - 1]) {
      const int until = r.until_minute + (r.until_minute <= r.from_minute ? 1440 : 0);
      if (r.from_minute <= minute && minute < until) return true;
    }
  }
  return false;
}

TEST(BusinessHours, AgreeWithAClockThatIsReadEachMinute) {
  constexpr const char* kZones[] = {
      "Europe/Riga", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "America/St_Johns"};
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 60; ++round) {
    const auto where = zone(kZones[pick(6)]);
    WeekHours hours;
    for (auto& ranges : hours) {
      for (int n = pick(3); n > 0; --n) {
        const int from = pick(24 * 60);
        const int until = 1 + pick(24 * 60);
        if (from != until) ranges.push_back({from, until});
      }
    }
    // Around a change of clocks, mostly.
    const auto begin = utc(2026, pick(2) == 0 ? 3 : 10, 1 + static_cast<unsigned>(pick(28)));
    const auto end = begin + days{10};
    std::vector<Interval> holidays;
    const auto holiday = begin + std::chrono::minutes{pick(10 * 1440)};
    holidays.push_back({holiday, holiday + std::chrono::minutes{1 + pick(2000)}});
    const BusinessHours office{where, hours, holidays, {}};

    Duration sum{0};
    const auto since = begin + std::chrono::minutes{pick(2000)};
    for (auto t = begin; t < end; t += 1min) {
      // What a wall shows twice does not tell which of the two it is.
      const auto local = where.to_local(t);
      const bool twice = where.to_instant(local, Twice::kFirst) != where.to_instant(local, Twice::kSecond);
      const bool open = twice ? office.open_at(t) : open_by_the_wall(where, hours, holidays, t);
      ASSERT_EQ(office.open_at(t), open) << round << " " << where.name() << " at " << to_ms(t);
      if (open && t >= since) sum += 1min;
    }
    ASSERT_EQ(office.open_time_between(since, end), sum) << round << " " << where.name();
    const Duration part{
        sum.count() == 0 ? 0
                         : 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(sum.count()))};
    if (part > 0ms) {
      const auto reached = office.add_open_time(since, part);
      ASSERT_TRUE(reached);
      ASSERT_EQ(office.open_time_between(since, *reached), part);
      ASSERT_TRUE(office.open_at(*reached - 1ms));
    }
  }
}

}  // namespace
}  // namespace hark::routing
