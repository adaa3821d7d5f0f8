#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.h"
#include "routing/core/business_hours.h"

namespace hark::routing {

enum class SlaMetric {
  /// From the customer's oldest unanswered message to our first reply.
  kFirstResponse,
  /// After that: from the customer's oldest unanswered message to the reply that settles it.
  kNextResponse,
  /// After the first reply: from each reply of ours to the next one.
  kUpdate,
  /// From opened to resolved. Goes on, not anew, if the ticket is reopened.
  kResolution,
  /// Of that, all but the time in which the customer is to answer.
  kRequesterWait,
  /// Of that, all but holds, and but the time in which nothing of the customer's is unanswered.
  kAgentWork,
};
constexpr std::size_t kSlaMetrics = 6;

std::string_view name_of(SlaMetric metric);

/// What a clock does while the ticket is in a state that may stop it.
enum class WhilePaused {
  kRun,
  /// Stands, and goes on afterwards.
  kPause,
  /// Stands, and begins anew afterwards.
  kReset,
};

struct SlaTarget {
  /// In open time. Zero: there is no such clock.
  Duration within{0};
  /// The ticket was put on hold.
  WhilePaused on_hold = WhilePaused::kRun;
  /// We have replied, and nothing of the customer's is unanswered; of kAgentWork, replied or not.
  WhilePaused awaiting_customer = WhilePaused::kRun;
  friend bool operator==(const SlaTarget&, const SlaTarget&) = default;
};

struct SlaPolicy {
  std::string name;
  /// By SlaMetric.
  std::array<SlaTarget, kSlaMetrics> targets;
  /// Warnings before a breach, in percent of the target: 1 to 99, ascending.
  std::vector<int> warn_at_percent;
  /// What a hold does, by its state and SlaMetric; of any other state, as the target has it. kAgentWork never
  /// runs on a hold that is listed.
  std::map<std::string, std::array<WhilePaused, kSlaMetrics>> holds = {};
  friend bool operator==(const SlaPolicy&, const SlaPolicy&) = default;
};

/// The usual rules for a target: reply clocks begin anew after a hold, resolution and agent work stand while
/// the ticket is on hold, requester wait and agent work while we wait for the customer.
SlaTarget usual_target(SlaMetric metric, Duration within);

/// What happened to a ticket, as far as its clocks care.
struct SlaEvent {
  enum class Kind {
    kOpened,
    /// An answer is owed to `messages`: the customer wrote, or what we wrote did not arrive.
    kOwed,
    /// We wrote to the customer; `messages` are answered by it.
    kReplied,
    /// `messages` need no answer.
    kWaived,
    kHeld,
    kReleased,
    /// Nothing is owed any more.
    kResolved,
    kReopened,
  };
  TimePoint at;
  Kind kind = Kind::kOpened;
  std::vector<std::string> messages;
  /// Of kHeld: what the ticket waits for.
  std::string hold_state = {};
};

/// A clock passed a mark.
struct SlaMark {
  SlaMetric metric = SlaMetric::kFirstResponse;
  /// 100: the target is missed. Less: a warning.
  int percent = 100;
  /// Since when that clock ran; tells its rounds apart.
  TimePoint since;
  TimePoint at;
  friend bool operator==(const SlaMark&, const SlaMark&) = default;
};

/// A clock that is running or stands.
struct SlaReading {
  SlaMetric metric = SlaMetric::kFirstResponse;
  TimePoint since;
  /// When the target is missed; nothing while the clock stands, and if no open time is in sight.
  std::optional<TimePoint> due;
  bool missed = false;
};

/// The clocks of one ticket: a pure function of its events, to the millisecond. In time means before the due
/// instant.
///
/// Events come in the order of the log; one with an earlier time counts as at the time of the one before.
/// Holds no timer: the owner asks next_deadline() and comes back with marks().
class SlaClock {
 public:
  /// `hours` outlives the clock.
  SlaClock(SlaPolicy policy, const BusinessHours& hours) : policy_{std::move(policy)}, hours_{&hours} {}

  void apply(const SlaEvent& event);

  /// Everything that was passed up to and at `now`, of all rounds, by time, then metric, then percent.
  [[nodiscard]] std::vector<SlaMark> marks(TimePoint now) const;
  /// When the next mark will be passed, unless something happens.
  [[nodiscard]] std::optional<TimePoint> next_deadline(TimePoint after) const;
  /// Of clocks that have begun and not ended.
  [[nodiscard]] std::vector<SlaReading> readings(TimePoint now) const;
  /// The earliest due instant of any running clock.
  [[nodiscard]] std::optional<TimePoint> due() const;
  [[nodiscard]] const SlaPolicy& policy() const { return policy_; }

 private:
  struct Round {
    /// What it counts from, by the rules; another origin is another round.
    TimePoint origin;
    TimePoint since;
    /// Running from here on; nothing while it stands.
    std::optional<TimePoint> running_from;
    /// Before that.
    Duration used{0};
    /// It is known to run only since then: marks before are passed then.
    TimePoint begun;
    bool resets = false;
  };
  struct Wanted {
    std::optional<TimePoint> origin;
    bool stands = false;
    bool resets = false;
  };

  void note(const SlaEvent& event, TimePoint at);
  [[nodiscard]] Wanted wanted(SlaMetric metric) const;
  void steer(SlaMetric metric, TimePoint at);
  void stop(SlaMetric metric, TimePoint at);
  [[nodiscard]] bool awaiting_customer(SlaMetric metric) const {
    return owed_.empty() && (first_reply_ || metric == SlaMetric::kAgentWork);
  }
  [[nodiscard]] std::optional<TimePoint> oldest_owed() const;
  /// Of the hold that it is on, or was on last.
  [[nodiscard]] WhilePaused while_held(SlaMetric metric) const;
  [[nodiscard]] std::vector<SlaMark> marks_of(SlaMetric metric) const;

  SlaPolicy policy_;
  const BusinessHours* hours_;

  TimePoint last_{};
  std::optional<TimePoint> opened_;
  std::optional<TimePoint> first_reply_;
  TimePoint last_reply_{};
  std::optional<TimePoint> released_;
  bool held_ = false;
  std::string hold_state_;
  bool resolved_ = false;
  std::map<std::string, TimePoint> owed_;

  std::array<std::optional<Round>, kSlaMetrics> rounds_;
  std::vector<SlaMark> passed_;
};

}  // namespace hark::routing
