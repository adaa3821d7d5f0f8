#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/core/time.h"
#include "routing/core/router.h"

namespace hark::routing {

/// What became of the tickets of one queue. The words and formulas are those of services/routing/README.md
/// ("Figures"): vendors mean different things by them.
struct QueueKpis {
  std::string queue_id;
  /// Spells of waiting that ended in this queue, or have not ended: answered + abandoned + waiting.
  int offered = 0;
  int answered = 0;
  /// Closed while waiting.
  int abandoned = 0;
  int waiting = 0;
  int answered_in_target = 0;
  /// Of those that wait: already longer than the target.
  int waiting_past_target = 0;
  /// Sum over those answered, and over those abandoned.
  Duration answered_wait{0};
  Duration abandoned_wait{0};
  /// Of those answered, in ascending order.
  std::vector<Duration> waits;
  /// Offers that ran out.
  int missed_offers = 0;
  /// Of the members of the queue: time signed in and available or at work, and of that time with work or in
  /// wrap-up.
  Duration staffed{0};
  Duration busy{0};
  /// Units in use and units there were, times milliseconds.
  std::int64_t units_used_ms = 0;
  std::int64_t units_ms = 0;

  /// In tenths of a percent; -1 where there is nothing to tell.
  [[nodiscard]] int service_level() const;
  [[nodiscard]] int abandonment() const;
  [[nodiscard]] int occupancy() const;
  [[nodiscard]] int utilisation() const;
  /// Average queue answer time; -1 ms if none was answered.
  [[nodiscard]] Duration asa() const;
  [[nodiscard]] Duration abandon_time() const;
  /// The wait that `percent` of those answered did not exceed; -1 ms if none was.
  [[nodiscard]] Duration wait_of(int percent) const;
};

struct Kpis {
  /// All queues in one, with an empty id; every agent counts once.
  QueueKpis total;
  /// In order of their ids; the one without a name is "(none)".
  std::vector<QueueKpis> queues;
};

/// Watches a Router at work and counts. Not thread-safe; told of every input after it was applied.
class KpiCollector {
 public:
  /// Who is answered within `target` is answered in time.
  explicit KpiCollector(Duration target) : target_{target} {}

  /// A new leader, whose engine is empty: agents and tickets are told again and go on where they were.
  void begin_term();
  void observe(TimePoint at, const Input& input, const std::vector<Effect>& effects, const Router& router);

  /// As of `until`.
  [[nodiscard]] Kpis result(TimePoint until) const;

 private:
  /// One spell of waiting.
  struct Waiting {
    TimePoint since;
    std::string queue_id;
  };
  struct Agent {
    AgentProfile profile;
    TimePoint since;
    bool staffed = false;
    bool busy = false;
    int units_used = 0;
    Duration staffed_for{0};
    Duration busy_for{0};
    std::int64_t units_used_ms = 0;
    std::int64_t units_ms = 0;

    void count_until(TimePoint at);
  };

  void queued(TimePoint at, const Work& work, const Router& router);
  void answered(const std::string& ticket_id, TimePoint at);
  void closed(const std::string& ticket_id, TimePoint at);
  void forget_what_is_gone(const Router& router);
  QueueKpis& queue(const std::string& id);

  Duration target_;
  std::vector<QueueRules> rules_;
  std::map<std::string, QueueKpis, std::less<>> queues_;
  std::map<std::string, Waiting, std::less<>> waiting_;
  /// Tickets that are held, so that the next spell of theirs begins when they come back.
  std::unordered_map<std::string, bool> held_;
  std::map<std::string, Agent, std::less<>> agents_;
};

}  // namespace hark::routing
