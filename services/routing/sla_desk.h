#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "hark/v1/event.pb.h"
#include "routing/policies.h"
#include "routing/ports.h"
#include "routing/sla_log.h"

namespace hark::routing {

/// How the targets of all open tickets stand.
struct SlaCounts {
  /// A running clock has passed a warning.
  int at_risk = 0;
  /// A running clock has passed its target.
  int missed = 0;
};

/// The clocks of all open tickets that have targets, for one leadership. Reads a ticket's clocks from its
/// timeline whenever something happens to it, arms one timer for the next mark of any, and puts each mark
/// that is passed onto the timeline, once.
///
/// Lives on the service's thread, in its Term. A leader that comes new to many tickets reads their timelines
/// one after the other, beside its decisions: marks passed meanwhile are told late, with the right time.
class SlaDesk {
 public:
  struct World {
    asio::any_io_executor executor;
    Conversations& conversations;
    const Clock& clock;
    std::int64_t fencing_token = 0;
    TaskGroup::OnFailure on_failure;
    /// The ticket missed a target: its priority rises by so many points.
    std::function<void(const std::string& ticket_id, int points)> raise;
    /// due() of the ticket has another answer now.
    std::function<void(const std::string& ticket_id)> on_due;
    std::function<void(SlaCounts counts)> on_counts;
  };

  explicit SlaDesk(World world);
  ~SlaDesk();

  /// Once; ends with close().
  void begin();
  Task<> close();

  /// An open ticket, with the rule that holds for it now; null: it has no targets.
  void take(const v1::Ticket& ticket, std::shared_ptr<const SlaRule> rule);
  void forget(const std::string& ticket_id);
  /// Whatever the log tells.
  void take(const v1::Event& event);

  [[nodiscard]] SlaCounts counts() const { return counts_; }
  /// The earliest due instant of the ticket's clocks.
  [[nodiscard]] std::optional<TimePoint> due(const std::string& ticket_id) const;

 private:
  struct Watched {
    v1::Ticket ticket;
    std::shared_ptr<const SlaRule> rule;
    std::optional<SlaClock> clock;
    /// What the clock goes by.
    std::shared_ptr<const SlaRule> clock_rule;
    std::set<SlaMarkKey> told;
    std::optional<TimePoint> armed;
    std::optional<TimePoint> due;
    bool to_read = false;
    bool at_risk = false;
    bool missed = false;
    /// On its way to where its rule sends tickets that missed a target.
    bool moving = false;
    /// How often the log has told of it.
    std::uint64_t told_of = 0;
  };

  Task<> read();
  Task<> tick();
  Task<> tell(std::string ticket_id, std::vector<SlaMark> marks);
  Task<> move(std::string ticket_id, std::shared_ptr<const SlaRule> rule, std::vector<SlaMark> missed);
  static bool is_to_move(const Watched& watched);
  void want_reading(const std::string& ticket_id);
  void look(const std::string& ticket_id, Watched& watched);
  void arm(const std::string& ticket_id, Watched& watched, std::optional<TimePoint> at);
  void count(Watched& watched, bool at_risk, bool missed);
  template <class Response, class Request>
  Task<std::optional<Response>> send(Task<Result<Response>> (Conversations::*call)(Request), Request request);

  World world_;
  std::unordered_map<std::string, Watched> watched_;
  std::deque<std::string> to_read_;
  Notifier work_;
  std::set<std::pair<TimePoint, std::string>> deadlines_;
  asio::steady_timer timer_;
  SlaCounts counts_;
  TaskGroup tasks_;
};

}  // namespace hark::routing
