#pragma once

#include <optional>

#include "base/core/time.h"

namespace hark::email {

/// When to try a mail again after `attempts` failed ones: 1, 5, 15, 30 minutes, then hourly, then every four
/// hours; nothing once it is older than `give_up_after` (RFC 5321 §4.5.4.1 asks for some days; 48 h by
/// default, since a customer who waits longer has been told nothing).
std::optional<TimePoint> next_attempt(int attempts, TimePoint created, TimePoint now, Duration give_up_after);

}  // namespace hark::email
