#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.h"
#include "routing/core/queue_rules.h"
#include "routing/core/wait_estimate.h"

namespace hark::routing {

/// How near an agent is to having a ticket, the nearest first: else the rule that keeps them from it.
enum class Nearness : std::uint8_t {
  kHolds,
  kOffered,
  kCouldTakeIt,
  /// There is room, but the ticket waits for somebody else for now.
  kWaitsForAnother,
  /// There is room, but its queue is closed.
  kQueueClosed,
  kNoRoom,
  /// Has as many tickets of this channel as one agent may have.
  kAtCap,
  kWakingFirst,
  kWrappingUp,
  kRests,
  kLetItRunOut,
  /// Has let so many offers of the queue in a row run out.
  kQueuePaused,
  kDeclined,
  kNotOnChannel,
  kAway,
  kOffline,
  kTooSmall,
  kUnqualified,
};

std::string_view name_of(Nearness nearness);
/// For people: "longest idle".
std::string_view name_of(ChoicePolicy choice);

struct Candidate {
  std::string agent_id;
  Nearness nearness = Nearness::kUnqualified;
  /// For people: "lacks language:lv >= 3", "longest idle".
  std::string text;
  /// Of those who could take it: 1 would be chosen.
  int rank = 0;
};

/// Why a ticket is where it is.
struct Explanation {
  std::string ticket_id;
  /// One sentence.
  std::string summary;
  std::string queue_id;
  std::string requirement;
  std::string step;
  /// When the next step begins, if one is to come.
  std::optional<TimePoint> step_ends_at;
  /// Tickets of the same queue that come before it.
  int ahead = 0;
  WaitEstimate estimate{{}, NoEstimate::kNotWaiting};
  /// Everybody who is available has declined it: when they are asked again, if ever.
  std::optional<TimePoint> asked_again_at;
  std::string config_version;
  /// Of the configuration that its standing offer was decided by, if one stands.
  std::string offer_config_version;
  /// Of one that waits: groups that the step in force asks for, and that are outside their hours.
  std::vector<std::string> closed_groups;
  std::vector<Candidate> candidates;
  /// Of all agents, also those who are not listed.
  int agents = 0;
};

}  // namespace hark::routing
