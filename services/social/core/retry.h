#pragma once

#include <optional>

#include "base/core/time.h"

namespace hark::social {

/// When a message that the network refused for now is tried again: after 5 s, then twice as long each time up
/// to 15 minutes, never sooner than the network asked. Nothing: it was made longer than `give_up_after` ago.
std::optional<TimePoint> next_attempt(int attempts, TimePoint created, TimePoint now, Duration asked,
                                      Duration give_up_after);

}  // namespace hark::social
