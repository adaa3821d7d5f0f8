#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "routing/core/input.h"
#include "routing/core/state.h"
#include "routing/core/wait_estimate.h"

namespace hark::routing {

/// An agent as routing sees them.
struct AgentView {
  AgentProfile profile;
  Presence presence = Presence::kOffline;
  int used_units = 0;
  int connections = 0;
  std::vector<std::string> ticket_ids;
  /// Of an agent in wrap-up.
  std::optional<TimePoint> wraps_up_until;
  bool wrap_up_forced = false;
  /// Away because so many offers in a row ran out; 0: not for that.
  int away_after_missed = 0;
  /// Queues that offer them nothing, for so many of their offers in a row ran out.
  std::vector<std::string> paused_queue_ids;
  /// What WrapUpBegun would begin; 0: nothing.
  Duration wrap_up_offered{0};
  ChannelMask channels = kAllChannels;
  /// Of `ticket_ids`, those that have stepped back for other work that is there, and for what: "a call".
  std::map<std::string, std::string> interrupted_by;
  /// Units that one more ticket without a label may cost, by its channel's number; 0: none now.
  std::array<int, kChannels> room{};
  /// What the orders of choice go by.
  IdleMark idle;
  std::uint64_t offered_turn = 0;
  int handled = 0;
  /// Up to the last input.
  Duration talk_time{0};
};

/// Some of the queue, in numbers.
struct QueueGroup {
  int waiting = 0;
  int offered = 0;
  TimePoint oldest_since;
  /// Waiting longer than they should.
  int at_risk = 0;
};
/// One queue of the settings, and those who serve it, back-up groups included.
struct QueueView {
  /// Empty: of tickets that no queue takes.
  std::string id;
  QueueGroup tickets;
  /// Agents, each counted once: with room, available without room, ...
  int ready = 0;
  int busy = 0;
  int wrapping_up = 0;
  int away = 0;
  int offline = 0;
  WaitEstimate estimate;
  /// Outside its hours.
  bool closed = false;
};
struct QueueSummary {
  QueueGroup total;
  std::map<std::string, QueueGroup, std::less<>> by_account;
  std::map<std::string, QueueGroup, std::less<>> by_skill;
  /// Tickets that agents hold and have put on hold.
  int on_hold = 0;
};

/// A ticket as routing sees it.
struct TicketView {
  Work work;
  Standing standing = Standing::kWaiting;
  /// To whom it is offered (the first of several), or who holds it.
  std::string agent_id;
  std::optional<Offer> offer;
  std::vector<Offer> offers;
  /// Waits for this agent alone, for now; the first of `reserved_for_any`.
  std::string reserved_for;
  std::vector<std::string> reserved_for_any;
  std::string queue_id;
  /// The requirement in force and the name of its step.
  Requirement require;
  std::string step;
  WaitKey key;
  Load load = Load::kActive;
  /// Not offered to anyone before this, if that is to come.
  TimePoint rests_until;
  std::vector<std::string> declined_by;
  /// When it will have another offer beside those that stand.
  TimePoint next_ring_at;
  /// Agents who are spared it for now, having let an offer run out.
  std::vector<std::string> resting_agents;
};

}  // namespace hark::routing
