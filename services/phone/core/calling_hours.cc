#include "phone/core/calling_hours.h"

#include <date/tz.h>

#include <algorithm>
#include <cstdint>

namespace hark::phone {
namespace {

using std::chrono::minutes;

using Quarter = std::chrono::duration<std::int64_t, std::ratio<15 * 60>>;
constexpr minutes kLookAhead{24 * 60 + 60};

bool within(TimePoint at, const CallingHours& hours, const date::time_zone& zone) {
  const auto local = zone.to_local(at);
  const auto minute = std::chrono::duration_cast<minutes>(local - date::floor<date::days>(local)).count();
  return minute >= hours.from && minute < hours.to;
}

int number(std::string_view two) { return (two[0] - '0') * 10 + (two[1] - '0'); }

}  // namespace

CallingHours calling_hours_of(std::string_view text) {
  if (text.size() != 11) return {};
  return {number(text.substr(0, 2)) * 60 + number(text.substr(3, 2)),
          number(text.substr(6, 2)) * 60 + number(text.substr(9, 2))};
}

TimePoint may_call_at(TimePoint now, const CallingHours& hours,
                      std::span<const date::time_zone* const> zones) {
  if (zones.empty()) return now;
  for (const auto& wanted : {zones, zones.first(1)}) {
    const auto fits = [&](TimePoint at) {
      return std::ranges::all_of(wanted, [&](const auto* zone) { return within(at, hours, *zone); });
    };
    if (fits(now)) return now;
    // A full quarter of an hour: no zone is off by less.
    auto at = std::chrono::ceil<Quarter>(now);
    for (; at <= now + kLookAhead; at += Quarter{1})
      if (fits(at)) return at;
  }
  return now;
}

}  // namespace hark::phone
