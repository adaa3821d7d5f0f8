#include "routing/core/lanes.h"

#include "base/core/check.h"

namespace hark::routing {

std::pair<LaneIndex, bool> Lanes::use(Kind kind, const Requirement& require) {
  if (const auto found = by_kind_.find(kind); found != by_kind_.end()) {
    ++lanes_[found->second].users;
    return {found->second, false};
  }
  LaneIndex index = size();
  if (free_.empty()) {
    lanes_.emplace_back();
    heads_.emplace_back();
  } else {
    index = *free_.begin();
    free_.erase(free_.begin());
  }
  by_kind_.emplace(kind, index);
  heads_[index] = {0, 0, kind.units, static_cast<std::uint8_t>(kind.channel)};
  lanes_[index] = Lane{std::move(kind), require, {}, {}, {}, 1, false};
  return {index, true};
}

void Lanes::unuse(LaneIndex index) {
  Lane& lane = lanes_[index];
  if (--lane.users > 0) return;
  HARK_CHECK(lane.line.empty());
  by_kind_.erase(lane.kind);
  lane = Lane{};
  free_.insert(index);
}

void Lanes::read_head(LaneIndex lane) {
  const WaitKey& first = *lanes_[lane].line.begin();
  heads_[lane].urgency = first.urgency;
  heads_[lane].at = first.at;
}

LaneIndex Lanes::first_of(const Bits& lanes, const std::array<int, kChannels>& room) const {
  LaneIndex first = kNone;
  Head best;
  for_each_in_both(lanes, occupied_, [&](LaneIndex lane) {
    const Head& head = heads_[lane];
    if (head.units > room[head.channel]) return true;
    if (first != kNone) {
      if (head.urgency < best.urgency || (head.urgency == best.urgency && head.at > best.at)) return true;
      const bool same = head.urgency == best.urgency && head.at == best.at;
      if (same && !(*lanes_[lane].line.begin() < *lanes_[first].line.begin())) return true;
    }
    first = lane;
    best = head;
    return true;
  });
  return first;
}

void Lanes::shut(LaneIndex lane, bool shut) {
  lanes_[lane].shut = shut;
  occupied_.put(lane, !shut && !lanes_[lane].line.empty());
}

void Lanes::insert(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.insert(key));
  if (!lanes_[lane].shut) occupied_.put(lane, true);
  read_head(lane);
}

void Lanes::erase(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.erase(key));
  if (lanes_[lane].line.empty()) {
    occupied_.put(lane, false);
  } else {
    read_head(lane);
  }
}

}  // namespace hark::routing
