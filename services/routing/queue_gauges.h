#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "routing/core/router.h"

namespace hark::routing {

/// Shows the queues at /metrics, each under its id ("none": tickets that no queue takes).
class QueueGauges {
 public:
  explicit QueueGauges(Metrics& metrics) : metrics_{metrics} {}

  /// Queues that are not among them have nothing waiting and nobody.
  void show(const std::vector<QueueView>& queues, TimePoint now);

 private:
  struct Of {
    Gauge waiting, offered, at_risk, oldest, estimated_wait;
    Gauge ready, busy, wrapping_up, away, offline, open;
  };
  static void show(const Of& gauges, const QueueView& queue, TimePoint now);
  Of make(const std::string& queue);

  Metrics& metrics_;
  std::map<std::string, Of> shown_;
};

}  // namespace hark::routing
