#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/input.h"
#include "routing/core/lanes.h"

// What Router keeps in memory; nobody else includes this but Router and what shows its state.
namespace hark::routing {

using AgentIndex = std::uint32_t;
constexpr AgentIndex kNoAgent = std::numeric_limits<AgentIndex>::max();

/// Place in the order of idleness: since when, and the turn that tells apart what happened in the same
/// millisecond.
struct IdleMark {
  TimePoint since;
  std::uint64_t turn = 0;
  friend auto operator<=>(const IdleMark&, const IdleMark&) = default;
};

/// Where a ticket stands with us.
enum class Standing { kWaiting, kOffered, kAccepting, kHeld };

/// How often an agent has let this ticket's offer run out, and until when they are spared it.
struct Miss {
  AgentIndex agent = kNoAgent;
  int count = 0;
  TimePoint rests_until;
};

struct TicketState {
  std::string_view id;
  Work work;
  Standing standing = Standing::kWaiting;
  /// Twice the assignment token, one more when queued after it: news below this are old.
  std::int64_t version = 0;

  /// Of kWaiting: in a lane's line, or in the line of the agent who was asked for by name, or (resting) in
  /// none.
  bool in_line = false;
  LaneIndex lane = 0;
  AgentIndex reserved_for = kNoAgent;
  std::optional<TimePoint> wakes_at;

  /// Of kOffered, kAccepting and kHeld.
  AgentIndex agent = kNoAgent;
  Offer offer;
  IdleMark mark_before_offer;
  IdleMark mark_at_offer;
  /// Of kHeld: it has been asked back from its agent.
  bool returning = false;

  std::vector<AgentIndex> declined;
  std::vector<Miss> misses;
  AgentIndex wanted = kNoAgent;
  TimePoint wanted_until;
  TimePoint rests_until;
  int refusals = 0;
  /// What became of a wish for an agent, for people.
  std::string wish_note;
};

struct AgentState {
  std::string_view id;
  /// Has a record; false for ids that only tickets named.
  bool known = false;
  std::vector<Skill> skills;
  int capacity = 0;
  Presence presence = Presence::kOffline;
  int connections = 0;
  int used = 0;
  IdleMark idle;
  int missed_in_row = 0;
  TimePoint last_miss;
  std::optional<TimePoint> gone_at;
  /// Has just resolved a ticket, and takes no offers before this.
  std::optional<TimePoint> wraps_up_until;

  LaneSet lanes;
  /// Tickets that wait for this agent by name.
  Line reserved;
  std::vector<TicketState*> offered;
  std::vector<TicketState*> held;
  /// Place in Router::ready_, or -1.
  int ready_at = -1;

  [[nodiscard]] int room() const { return capacity - used; }
  [[nodiscard]] bool takes_offers() const {
    return known && presence == Presence::kAvailable && connections > 0 && !wraps_up_until;
  }
};

}  // namespace hark::routing
