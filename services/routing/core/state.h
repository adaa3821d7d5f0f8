#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "routing/core/effect.h"
#include "routing/core/id_text.h"
#include "routing/core/input.h"
#include "routing/core/lanes.h"
#include "routing/core/plan.h"
#include "routing/core/work_kind.h"

// What Router keeps in memory; nobody else includes this but Router and what shows its state.
namespace hark::routing {

/// Place in the order of idleness: since when, and the turn that tells apart what happened in the same
/// millisecond.
struct IdleMark {
  TimePoint since;
  std::uint64_t turn = 0;
  friend auto operator<=>(const IdleMark&, const IdleMark&) = default;
};

/// Where a ticket stands with us.
enum class Standing : std::uint8_t { kWaiting, kOffered, kAccepting, kHeld };

/// What a held ticket takes of its agent's units.
enum class Load : std::uint8_t {
  kActive,
  /// It is on hold, or its customer silent: nothing.
  kIdle,
  /// It is back, and there is no room yet: nothing, but it comes before any new offer.
  kWaking,
};

/// How often an agent has let this ticket's offer run out, and until when they are spared it.
struct Miss {
  AgentIndex agent = kNoAgent;
  int count = 0;
  TimePoint rests_until;
};

/// One of the offers that a ticket has standing.
struct StandingOffer {
  IdText id;
  /// Of the id.
  std::uint32_t hash = 0;
  AgentIndex agent = kNoAgent;
  int units = 0;
  bool auto_answer = false;
  TimePoint offered_at;
  TimePoint expires_at;
  std::string explanation;
  std::string version;
  IdleMark mark_before;
  IdleMark mark_at;
};

/// Why a ticket waits for certain agents.
enum class Wish : std::uint8_t { kNone, kByName, kHadIt, kLive, kAffinity };

/// Of tickets alike in a queue: their stages, with the lane of each.
struct Plan {
  std::string kind;
  QueueIndex queue = 0;
  std::vector<Stage> stages;
  /// Of stages[i], where that is a kRequire.
  std::vector<LaneIndex> lanes;
  /// Some step may be left out: tickets begin before the first stage.
  bool has_skips = false;
  int tickets = 0;
};

/// To another shard's queue; to none: to where it belongs.
struct Departure {
  std::string to_queue_id;
  std::string why;
};

/// What befalls few tickets, or what few bring along.
struct Particulars {
  std::string wanted_agent_id;
  /// Nobody asked for that agent: they had it until it was given back in their stead.
  bool wanted_had_it = false;
  std::vector<std::string> declined_by;
  std::vector<PreferredAgent> preferred;
  bool visits = false;
  std::vector<std::string> left_before;

  std::vector<QueueIndex> queues_left;
  /// Of its plan.
  StepMask left_out = 0;
  /// Goes as soon as no offer of it stands.
  std::optional<Departure> departure;
  /// Overflow rules to look at again, by when.
  std::vector<std::pair<TimePoint, std::size_t>> rechecks;
  std::vector<AgentIndex> declined;
  /// When to see whether anybody is left who has not; zero: nobody has.
  TimePoint asked_again_at;
  /// How often they have been asked again: the pause doubles with each.
  int asked_again = 0;
  /// Those whom the ticket's own news name as decliners were asked again.
  bool news_of_declines_spent = false;
  std::vector<Miss> misses;
  Wish wish = Wish::kNone;
  std::vector<AgentIndex> wanted;
  TimePoint wanted_until;
  TimePoint rests_until;
  int refusals = 0;

  // Of a held ticket.
  Hold hold = Hold::kNone;
  /// The end of the hold has been asked for.
  bool hold_ending = false;
  TimePoint hold_until;
  TimePoint quiet_since;
  /// Of Load::kWaking: when it is given back.
  TimePoint waking_until;
  /// What became of a wish for an agent, for people.
  std::string wish_note;
};

constexpr TimePoint kNever = TimePoint::max();
/// Of TicketState::stage: the one after it is the first.
constexpr std::uint32_t kNoStageYet = std::numeric_limits<std::uint32_t>::max();

/// What every input about the ticket reads comes first: each paragraph is a cache line.
struct alignas(64) TicketState {
  IdText id;
  WorkKind* kind = nullptr;
  std::uint32_t number = 0;
  /// Of the id; and of the conversation's, 0 if it has none.
  std::uint32_t hash = 0;
  std::uint32_t conversation_hash = 0;
  /// Of kAccepting and kHeld.
  AgentIndex agent = kNoAgent;
  Standing standing = Standing::kWaiting;
  Load load = Load::kActive;
  /// In a lane's line, or in the lines of the agents who are wished for, or (resting, or with all the offers
  /// it may have) in none.
  bool in_line = false;
  bool in_reserved = false;
  bool dirty = false;
  /// Of kHeld: it has been asked back from its agent.
  bool returning = false;

  /// What each of its offers, or its holder, is charged: by a label as long as `charged_at` is the number of
  /// the last change of labels.
  WorkClass charged_class = 0;
  int charged_units = 0;
  std::uint32_t charged_at = 0;
  LaneIndex lane = 0;
  QueueIndex queue = 0;
  /// The last stage that has come.
  std::uint32_t stage = 0;
  int priority = 0;
  Plan* plan = nullptr;
  /// At addresses that they keep: deadlines name them by their ids.
  std::list<StandingOffer> offers;
  /// Null: nothing special.
  std::unique_ptr<Particulars> particulars;

  WaitKey key;
  /// When its deadline is.
  TimePoint wakes_at = kNever;
  TimePoint queue_since;
  TimePoint waiting_since;
  /// Twice the assignment token, one more when queued after it: news below this are old.
  std::int64_t version = 0;
  std::int64_t assignment_token = 0;

  TimePoint next_ring_at;
  TimePoint queued_since;
  TimePoint virtual_start;
  TimePoint due;
  IdText conversation_id;

  /// What it has of them; whoever asks for more makes them.
  [[nodiscard]] const Particulars& special() const { return particulars ? *particulars : kNothingSpecial; }
  [[nodiscard]] bool is_special() const { return particulars != nullptr; }
  Particulars& make_special() {
    if (!particulars) particulars = std::make_unique<Particulars>();
    return *particulars;
  }

 private:
  static const Particulars kNothingSpecial;
};
static_assert(sizeof(TicketState) == 4 * 64);

/// What was said of the ticket, in order: equal news compare equal.
Work work_of(const TicketState& ticket);

/// A ready agent's place in one order of choice: lower first. Turns differ, so that it is total.
struct Rank {
  std::int64_t first = 0;
  IdleMark idle;
  AgentIndex agent = kNoAgent;
  friend bool operator<(const Rank& a, const Rank& b) {
    return std::tie(a.first, a.idle, a.agent) < std::tie(b.first, b.idle, b.agent);
  }
  friend bool operator==(const Rank&, const Rank&) = default;
};

/// Orders of choice that are kept as agents change; the others are made of these.
enum class RankOrder : std::uint8_t {
  kIdle,
  kSpare,
  kOpen,
  kHandled,
  kOffered,
  /// By talk time, of those whose talk time stands still...
  kTalked,
  /// ...and of those for whom it goes on, for all of them alike: less the time of day.
  kTalking
};
/// The order that a choice goes through; what it prefers beyond that it weighs for each agent.
RankOrder order_of(ChoicePolicy choice);
constexpr std::size_t kRankOrders = 7;

/// Offers of one queue that the agent has let run out in a row.
struct QueueMisses {
  std::string queue_id;
  int in_row = 0;
  TimePoint last_miss;
};

/// What every input about the agent reads comes first, as with tickets: the first five cache lines.
struct alignas(64) AgentState {
  ClassLoads loads;
  std::array<int, kChannels> tickets{};
  /// Tickets of their own at once; 0: no end but everybody's.
  std::array<int, kChannels> caps{};
  int capacity = 0;
  Presence presence = Presence::kOffline;
  int connections = 0;
  ChannelMask channels = kAllChannels;
  /// Has a record; false for ids that only tickets named.
  bool known = false;
  bool ready = false;
  /// Available and connected.
  bool staffed = false;
  bool in_dirty = false;
  bool changed = false;
  bool rank_stale = false;
  bool wrap_up_forced = false;
  /// Which of `ranks` are kept now, one bit each.
  std::uint8_t ranked = 0;
  int handled = 0;
  int missed_in_row = 0;
  /// Held tickets that take units; and the talk time, less the time of day if there are any.
  int carried = 0;
  Duration talk_mark{0};
  /// Classes of work for which there is room.
  ClassMask roomy = 0;
  IdleMark idle;
  std::uint64_t offered_turn = 0;
  /// Has just resolved a ticket, and takes no offers before this.
  std::optional<TimePoint> wraps_up_until;

  std::string id;
  std::vector<TicketState*> held;
  /// What WrapUpBegun would begin.
  Duration wrap_up_optional{0};

  Bits lanes;
  std::vector<TicketState*> offered;
  /// Has declined, and takes no offers before this.
  std::optional<TimePoint> rests_until;

  /// Held tickets that wait for room, the first to wake first.
  std::vector<TicketState*> waking;
  /// Tickets that wait for this agent.
  Line reserved;
  std::optional<TimePoint> gone_at;

  /// Away because so many offers in a row ran out.
  int away_after_missed = 0;
  std::array<Rank, kRankOrders> ranks;
  std::vector<Skill> skills;
  std::vector<std::string> groups;
  TimePoint last_miss;
  std::vector<QueueMisses> queue_misses;
  /// Queues that offer them nothing, in order of their names.
  std::vector<std::string> paused_queues;

  [[nodiscard]] bool takes_offers() const {
    return known && presence == Presence::kAvailable && connections > 0 && !wraps_up_until && !rests_until;
  }
  [[nodiscard]] bool is_paused_by(std::string_view queue_id) const {
    return std::ranges::find(paused_queues, queue_id) != paused_queues.end();
  }
  [[nodiscard]] int open() const { return static_cast<int>(held.size() + offered.size()); }
};

/// What most inputs about an agent read of them.
constexpr std::size_t kAgentHotBytes = 320;

/// When a ticket without a holder began to wait; tickets that did so at once differ by number.
struct WaitMark {
  TimePoint since;
  std::uint32_t ticket = 0;
  friend auto operator<=>(const WaitMark&, const WaitMark&) = default;
};

struct QueueState {
  QueueRules rules;
  /// Members and back-up groups, for its figures.
  Bits members;
  int waiting = 0;
  /// Of those, before an agent or accepted by one.
  int offered = 0;
  /// Of those who wait: the oldest, and how many have waited for longer than so long.
  SortedChunks<WaitMark> marks;
  std::vector<Plan*> plans;
  /// Of the last tickets that were assigned from it, oldest first.
  std::deque<TimePoint> served;
  std::optional<TimePoint> empties_at;
  /// Outside its hours.
  bool closed = false;
  /// When more of what waits goes on to where closed queues send it.
  std::optional<TimePoint> clears_at;

  /// Who is before the last one in line; nobody, where that is one who comes now.
  [[nodiscard]] int ahead_of_last() const { return std::max(waiting - offered - 1, 0); }
};

/// An offer that is over, for who answers it late.
struct EndedOffer {
  IdText offer_id;
  IdText ticket_id;
  AgentIndex agent = kNoAgent;
  OfferEnd how = OfferEnd::kWithdrawn;
  std::int64_t assignment_token = 0;
  std::uint32_t hash = 0;
};

}  // namespace hark::routing
