#pragma once

#include <string>
#include <vector>

#include "routing/core/input.h"
#include "routing/core/lanes.h"
#include "routing/core/work_kind.h"

namespace hark::routing {

/// What the passing of time does to a ticket in a queue: who may take it from when on, and when it is looked
/// at for overflow.
struct Stage {
  enum class Kind : std::uint8_t { kRequire, kOverflow };

  /// Of waiting in the queue.
  Duration at{0};
  Kind kind = Kind::kRequire;
  Requirement require;
  /// For people: "step 2 of 3", "any in the queue"; empty where there is only one.
  std::string name;
  /// Of kOverflow: which rule; the number of rules: the longest wait.
  std::size_t rule = 0;

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// The stages of such a ticket in such a queue, in order of time; the first is at 0 and a kRequire.
std::vector<Stage> stages_of(const WorkKind& work, const QueueRules& queue);

/// Whether the queue takes the ticket by itself.
bool takes(const QueueRules& queue, const WorkKind& work);
bool takes(const QueueRules& queue, const Work& work);

/// Where the ticket stands in that queue's line.
WaitKey key_in(const QueueRules& queue, const TicketState& ticket);

/// Equal for tickets that have the same stages and cost in a queue.
std::string kind_of(const WorkKind& work, QueueIndex queue);

}  // namespace hark::routing
