#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "routing/core/business_hours.h"

/// Any bytes: either an error that names a line, or intervals in order that hours can be made of.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::routing;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto zone = TimeZone::find("Europe/Riga").value();
  const auto intervals = read_calendar(text, zone);
  if (!intervals.ok()) {
    HARK_CHECK(intervals.error().message.starts_with("line "));
    return 0;
  }
  for (std::size_t i = 0; i < intervals->size(); ++i) {
    HARK_CHECK((*intervals)[i].begin < (*intervals)[i].end);
    HARK_CHECK(i == 0 || (*intervals)[i - 1].end < (*intervals)[i].begin);
  }
  WeekHours week;
  HARK_CHECK(add_week_hours(week, "mon-sun 08:00-20:00").ok());
  const BusinessHours hours{zone, week, *intervals, {}};
  const auto start = hark::from_ms(1'790'000'000'000);
  if (const auto end = hours.add_open_time(start, std::chrono::hours{30})) {
    HARK_CHECK(hours.open_time_between(start, *end) == std::chrono::hours{30});
  }
  return 0;
}
