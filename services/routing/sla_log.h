#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "hark/v1/conversation.pb.h"
#include "hark/v1/entry.pb.h"
#include "routing/core/sla_clock.h"

namespace hark::routing {

/// Tells marks apart: metric, percent, since (milliseconds).
using SlaMarkKey = std::tuple<int, int, std::int64_t>;
SlaMarkKey key_of(const SlaMark& mark);
SlaMarkKey key_of(const v1::SlaNotice& notice);

/// What a conversation's timeline says of one of its tickets.
struct SlaLog {
  std::vector<SlaEvent> events;
  /// Marks that stand on the timeline already.
  std::set<SlaMarkKey> told;
  /// The last one of a missed target, if nobody was given the ticket since.
  std::optional<SlaMark> missed;
};

/// `entries` in order of the timeline. A reply that did not arrive answered nothing: its messages are owed
/// until the reply that counts as their answer.
SlaLog sla_log(const v1::Ticket& ticket, std::span<const v1::Entry> entries);

v1::SlaNotice to_proto(const SlaMark& mark, const SlaPolicy& policy);
/// "first response target of calls (20 s)": as people read of it.
std::string describe(SlaMetric metric, const SlaPolicy& policy);

}  // namespace hark::routing
