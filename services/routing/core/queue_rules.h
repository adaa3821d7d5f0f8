#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.h"
#include "routing/core/requirement.h"

namespace hark::routing {

/// Numbers as in hark.v1.Channel.
enum class Channel { kUnspecified = 0, kEmail = 1, kChat = 2, kSocial = 3, kPhone = 4 };
constexpr std::size_t kChannels = 5;
/// One bit for each channel, by its number.
using ChannelMask = std::uint8_t;
constexpr ChannelMask kAllChannels = (1U << kChannels) - 1;
constexpr ChannelMask mask_of(Channel channel) {
  return static_cast<ChannelMask>(1U << static_cast<unsigned>(channel));
}

constexpr std::size_t kQueuesMax = 256;
constexpr std::size_t kStepsMax = 16;
constexpr int kOffersAtOnceMax = 50;

enum class Metric : std::uint8_t {
  /// Tickets without a holder.
  kWaiting,
  /// Seconds, of the oldest in line.
  kLongestWait_s,
  /// Members with room for anything.
  kReadyAgents,
  /// Members who are neither offline nor away.
  kStaffedAgents,
  /// Seconds.
  kEstimatedWait_s,
};
enum class Comparison : std::uint8_t { kAtLeast, kAtMost };

/// When a step is left out: by what the agents of the queue who meet it come to as its time comes.
struct SkipCondition {
  /// kReadyAgents: with room for the ticket's class of work. kStaffedAgents: available and connected.
  Metric metric = Metric::kReadyAgents;
  Comparison comparison = Comparison::kAtMost;
  int value = 0;
  friend bool operator==(const SkipCondition&, const SkipCondition&) = default;
};

/// Who may take a ticket while the step is in force. Steps widen (or narrow) the choice; the ticket keeps its
/// place.
struct Step {
  /// On top of the skills that the ticket requires, less those dropped so far.
  Requirement require;
  /// Of the ticket's required skills, no longer asked for from this step on.
  std::vector<std::string> drop_skills;
  /// Drops every skill that the ticket requires.
  bool drop_all_skills = false;
  /// 0: to the end. A last step that ends is followed by "any in the queue".
  Duration lasts{0};
  /// Looked at when the step's time comes, and anew when something about the ticket changes. If it holds, the
  /// next step begins at once, and those after it come so much earlier; the place in line is kept. What the
  /// step would have dropped is dropped.
  std::optional<SkipCondition> skip_if;

  friend bool operator==(const Step&, const Step&) = default;
};

/// In which order a queue's tickets are served.
enum class OrderPolicy : std::uint8_t {
  /// Higher priority first, however long others wait; then the longest wait.
  kPriority,
  /// Wait and priority in one: a point of priority is worth so many seconds of wait.
  kScore,
  /// What is due first; what has no due time is due its answer target after it began to wait.
  kDue,
};

/// Which of the agents who could take a ticket gets it. Every tie ends in who has been idle longest, then
/// ids.
enum class ChoicePolicy : std::uint8_t {
  /// Those without work first, then whose last offer or end of work is longest ago.
  kLongestIdle,
  kMostSpareCapacity,
  kFewestOpen,
  /// Most levels, summed over the skills that the step in force names, each times its weight there.
  kBestProficiency,
  /// Fewest tickets taken since coming online.
  kLeastHandled,
  /// In the order of Queue::tiers; within a tier the longest idle.
  kTiers,
  /// Whose last offer is longest ago, whatever else they have done.
  kRoundRobin,
  /// By a seeded draw from the ticket's id: the same again in a replay.
  kRandom,
  /// Least talk time: wall time since they signed in, in which at least one ticket that they held took units
  /// of theirs. Several at once count once; wrap-up, offers, holds that free units and silent customers do
  /// not. Begins anew with each leader, as the order of idleness and the counts do.
  kLeastTalkTime,
};

/// How one ticket's offers go out.
enum class RingPolicy : std::uint8_t {
  /// As many at once as the queue allows; the first who accepts has it.
  kAll,
  /// One, and another one each time a delay has passed.
  kProgressive,
};

enum class WrapUpMode : std::uint8_t {
  kNone,
  /// Offers go on, unless the agent asks for the time.
  kOptional,
  /// Until the agent says that they are done.
  kDiscretionary,
  /// For its time, or until the agent says that they are done.
  kTimed,
  /// For its whole time.
  kForced,
};

struct WrapUpRule {
  WrapUpMode mode = WrapUpMode::kTimed;
  /// 0: none, of all modes but kDiscretionary.
  Duration time{0};
  friend bool operator==(const WrapUpRule&, const WrapUpRule&) = default;
};

/// Ways in which an agent can be of no use to a queue right now, one bit each.
enum AbsenceFactor : std::uint8_t {
  kOfflineCounts = 1,
  kAwayCounts = 2,
  kWrappingUpCounts = 4,
  kFullCounts = 8,
};

struct MetricCondition {
  Metric metric = Metric::kWaiting;
  Comparison comparison = Comparison::kAtLeast;
  std::int64_t value = 0;
  /// Empty: of this queue.
  std::string queue_id;
  friend bool operator==(const MetricCondition&, const MetricCondition&) = default;
};

/// When a ticket goes on to another queue. It keeps its place; it never goes back to one where it was.
struct OverflowRule {
  /// Of waiting in this queue. 0: looked at as it comes in.
  Duration after{0};
  /// None: on time alone.
  std::optional<MetricCondition> when;
  /// Looked at again so often if the condition does not hold. 0: once.
  Duration again{0};
  std::string to_queue_id;
  friend bool operator==(const OverflowRule&, const OverflowRule&) = default;
};

/// Helps out after a while.
struct BackupGroup {
  Requirement who;
  Duration after{0};
  friend bool operator==(const BackupGroup&, const BackupGroup&) = default;
};

/// All lists: empty means whatever.
struct EntryCondition {
  std::vector<std::string> account_ids;
  ChannelMask channels = kAllChannels;
  std::vector<std::string> languages;
  /// Any of the ticket's topics.
  std::vector<std::string> topics;
  std::vector<std::string> customer_tiers;
  friend bool operator==(const EntryCondition&, const EntryCondition&) = default;
};

struct QueueRules {
  std::string id;
  /// A ticket enters the first queue that takes it; without one, the queue without a name.
  std::vector<EntryCondition> entries;
  /// Who serves it.
  Requirement members;
  std::vector<BackupGroup> backups;
  /// Of tickets that bring none of their own.
  std::vector<Step> steps;

  /// Whatever waits in a queue of a higher class is served first, then that of a higher weight. Both 0:
  /// queues share one line.
  int order_class = 0;
  int weight = 0;
  OrderPolicy order = OrderPolicy::kPriority;
  /// Of kScore: what a point of priority is worth.
  Duration priority_point = std::chrono::minutes{1};
  /// Of kDue: how long before its due time a ticket's turn has come, so that it compares with other queues'.
  Duration answer_target = std::chrono::minutes{5};

  ChoicePolicy choice = ChoicePolicy::kLongestIdle;
  std::vector<Requirement> tiers;

  int offers_at_once = 1;
  RingPolicy ring = RingPolicy::kAll;
  Duration ring_delay = std::chrono::seconds{10};
  /// 0: as the channel has it.
  Duration accept_timeout{0};
  /// How long a ticket waits for an agent who knows the customer. 0: not at all.
  Duration affinity_wait{0};
  std::optional<WrapUpRule> wrap_up;

  /// 0: no end. What finds the queue full goes to `overflow_to`, or waits here nevertheless: nothing is
  /// refused.
  int length_max = 0;
  /// 0: no end; then to `overflow_to`.
  Duration wait_max{0};
  std::string overflow_to;
  std::vector<OverflowRule> overflows;
  /// Factors that make the queue count as without agents; 0: it never does. Then tickets that come in go to
  /// `empty_to`, and what waits does so after the grace.
  std::uint8_t empty_on_join = 0;
  std::uint8_t empty_on_leave = 0;
  Duration empty_grace{0};
  std::string empty_to;

  /// The hours that it serves in, by name; empty: it always does. While it is closed it makes no offers; what
  /// comes in, and what waits as it closes, goes to `closed_to`, or waits.
  std::string hours;
  std::string closed_to;
  /// Whose agents serve it, by name; empty: the first shard's. An engine has the queues of its own shard
  /// alone.
  std::string shard;
  /// Offers of this queue in a row that an agent lets run out before it offers them no more; 0: no end.
  int missed_offers_until_paused = 0;

  friend bool operator==(const QueueRules&, const QueueRules&) = default;
};

/// A group of agents that counts in some hours only. Outside them nobody is in it.
struct GroupRules {
  std::string id;
  /// By name.
  std::string hours;
  friend bool operator==(const GroupRules&, const GroupRules&) = default;
};

}  // namespace hark::routing
