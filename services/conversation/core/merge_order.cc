#include "conversation/core/merge_order.h"

#include <utility>

namespace hark::conversation {
namespace {

bool came_earlier(const TimelinePlace& a, const TimelinePlace& b) {
  return std::pair{a.accepted_at_ms, std::string_view{a.entry_id}} <
         std::pair{b.accepted_at_ms, std::string_view{b.entry_id}};
}

}  // namespace

std::vector<std::string> merge_places(std::span<const TimelinePlace> survivor,
                                      std::span<const TimelinePlace> loser) {
  std::vector<std::string> out;
  out.reserve(survivor.size() + loser.size());
  auto next = loser.begin();
  for (const auto& own : survivor) {
    if (!own.entry_id.empty()) {
      while (next != loser.end() && (next->entry_id.empty() || came_earlier(*next, own)))
        out.push_back((next++)->place);
    }
    out.push_back(own.place);
  }
  for (; next != loser.end(); ++next) out.push_back(next->place);
  return out;
}

}  // namespace hark::conversation
