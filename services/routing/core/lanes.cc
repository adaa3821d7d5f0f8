#include "routing/core/lanes.h"

namespace hark::routing {

void LaneSet::put(LaneIndex lane, bool in) {
  const std::size_t word = lane / 64;
  if (word >= words_.size()) {
    if (!in) return;
    words_.resize(word + 1);
  }
  const auto bit = std::uint64_t{1} << (lane % 64);
  words_[word] = in ? words_[word] | bit : words_[word] & ~bit;
}

bool LaneSet::has(LaneIndex lane) const {
  const std::size_t word = lane / 64;
  return word < words_.size() && ((words_[word] >> (lane % 64)) & 1) != 0;
}

Lanes::Found Lanes::find_or_make(const std::vector<Skill>& skills, int units) {
  const auto kind = std::pair{skills, units};
  if (const auto found = by_kind_.find(kind); found != by_kind_.end()) return {found->second, false};
  LaneIndex index = size();
  if (lanes_.size() >= kLanesKeptMax && !empty_.empty()) {
    index = *empty_.begin();
    by_kind_.erase({lanes_[index].skills, lanes_[index].units});
  } else {
    lanes_.emplace_back();
    empty_.insert(index);
  }
  lanes_[index].skills = skills;
  lanes_[index].units = units;
  by_kind_.emplace(kind, index);
  return {index, true};
}

void Lanes::insert(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.insert(key).second);
  empty_.erase(lane);
  occupied_.put(lane, true);
}

void Lanes::erase(LaneIndex lane, const WaitKey& key) {
  HARK_CHECK(lanes_[lane].line.erase(key) == 1);
  if (!lanes_[lane].line.empty()) return;
  empty_.insert(lane);
  occupied_.put(lane, false);
}

}  // namespace hark::routing
