#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/core/reason.h"
#include "base/metrics/metrics.h"
#include "email/core/ascii.h"

namespace hark::email {

/// What was not answered 250, at /metrics by why: for each recipient, or for the session that was turned
/// away.
inline void count_refused(Metrics& metrics, std::string_view reason) {
  metrics
      .counter("hark_email_refused_total", "Recipients and sessions that were not answered 250, by why",
               {{"reason", reason}})
      .add();
}

inline void count_refused(Metrics& metrics, Reason reason) {
  std::string word{name_of(reason)};
  std::ranges::transform(word, word.begin(), ascii_lower);
  count_refused(metrics, word);
}

}  // namespace hark::email
