#pragma once

#include <span>
#include <string_view>

#include "base/core/time.h"

namespace date {
class time_zone;
}

namespace hark::phone {

/// Minutes of a day in which customers may be called.
struct CallingHours {
  int from = 9 * 60;
  int to = 20 * 60;
};

/// "09:00-20:00", as the configuration's check has passed it.
CallingHours calling_hours_of(std::string_view text);

/// The first time from `now` on that lies within the hours in all of these zones: where in their country
/// somebody is, their number does not tell. A country that is too wide for that is taken by its first zone.
/// Without zones: now.
TimePoint may_call_at(TimePoint now, const CallingHours& hours,
                      std::span<const date::time_zone* const> zones);

}  // namespace hark::phone
