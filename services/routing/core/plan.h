#pragma once

#include <cstdint>
#include <optional>
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
  /// Of the stage with which a step begins that may be left out: when it is, and which step it is.
  std::optional<SkipCondition> skip_if;
  std::size_t step = 0;

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// Steps that are left out, one bit each.
using StepMask = std::uint16_t;
static_assert(kStepsMax <= 16);

/// The stages of such a ticket in such a queue, in order of time; the first is at 0 and a kRequire. Without a
/// step that is left out, what comes before that step's time is the same.
std::vector<Stage> stages_of(const WorkKind& work, const QueueRules& queue, StepMask left_out);

/// Whether the queue takes the ticket by itself.
bool takes(const QueueRules& queue, const WorkKind& work);
bool takes(const QueueRules& queue, const Work& work);

/// Where the ticket stands in that queue's line.
WaitKey key_in(const QueueRules& queue, const TicketState& ticket);

/// Equal for tickets that have the same stages and cost in a queue.
std::string kind_of(const WorkKind& work, QueueIndex queue, StepMask left_out);

}  // namespace hark::routing
