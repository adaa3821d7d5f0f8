#include "routing/core/lanes.h"

#include "base/core/check.h"
#include "routing/core/state.h"

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
  heads_[index] = {{}, kind.units, kind.work_class};
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

/// Brings what freed agents read of the lane up to its line.
void Lanes::read_head(LaneIndex index) {
  const Lane& lane = lanes_[index];
  WaitKey& head = heads_[index].key;
  const TicketState* first = lane.shut || lane.line.empty() ? nullptr : lane.line.begin()->ticket;
  if (first == head.ticket) return;
  if (head.ticket) HARK_CHECK(order_.erase({head, index}));
  occupied_.put(index, first != nullptr);
  head = first ? *lane.line.begin() : WaitKey{};
  if (!first) return;
  HARK_CHECK(order_.insert({head, index}));
  // It came long ago and has left the processor's caches; an offer will need it before long.
  for (std::size_t at = 0; at < sizeof(TicketState); at += 64)
    __builtin_prefetch(reinterpret_cast<const char*>(first) + at);
}

TicketState* Lanes::first_of(const Bits& lanes, const ClassLoads& loads) const {
  int left = kPlacesLookedAtMax;
  for (const Place& place : order_) {
    if (lanes.has(place.lane) && fits(heads_[place.lane], loads)) return place.key.ticket;
    if (--left == 0) break;
  }
  if (left > 0) return nullptr;
  const WaitKey* first = nullptr;
  for_each_in_both(lanes, occupied_, [&](LaneIndex lane) {
    const Head& head = heads_[lane];
    if (fits(head, loads) && (!first || head.key < *first)) first = &head.key;
    return true;
  });
  return first ? first->ticket : nullptr;
}

void Lanes::shut(LaneIndex lane, bool shut) {
  lanes_[lane].shut = shut;
  read_head(lane);
}

void Lanes::forget_labels() {
  for (Head& head : heads_) head.work_class = class_of(channel_of(head.work_class));
}

void Lanes::insert(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.insert(key));
  read_head(lane);
}

void Lanes::erase(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.erase(key));
  read_head(lane);
}

}  // namespace hark::routing
