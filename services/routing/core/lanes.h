#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/core/time.h"
#include "routing/core/agent_sets.h"
#include "routing/core/bits.h"
#include "routing/core/class_loads.h"
#include "routing/core/queue_rules.h"
#include "routing/core/sorted_chunks.h"
#include "routing/core/work_kind.h"

namespace hark::routing {

struct TicketState;

/// A ticket's place in line: a total order that does not change while it waits.
///
/// Widening, overflow and offers that come to nothing leave the key as it is: the place is never lost.
struct WaitKey {
  /// Class and weight of the queue, and priority where that is strict: higher first.
  std::int64_t urgency = 0;
  /// Milliseconds: earlier first.
  std::int64_t at = 0;
  /// Ties end in its id.
  TicketState* ticket = nullptr;

  friend bool operator<(const WaitKey& a, const WaitKey& b) {
    if (a.urgency != b.urgency) return a.urgency > b.urgency;
    if (a.at != b.at) return a.at < b.at;
    return a.ticket != b.ticket && has_lower_id(*a.ticket, *b.ticket);
  }

 private:
  static bool has_lower_id(const TicketState& a, const TicketState& b);
};

using Line = SortedChunks<WaitKey>;
using LaneIndex = std::uint32_t;

/// The waiting tickets, one line for each kind: queue, class of work, units and compiled requirement of the
/// step in force. Whoever may take one ticket of a lane may take any of it, but for what that ticket and that
/// agent have against each other. So an agent who becomes free looks only at the heads of the lanes that fit,
/// and a ticket finds its agents in the lane's set.
///
/// Part of Router. A lane lives as long as plans use it.
class Lanes {
 public:
  struct Kind {
    QueueIndex queue = 0;
    WorkClass work_class = 0;
    int units = 0;
    std::string requirement;
    friend auto operator<=>(const Kind&, const Kind&) = default;
  };
  struct Lane {
    Kind kind;
    Requirement require;
    /// Who meets it.
    Bits agents;
    /// Of best proficiency and tiers: the same agents, the best class first. Empty: all are one class.
    std::vector<std::pair<int, Bits>> classes;
    Line line;
    int users = 0;
    /// Freed agents pass it by: its queue is closed.
    bool shut = false;
  };
  /// What a freed agent reads of a lane.
  struct Head {
    /// The first of its line.
    WaitKey key;
    std::int32_t units = 0;
    WorkClass work_class = 0;
  };

  /// One more user. `is_new`: the caller fills in its agents.
  std::pair<LaneIndex, bool> use(Kind kind, const Requirement& require);
  /// One user less; a lane without any is empty and may become another one.
  void unuse(LaneIndex lane);

  void shut(LaneIndex lane, bool shut);
  /// Labels are other ones: until its tickets are planned anew, a lane is one of its channel alone, which has
  /// the least room.
  void forget_labels();

  void insert(LaneIndex lane, const WaitKey& key);
  void erase(LaneIndex lane, const WaitKey& key);

  /// The first ticket of all in these lanes whose units fit into the room of its class; null: there is none.
  [[nodiscard]] TicketState* first_of(const Bits& lanes, const ClassLoads& loads) const;

  [[nodiscard]] Lane& at(LaneIndex lane) { return lanes_[lane]; }
  [[nodiscard]] const Lane& at(LaneIndex lane) const { return lanes_[lane]; }
  [[nodiscard]] const Head& head(LaneIndex lane) const { return heads_[lane]; }
  [[nodiscard]] LaneIndex size() const { return static_cast<LaneIndex>(lanes_.size()); }
  /// Those where somebody waits, but for those that are shut.
  [[nodiscard]] const Bits& occupied() const { return occupied_; }

 private:
  /// A lane where somebody waits, in the order of their first tickets.
  struct Place {
    WaitKey key;
    LaneIndex lane = 0;
    friend bool operator<(const Place& a, const Place& b) { return a.key < b.key; }
  };
  /// Of heads in order before every head of the agent is looked at.
  static constexpr int kPlacesLookedAtMax = 24;

  void read_head(LaneIndex lane);
  [[nodiscard]] static bool fits(const Head& head, const ClassLoads& loads) {
    return head.units <= loads.room(head.work_class);
  }

  std::vector<Lane> lanes_;
  /// `key` is of occupied lanes.
  std::vector<Head> heads_;
  /// Of the occupied ones.
  SortedChunks<Place> order_;
  std::map<Kind, LaneIndex> by_kind_;
  std::set<LaneIndex> free_;
  Bits occupied_;
};

}  // namespace hark::routing
