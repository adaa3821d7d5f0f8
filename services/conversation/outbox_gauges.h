#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/metrics/metrics.h"
#include "conversation/service.h"

namespace hark::conversation {

/// Shows at /metrics what waits in the outbox: of the whole store, so every process of conversation shows the
/// same.
class OutboxGauges {
 public:
  OutboxGauges(Conversations& service, Metrics& metrics);

  /// Looks again and again, until its task ends.
  Task<> watch();
  /// Looks once. What cannot be read now keeps its last value.
  Task<> look();

 private:
  struct Of {
    Gauge waiting, oldest;
  };

  Conversations& service_;
  std::vector<std::string> account_ids_;
  std::vector<Of> gauges_;  // in the same order
};

}  // namespace hark::conversation
