#include "routing/core/ical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/recurrence.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TimePoint utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         std::chrono::hours{hour} + std::chrono::minutes{minute};
}

TimeZone riga() { return TimeZone::find("Europe/Riga").value(); }

std::string calendar(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n" + lines + "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::vector<Interval> read(const std::string& lines) {
  auto result = read_calendar(calendar(lines), riga());
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? *std::move(result) : std::vector<Interval>{};
}

std::string problem(const std::string& lines) {
  const auto result = read_calendar(calendar(lines), riga());
  return result.ok() ? "no problem" : result.error().message;
}

/// The days on which the rule begins, as "MM-DD", those of one year.
std::vector<std::string> days_in(int year, const std::string& rule, const std::string& start) {
  std::vector<std::string> out;
  for (const Interval& i : read("DTSTART;VALUE=DATE:" + start + "\r\nRRULE:" + rule + "\r\n")) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(riga().to_local(i.begin))};
    if (int{date.year()} != year) continue;
    char text[6];
    std::snprintf(text, sizeof text, "%02u-%02u", unsigned{date.month()}, unsigned{date.day()});
    out.emplace_back(text);
  }
  return out;
}

TEST(ICal, AllDayEventLastsFromMidnightToMidnightOfTheZone) {
  EXPECT_THAT(read("DTSTART;VALUE=DATE:20261118\r\n"),
              ElementsAre(Interval{utc(2026, 11, 17, 22), utc(2026, 11, 18, 22)}));
  EXPECT_THAT(read("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\n"),
              ElementsAre(Interval{utc(2026, 12, 23, 22), utc(2026, 12, 26, 22)}));
}

TEST(ICal, TimesAreUtcOrOfTheirZoneOrOfTheCalendar) {
  const std::vector<Interval> expected{{utc(2026, 7, 1, 9), utc(2026, 7, 1, 10)}};
  EXPECT_EQ(read("DTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n"), expected);
  EXPECT_EQ(read("DTSTART:20260701T120000\r\nDURATION:PT1H\r\n"), expected);
  EXPECT_EQ(read("DTSTART;TZID=Europe/Berlin:20260701T110000\r\nDTEND;TZID=Europe/Riga:20260701T130000\r\n"),
            expected);
  EXPECT_EQ(
      read("DTSTART;TZID=\"/mozilla.org/20070129_1/Europe/Berlin\":20260701T110000\r\nDURATION:PT60M\r\n"),
      expected);
}

TEST(ICal, LinesMayBeFolded) {
  EXPECT_THAT(read("SUMMARY:A very long\r\n  name\r\nDTST\r\n ART;VALUE=DATE\r\n\t:20261118\r\n"), SizeIs(1));
}

TEST(ICal, RulesOfTheStandardGiveItsDates) {
  // RFC 5545 section 3.8.5.3
  EXPECT_THAT(
      days_in(1998, "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105"),
      ElementsAre());
  EXPECT_THAT(
      days_in(2000, "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105"),
      ElementsAre("11-07"));
  EXPECT_THAT(days_in(1998, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19970902"),
              ElementsAre("02-13", "03-13", "11-13"));
  EXPECT_THAT(days_in(1997, "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922"),
              ElementsAre("09-22", "10-20", "11-17", "12-22"));
  EXPECT_THAT(days_in(1997, "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904"),
              ElementsAre("09-04", "10-07", "11-06"));
  EXPECT_THAT(days_in(1997, "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805"),
              ElementsAre("08-05", "08-10", "08-19", "08-24"));
  EXPECT_THAT(days_in(1997, "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805"),
              ElementsAre("08-05", "08-17", "08-19", "08-31"));
  EXPECT_THAT(days_in(1998, "FREQ=YEARLY;BYDAY=20MO", "19970519"), ElementsAre("05-18"));
  EXPECT_THAT(days_in(2000, "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "19970101"),
              ElementsAre("01-01", "04-09", "07-18"));
  EXPECT_THAT(days_in(1997, "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3", "19970928"),
              ElementsAre("09-28", "10-29", "11-28"));
  EXPECT_THAT(days_in(1997, "FREQ=DAILY;INTERVAL=2;UNTIL=19970906T000000Z", "19970902"),
              ElementsAre("09-02", "09-04", "09-06"));
}

TEST(ICal, AYearlyHolidayComesEachYearAndALeapDayInLeapYears) {
  EXPECT_THAT(days_in(2031, "FREQ=YEARLY", "20201118"), ElementsAre("11-18"));
  EXPECT_THAT(days_in(2023, "FREQ=YEARLY", "20200229"), ElementsAre());
  EXPECT_THAT(days_in(2024, "FREQ=YEARLY", "20200229"), ElementsAre("02-29"));
}

TEST(ICal, ARuleKeepsToTheWallClockOverAChangeOfClocks) {
  const auto found =
      read("DTSTART;TZID=Europe/Riga:20260327T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=4\r\n");
  EXPECT_THAT(found, ElementsAre(Interval{utc(2026, 3, 27, 7), utc(2026, 3, 27, 8)},
                                 Interval{utc(2026, 3, 28, 7), utc(2026, 3, 28, 8)},
                                 Interval{utc(2026, 3, 29, 6), utc(2026, 3, 29, 7)},
                                 Interval{utc(2026, 3, 30, 6), utc(2026, 3, 30, 7)}));
}

TEST(ICal, ExceptionsMovesAndFurtherDatesAreFollowed) {
  EXPECT_THAT(
      read(
          "DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;COUNT=5\r\nEXDATE;VALUE=DATE:20260102,20260104\r\n"
          "RDATE;VALUE=DATE:20260201\r\n"),
      SizeIs(4));
  const auto moved = read_calendar(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=2\nEND:"
      "VEVENT\n"
      "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20260102\nDTSTART;VALUE=DATE:20260110\nEND:VEVENT\nEND:"
      "VCALENDAR\n",
      riga());
  ASSERT_TRUE(moved.ok());
  EXPECT_THAT(*moved, ElementsAre(Interval{utc(2025, 12, 31, 22), utc(2026, 1, 1, 22)},
                                  Interval{utc(2026, 1, 9, 22), utc(2026, 1, 10, 22)}));
}

TEST(ICal, CancelledEventsDoNotTakePlace) {
  EXPECT_THAT(read("DTSTART;VALUE=DATE:20260101\r\nSTATUS:CANCELLED\r\n"), ElementsAre());
}

TEST(ICal, SaysInWhichLineSomethingIsWrong) {
  EXPECT_THAT(problem("DTSTART:2026-01-01\r\n"), HasSubstr("line 4: '2026-01-01' is no date"));
  EXPECT_THAT(problem("DTSTART;VALUE=DATE:20260230\r\n"), HasSubstr("line 4: '20260230' is no date"));
  EXPECT_THAT(problem("SUMMARY:x\r\nDTSTART;TZID=Mars/Olympus:20260101T000000\r\n"),
              HasSubstr("line 5: TZID: 'Mars/Olympus'"));
  EXPECT_THAT(problem("SUMMARY:x\r\n"), HasSubstr("line 3: the event has no DTSTART"));
  EXPECT_THAT(problem("nonsense\r\n"), HasSubstr("line 4: 'nonsense' is no line"));
  EXPECT_THAT(problem("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=SECONDLY\r\n"),
              HasSubstr("line 5: RRULE: FREQ=SECONDLY"));
  EXPECT_THAT(problem("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;BYHOUR=9\r\n"),
              HasSubstr("BYHOUR is not supported"));
  EXPECT_THAT(problem("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;INTERVAL=0\r\n"),
              HasSubstr("INTERVAL=0"));
  EXPECT_THAT(problem("DTSTART:20260102T000000\r\nDTEND:20260101T000000\r\n"),
              HasSubstr("line 3: the event ends before"));
  EXPECT_THAT(read_calendar("", riga()).error().message, HasSubstr("is no calendar"));
  EXPECT_THAT(
      read_calendar("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T000000\n", riga()).error().message,
      HasSubstr("the file ends within VEVENT"));
}

TEST(ICal, RulesThatRecurTooOftenAreRefused) {
  std::string events = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 200; ++i)
    events += "BEGIN:VEVENT\nDTSTART;VALUE=DATE:19000101\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
  const auto result = read_calendar(events + "END:VCALENDAR\n", riga());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason, Reason::kTooLarge);
}

}  // namespace
}  // namespace hark::routing
