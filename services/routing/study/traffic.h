#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "routing/study/simulation.h"

namespace hark::routing {

/// Customers of one kind: how many come, how long they take and wait.
struct TrafficStream {
  /// What their tickets are; id and times are filled in. 0 units: as many as the channel costs.
  Work work;
  int per_hour = 60;
  Duration handling = std::chrono::minutes{4};
  /// 1: exponentially spread; the more, the closer each comes to the mean.
  int handling_shape = 1;
  /// Mean, exponentially spread; 0: they wait for ever.
  Duration patience{0};
  /// From an offer until its agent accepts.
  Duration reaction{0};
};
constexpr int kPerHourMax = 1'000'000;
constexpr int kHandlingShapeMax = 1000;

/// Reads "channel=phone,per_hour=120,handle=240,patience=60,react=2,shape=1,account=support,language=lv,
/// topic=billing,tier=gold,skills=billing>=..., priority=10,units=1": names with values, times in seconds.
/// INVALID_FIELD names what is wrong.
Result<TrafficStream> parse_traffic(std::string_view text);

/// All streams at once, each arriving by a Poisson process of its own. What one customer is like does not
/// depend on agents or settings, so that runs with others compare.
Workload generate(const std::vector<TrafficStream>& streams, const std::vector<AgentProfile>& agents,
                  TimePoint begins, Duration lasts, std::uint64_t seed);

/// So many agents, made after the given ones in turn: "ana", "ben", "ana.2", "ben.2" ...
std::vector<AgentProfile> staff(const std::vector<AgentProfile>& like, int count);

}  // namespace hark::routing
