#pragma once

#include <string>

#include "base/core/time.h"

namespace hark {

/// A length of time as people read it: "20 s", "1 min 30 s", "48 h". Hours are the largest unit, for a day of
/// work is none of 24 hours; what is left of a second is not told.
std::string span_text(Duration span);

}  // namespace hark
