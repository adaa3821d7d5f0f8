#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hark::conversation {

/// What of a stored entry decides where it stands once two timelines are one.
struct TimelinePlace {
  std::int64_t accepted_at_ms = 0;
  std::string entry_id;  // empty: an entry stood here and went back to its own customer
  std::string place;     // where it is stored
};

/// The places of both timelines as one, by time of acceptance, then id. Neither's own order is ever turned
/// round, not even by clocks that disagree. An empty place of the first stays where it is, because what
/// follows it is never numbered lower than before; one of the second is kept too, for the same reason.
std::vector<std::string> merge_places(std::span<const TimelinePlace> survivor,
                                      std::span<const TimelinePlace> loser);

}  // namespace hark::conversation
