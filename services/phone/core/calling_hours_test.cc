#include "phone/core/calling_hours.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <vector>

namespace hark::phone {
namespace {

using Zones = std::vector<const date::time_zone*>;

TimePoint utc(int day, int hour, int minute) {
  using namespace date;
  return sys_days{year{2026} / 6 / day} + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

TEST(CallingHours, AreThoseOfTheNumbersCountry) {
  const Zones riga{date::locate_zone("Europe/Riga")};  // UTC+3 in June
  const auto hours = calling_hours_of("09:00-20:00");
  EXPECT_EQ(may_call_at(utc(3, 12, 7), hours, riga), utc(3, 12, 7));
  EXPECT_EQ(may_call_at(utc(3, 5, 59), hours, riga), utc(3, 6, 0));
  EXPECT_EQ(may_call_at(utc(3, 17, 0), hours, riga), utc(4, 6, 0));
}

TEST(CallingHours, HoldInAllZonesOfACountry) {
  const Zones coasts{date::locate_zone("America/New_York"), date::locate_zone("America/Los_Angeles")};
  const auto hours = calling_hours_of("09:00-20:00");
  EXPECT_EQ(may_call_at(utc(3, 14, 0), hours, coasts), utc(3, 16, 0));  // nine in Los Angeles
  EXPECT_EQ(may_call_at(utc(4, 1, 0), hours, coasts), utc(4, 16, 0));   // nine in the evening in New York
}

TEST(CallingHours, OfACountryThatIsTooWideAreThoseOfItsFirstZone) {
  const Zones ends{date::locate_zone("Europe/Riga"), date::locate_zone("Pacific/Auckland")};
  EXPECT_EQ(may_call_at(utc(3, 12, 0), calling_hours_of("10:00-12:00"), ends), utc(4, 7, 0));
}

TEST(CallingHours, AreNotAskedForWhereThereIsNoCountry) {
  EXPECT_EQ(may_call_at(utc(3, 2, 0), CallingHours{}, {}), utc(3, 2, 0));
}

}  // namespace
}  // namespace hark::phone
