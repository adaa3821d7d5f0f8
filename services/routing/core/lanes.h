#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/core/time.h"
#include "routing/core/skill.h"

namespace hark::routing {

struct TicketState;

/// A ticket's place in line: higher priority, then longer wait, then id. A total order.
struct WaitKey {
  int priority = 0;
  TimePoint since;
  std::string_view id;
  TicketState* ticket = nullptr;

  friend bool operator<(const WaitKey& a, const WaitKey& b) {
    return std::tie(b.priority, a.since, a.id) < std::tie(a.priority, b.since, b.id);
  }
};

using Line = std::set<WaitKey>;
using LaneIndex = std::uint32_t;

/// A set of lanes, one bit each.
class LaneSet {
 public:
  void put(LaneIndex lane, bool in);
  [[nodiscard]] bool has(LaneIndex lane) const;
  void clear() { words_.clear(); }
  [[nodiscard]] const std::vector<std::uint64_t>& words() const { return words_; }

 private:
  std::vector<std::uint64_t> words_;
};

/// The waiting tickets, one line for each pair of required skills and units: whoever may take one ticket of a
/// lane may take any of it, but for what that ticket and that agent have against each other. So an agent who
/// becomes free looks only at the heads of the lanes that fit.
///
/// Part of Router. Lanes that have run empty are used again once there are many.
class Lanes {
 public:
  struct Lane {
    std::vector<Skill> skills;
    int units = 0;
    Line line;
  };

  /// Empty lanes are kept for the next ticket of their kind up to so many lanes.
  static constexpr std::size_t kLanesKeptMax = 1024;

  struct Found {
    LaneIndex index = 0;
    /// The index means other skills or units than before: agents must be asked again.
    bool is_new = false;
  };
  Found find_or_make(const std::vector<Skill>& skills, int units);

  void insert(LaneIndex lane, const WaitKey& key);
  void erase(LaneIndex lane, const WaitKey& key);

  [[nodiscard]] const Lane& at(LaneIndex lane) const { return lanes_[lane]; }
  [[nodiscard]] LaneIndex size() const { return static_cast<LaneIndex>(lanes_.size()); }
  [[nodiscard]] const LaneSet& occupied() const { return occupied_; }

 private:
  std::vector<Lane> lanes_;
  std::map<std::pair<std::vector<Skill>, int>, LaneIndex> by_kind_;
  std::set<LaneIndex> empty_;
  LaneSet occupied_;
};

}  // namespace hark::routing
