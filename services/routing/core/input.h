#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/time.h"
#include "routing/core/queue_rules.h"
#include "routing/core/skill.h"

namespace hark::routing {

/// Numbers as in hark.v1.Presence.
enum class Presence { kOffline = 1, kAvailable = 2, kAway = 3 };

std::string_view name_of(Presence presence);
std::string_view name_of(Channel channel);

constexpr int kCapacityUnitsMax = 1000;
constexpr std::string_view kMissedCode = "missed";

/// What happens to the tickets of an agent who is gone.
enum class GonePolicy { kRequeue, kKeep };

struct ChannelRules {
  /// How long an offer stands; 0: Settings::accept_timeout.
  Duration accept_timeout{0};
  /// Offers are accepted in the agent's stead as they are made.
  bool auto_answer = false;
  /// Of this channel that one agent has at once; 0: no end but the units.
  int tickets_max = 0;
  /// Work on these channels steps back for this one and takes none of its units meanwhile.
  ChannelMask interrupts = 0;
  /// A held ticket whose customer has been silent for so long takes no units; 0: it always does.
  Duration idle_after{0};

  friend bool operator==(const ChannelRules&, const ChannelRules&) = default;
};

/// Of a topic that takes part in interrupting.
struct TopicRules {
  std::string id;
  /// Topics whose work steps back for work on this one.
  std::vector<std::string> interrupts;

  friend bool operator==(const TopicRules&, const TopicRules&) = default;
};

struct Settings {
  /// How long an offer stands before it goes on to the next agent.
  Duration accept_timeout = std::chrono::seconds{30};
  /// How long an agent may be without a session before they count as gone.
  Duration disconnect_grace = std::chrono::seconds{20};
  GonePolicy gone_policy = GonePolicy::kRequeue;
  /// Times in a row that an agent lets offers run out before they are set away; 0: never.
  int missed_offers_until_away = 3;
  /// How long a ticket waits for the agent it was passed to by name, while that agent is signed in but cannot
  /// take it.
  Duration wanted_wait = std::chrono::seconds{30};
  /// An agent who let an offer run out gets that ticket again no earlier than this; doubled each time, up to
  /// the last.
  Duration rest_after_miss = std::chrono::seconds{30};
  Duration rest_after_miss_max = std::chrono::minutes{10};
  /// A ticket whose assignment was refused by the store rests so long before it is offered again; doubled
  /// likewise.
  Duration rest_after_refusal = std::chrono::seconds{1};
  Duration rest_after_refusal_max = std::chrono::minutes{1};
  /// How long an agent is offered nothing after a ticket of theirs was resolved; 0: not at all.
  Duration wrap_up{0};
  WrapUpMode wrap_up_mode = WrapUpMode::kTimed;
  std::array<ChannelRules, kChannels> channels{};
  /// Labels: see WorkClasses.
  std::vector<TopicRules> topics;
  /// An agent who declines is offered nothing at all for so long, by the code that they gave; "" for any
  /// other. kMissedCode: one who lets an offer run out.
  std::map<std::string, Duration, std::less<>> rest_after_decline;
  /// How long a live call or chat waits for the agent who holds another ticket of the same customer; 0: not
  /// at all.
  Duration live_wait = std::chrono::seconds{20};
  /// How long a ticket that is back from hold or silence waits for room with its agent before it is given
  /// back.
  Duration waking_wait = std::chrono::minutes{5};
  /// Once everybody who is available has declined a ticket, they are asked again after so long; 0: never.
  /// Doubled each time that they decline it once more, up to the last (if that is longer).
  Duration declined_again{0};
  Duration declined_again_max = std::chrono::hours{1};
  /// In order: the first that takes a ticket has it.
  std::vector<QueueRules> queues;
  /// Queues of other shards, in order of their names: what overflows into one of them leaves this engine.
  std::vector<std::string> queues_elsewhere;
  /// Groups that have hours.
  std::vector<GroupRules> groups;
  /// Of ChoicePolicy::kRandom.
  std::uint64_t seed = 0;
  /// Name of this configuration: every offer carries it.
  std::string version;

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What routing needs to know of an agent's record.
struct AgentProfile {
  std::string id;
  std::vector<Skill> skills;
  int capacity_units = 0;
  std::vector<std::string> groups = {};
  /// Tickets at once, by channel; 0: as many as ChannelRules::tickets_max. The lower number holds.
  std::array<int, kChannels> caps = {};

  friend bool operator==(const AgentProfile&, const AgentProfile&) = default;
};

/// An agent who knows the customer, the best first.
struct PreferredAgent {
  std::string agent_id;
  int score = 0;

  friend bool operator==(const PreferredAgent&, const PreferredAgent&) = default;
};
constexpr std::size_t kPreferredAgentsMax = 8;

/// Whether the holder of a ticket leaves it alone for now, and what it takes of their units meanwhile.
enum class Hold : std::uint8_t { kNone, kKeepsUnits, kFreesUnits };

/// What routing needs to know of a ticket.
struct Work {
  std::string ticket_id;
  std::string conversation_id;
  Channel channel = Channel::kUnspecified;
  std::string account_id;
  std::vector<Skill> required_skills;
  /// Passed on to this agent by name; empty for anyone.
  std::string wanted_agent_id;
  /// Agents who sent it back or away.
  std::vector<std::string> declined_by;
  TimePoint waiting_since;
  /// Higher first.
  int priority = 0;
  /// Of capacity, at least 1.
  int units = 1;
  /// Of the ticket when this was true: grows with each assignment, so that old news is told from new.
  std::int64_t assignment_token = 0;
  /// Why these skills, for people: goes into explanations.
  std::string note = {};

  /// What queues ask for when a ticket enters.
  std::string language = {};
  std::vector<std::string> topics = {};
  std::string customer_tier = {};
  /// Put into this queue by a person; empty: where it belongs.
  std::string queue_id = {};
  /// Since when it is in the queue this time, from which steps are counted; zero: since we heard of it.
  TimePoint queued_since = {};
  /// Where it stands in line, as if it had waited since; zero: waiting_since.
  TimePoint virtual_start = {};
  /// When an answer is due; zero: not known.
  TimePoint due = {};
  /// Another shard's queue has it; it is here for the agent whom it is wanted for, and nobody else.
  bool visits = false;
  /// By overflow, before it came to this shard: it does not go back to one of them.
  std::vector<std::string> queues_left = {};
  /// Of its own; empty: the queue's.
  std::vector<Step> steps = {};
  std::vector<PreferredAgent> preferred = {};

  // Of a ticket that an agent holds.
  Hold hold = Hold::kNone;
  /// When it comes back by itself.
  TimePoint hold_until = {};
  /// Since when its customer is the one to write next; zero: they are not.
  TimePoint quiet_since = {};

  friend bool operator==(const Work&, const Work&) = default;
};

/// A lease on a ticket, put before one agent.
struct Offer {
  std::string id;
  std::string ticket_id;
  std::string agent_id;
  int units = 0;
  TimePoint offered_at;
  TimePoint expires_at;
  std::string explanation;
  /// Of the configuration that was in force.
  std::string version = {};
  bool auto_answer = false;

  friend bool operator==(const Offer&, const Offer&) = default;
};

struct AgentUpserted {
  AgentProfile agent;
};
struct PresenceChanged {
  std::string agent_id;
  Presence presence = Presence::kOffline;
  /// Of an available agent: what they take.
  ChannelMask channels = kAllChannels;
  /// The supervisor who did it; empty: the agent.
  std::string by = {};
  /// Told again to a new leader: away because so many offers in a row ran out.
  int missed_offers = 0;
  /// Likewise: queues that offer them nothing, for so many of their offers in a row ran out.
  std::vector<std::string> paused_queue_ids = {};
};
/// One more session of the agent; a wished presence is taken on.
struct AgentConnected {
  std::string agent_id;
  std::optional<Presence> wished;
};
struct AgentDisconnected {
  std::string agent_id;
};
/// The ticket waits for an agent: new, reopened or passed on. Known news changes nothing.
struct TicketQueued {
  Work work;
};
/// The ticket is held by the agent, by our own decision or not.
struct TicketAssigned {
  Work work;
  std::string agent_id;
};
struct TicketClosed {
  std::string ticket_id;
};
/// It is another shard's from now on.
struct TicketLeft {
  std::string ticket_id;
};
/// An offer of the last leader, read back before RebuildFinished.
struct OfferRestored {
  Offer offer;
};
/// A wrap-up that began under the last leader, read back before RebuildFinished.
struct WrapUpRestored {
  std::string agent_id;
  TimePoint until;
  bool forced = false;
};
struct OfferAccepted {
  std::string offer_id;
  std::string agent_id;
};
struct OfferDeclined {
  std::string offer_id;
  std::string agent_id;
  std::string code = {};
};
/// The conversation service carried out AssignTicket.
struct AssignmentConfirmed {
  std::string offer_id;
  std::int64_t assignment_token = 0;
};
/// It did not, and will not; `why` is for people.
struct AssignmentRefused {
  std::string offer_id;
  std::string why;
};
/// The agent is done with the wrap-up before its time.
struct WrapUpEnded {
  std::string agent_id;
  /// A supervisor says so, and may end what is forced.
  bool by_supervisor = false;
};
/// The agent asks for the wrap-up that is optional after what they have just resolved.
struct WrapUpBegun {
  std::string agent_id;
};
/// The hours of a queue that has some: until it is told that it is open, it is closed.
struct QueueHours {
  std::string queue_id;
  bool open = false;
};
/// The hours of a group that has some. Until they are told a new leader's groups are closed, and one that
/// gets hours later stays open.
struct GroupHours {
  std::string group_id;
  bool open = false;
};
struct SettingsChanged {
  Settings settings;
};
/// All that was is told; decisions may begin.
struct RebuildFinished {};
struct TimePassed {};

using Input =
    std::variant<AgentUpserted, PresenceChanged, AgentConnected, AgentDisconnected, TicketQueued,
                 TicketAssigned, TicketClosed, OfferRestored, OfferAccepted, OfferDeclined,
                 AssignmentConfirmed, AssignmentRefused, WrapUpEnded, SettingsChanged, RebuildFinished,
                 TimePassed, WrapUpBegun, WrapUpRestored, QueueHours, TicketLeft, GroupHours>;

}  // namespace hark::routing
