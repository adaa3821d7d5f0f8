#include "console/core/feed_plan.h"

#include <algorithm>

namespace hark::console {

void FeedPlan::changed(std::int64_t sequence) {
  conversation_ = true;
  if (sequence > 0) from_ = from_ > 0 ? std::min(from_, sequence) : sequence;
}

FeedPlan::Read FeedPlan::take() {
  auto from = from_;
  if (settled_ && !open_.empty()) from = from > 0 ? std::min(from, *open_.begin()) : *open_.begin();
  Read read;
  if (everything_) {
    read.newest = read.entries = true;
  } else if (from > 0) {
    read.entries = true;
    read.after_sequence = from - 1;
  }
  everything_ = settled_ = conversation_ = false;
  from_ = 0;
  return read;
}

void FeedPlan::shown(const std::vector<Shown>& entries) {
  for (const auto& entry : entries) {
    if (entry.open) {
      open_.insert(entry.sequence);
    } else {
      open_.erase(entry.sequence);
    }
  }
  // Beyond the span an entry is never read again by itself.
  while (!open_.empty() && *open_.rbegin() - *open_.begin() > kChangeSpanMax) open_.erase(open_.begin());
}

}  // namespace hark::console
