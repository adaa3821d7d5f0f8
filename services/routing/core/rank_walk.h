#pragma once

#include "routing/core/sorted_chunks.h"
#include "routing/core/state.h"

namespace hark::routing {

/// Calls `visit(agent)` for everybody of both orders in one, until it returns false: of the second each is
/// `later` further back than they are kept. So an order of what grows for some and stands still for others is
/// kept although time passes.
template <class Visit>
void walk_together(const SortedChunks<Rank>& standing, const SortedChunks<Rank>& growing, std::int64_t later,
                   Visit visit) {
  auto a = standing.begin(), b = growing.begin();
  while (a != standing.end() || b != growing.end()) {
    bool from_a = b == growing.end();
    if (!from_a && a != standing.end()) {
      Rank grown = *b;
      grown.first += later;
      from_a = *a < grown;
    }
    const AgentIndex next = from_a ? a->agent : b->agent;
    if (from_a) {
      ++a;
    } else {
      ++b;
    }
    if (!visit(next)) return;
  }
}

}  // namespace hark::routing
