#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "routing/core/router.h"
#include "routing/study/kpis.h"

namespace hark::routing {

/// A ticket, and how its customer and whoever serves it behave.
struct SimulatedTicket {
  /// work.waiting_since is when it comes.
  Work work;
  /// From an offer until its agent accepts.
  Duration reaction{0};
  /// From then on until it is closed. Nothing: it is still held at the end.
  std::optional<Duration> handling;
  /// Closed by the customer who has waited so long. Nothing: never.
  std::optional<Duration> patience;
  /// Passed on to another shard after so long, if nobody has it by then: it waits there.
  std::optional<Duration> leaves;
};

/// What agents do of themselves: they come, go, change presence or record.
struct ScheduledInput {
  TimePoint at;
  Input input;
};

struct Workload {
  TimePoint begins;
  TimePoint ends;
  /// In order of time; also when queues open and close.
  std::vector<ScheduledInput> agents;
  std::vector<SimulatedTicket> tickets;
  /// How long agents wrap up where it is for them to say.
  Duration wrap_up = std::chrono::seconds{30};
};

/// Told of every input after it was applied.
using Watcher = std::function<void(TimePoint at, const Input& input, const std::vector<Effect>& effects)>;

/// Plays the workload to an engine with these settings, in virtual time. The same arguments give the same
/// result.
Kpis simulate(const Settings& settings, const Workload& workload, Duration answer_target,
              const Watcher& watcher = {});

}  // namespace hark::routing
