#pragma once

#include <array>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "routing/core/agent_sets.h"
#include "routing/core/effect.h"
#include "routing/core/explanation.h"
#include "routing/core/hash_index.h"
#include "routing/core/id_text.h"
#include "routing/core/input.h"
#include "routing/core/lanes.h"
#include "routing/core/offer_id.h"
#include "routing/core/slab.h"
#include "routing/core/sorted_chunks.h"
#include "routing/core/state.h"
#include "routing/core/views.h"
#include "routing/core/work_kind.h"

namespace hark::routing {

/// Decides who gets which ticket: inputs in, effects out. The same inputs give the same effects, bit for bit,
/// anywhere.
///
/// One per routing shard, owned by its leader; not thread-safe. It holds no timer: the caller asks
/// next_deadline() after every apply() and comes back with TimePassed. It starts out rebuilding: it is told
/// agents, tickets and standing offers, decides nothing, and begins with RebuildFinished.
///
/// The rules (services/routing/README.md tells the structures behind them):
/// - An agent is offered a ticket only if available for its channel, connected, meeting the requirement of
///   the step in force, and with room for its units. An offer takes its units from the moment it is made.
/// - A ticket enters the first queue that takes it. Within and across queues order is total and fixed at
///   entry: class, weight, then by the queue's policy, then id. One that fits nobody's room does not hold
///   back others.
/// - It goes to the agent whom the queue's choice ranks first; without rules, to one without work before one
///   with some, then to the one whose last offer, work's end or becoming available is longest ago. A
///   withdrawn or declined offer does not cost the agent their place.
/// - Steps widen as time passes, and overflow moves to other queues; the place in line is kept.
/// - An offer that runs out sends the ticket on with its age. The agent is spared it for a while that doubles
///   with each miss, and gets it again only when nobody else can take it then. Several offers that run out
///   over one absence count once towards being set away.
/// - A declined ticket is not offered to that agent again unless it is passed to them by name, or everybody
///   who is available has declined it for a while, which doubles each time.
/// - Whoever lets so many offers of a queue in a row run out is offered nothing more of it but what is passed
///   to them by name, until they come back or set their presence anew.
/// - Outside its hours nobody is in a group. What was offered to them before stands, and so does what they
///   hold.
/// - A ticket passed to an agent by name, or known to one, waits for them alone, for a while, as long as they
///   are signed in and qualified.
/// - Where several offers stand, the first to be accepted has the ticket and the others are withdrawn.
/// - Whoever has resolved a ticket is offered nothing during the wrap-up, which goes on under a new leader.
/// - A ticket on hold, or whose customer falls silent, frees its units; when it is back it comes before any
///   new offer to its agent. On hold it stays with its agent, gone or not, until its time comes.
/// - What overflows into a queue of another shard, or came for an agent who did not take it, leaves the
///   engine as soon as no offer of it stands.
/// - A queue that is closed makes no offers but to who was asked for by name or knows the customer.
/// - Being gone (no session for longer than the grace, or signed out) takes offers back at once, and tickets
///   by policy.
/// - No input deals with more than kDeadlinesPerInputMax deadlines or kProposalsPerInputMax tickets: what is
///   left over is next_deadline(), at once.
class Router {
 public:
  /// Offers that ended are remembered, so that a late answer learns what became of them.
  static constexpr std::size_t kEndedOffersMax = 8192;
  static constexpr std::size_t kSpareOffersMax = 256;
  static constexpr int kDeadlinesPerInputMax = 250;
  static constexpr int kProposalsPerInputMax = 250;
  static constexpr std::size_t kStaleRanksMax = 64;
  /// Plans that no ticket follows any more are kept for the next of their kind up to so many.
  static constexpr std::size_t kPlansKeptMax = 2048;
  /// A wrap-up without an end of its own ends then.
  static constexpr Duration kWrapUpMax = std::chrono::hours{24};
  static constexpr std::size_t kServedRememberedMax = 32;
  static constexpr int kTicketsMovedAtOnceMax = 250;
  /// What one input does for new rules, and what each part of it counts: to look at a ticket, to plan it
  /// anew, to make a plan that is not there yet (which finds the agents of each of its steps), to look at an
  /// agent.
  static constexpr int kRulesShare = 2000;
  static constexpr int kReplanCost = 8;
  static constexpr int kPlanCost = 200;
  static constexpr int kRefreshCost = 4;
  /// Of deadlines that come with it, an input makes so many plans, and moves an agent into or out of so many
  /// lanes.
  static constexpr std::size_t kPlansPerInputMax = kRulesShare / kPlanCost;
  /// Agents who gain something as their group opens or closes, of one input.
  static constexpr int kGroupGainsMax = 20;
  static constexpr int kPriorityMax = 25'000'000;

  Router(Settings settings, std::uint16_t shard, std::int64_t fencing_token);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// A `now` before an earlier one counts as that one: clocks may step back, decisions do not. Deadlines that
  /// have come are dealt with first, so an answer that is late is late even if no TimePassed has said so.
  [[nodiscard]] std::vector<Effect> apply(const Input& input, TimePoint now);
  /// The same into `effects`, in place of what they were: for callers with many inputs.
  void apply(const Input& input, TimePoint now, std::vector<Effect>& effects);

  /// When to come back with TimePassed at the latest.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  [[nodiscard]] bool rebuilding() const { return rebuilding_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// Whether any agent's record has the skill, at whatever level and presence.
  [[nodiscard]] bool skill_known(std::string_view name) const { return sets_.skill_known(name); }
  [[nodiscard]] std::optional<AgentView> agent(std::string_view id) const;
  /// What stands, oldest first.
  [[nodiscard]] std::vector<Offer> offers_to(std::string_view agent_id) const;
  /// Of agents with a record, in order.
  [[nodiscard]] std::vector<std::string> agent_ids() const;
  [[nodiscard]] std::optional<TicketView> ticket(std::string_view id) const;
  /// Of its last assignment that was heard of; 0: there is none.
  [[nodiscard]] std::int64_t assignment_token(std::string_view ticket_id) const;
  /// Whether the agent has the ticket, by this assignment of it.
  [[nodiscard]] bool holds(std::string_view agent_id, std::string_view ticket_id,
                           std::int64_t assignment_token) const;
  /// Why the offer was made, and by which rules, for people; empty if it stands no more.
  [[nodiscard]] std::string why_offered(std::string_view ticket_id, std::string_view offer_id) const;
  /// Tickets without a holder, in the order in which they are served.
  [[nodiscard]] std::vector<std::string> queue(std::size_t limit) const;
  [[nodiscard]] std::size_t queue_size() const { return tickets_.count() - held_count_; }
  /// Everything without a holder; who has waited longer than `target` is at risk.
  [[nodiscard]] QueueSummary summarize(TimePoint now, Duration target) const;
  /// Each queue, in the order of the settings, the one without a name first. Looks at queues and at agents,
  /// not at tickets.
  [[nodiscard]] std::vector<QueueView> queues(TimePoint now, Duration target) const;
  /// Why the ticket is where it is, for people: "waits: 2 agents have language:lv ≥ 1: 1 offline, 1 away".
  [[nodiscard]] std::string explain(std::string_view ticket_id) const;
  /// The same in full: the step in force, the place in line, and each agent with the rule that excluded or
  /// ranked them. At most `candidates_max` agents, those who come nearest first.
  [[nodiscard]] std::optional<Explanation> explain_fully(std::string_view ticket_id,
                                                         std::size_t candidates_max) const;
  /// Whether the queue is within its hours, or has none.
  [[nodiscard]] bool is_open(std::string_view queue_id) const {
    return !queues_[queue_named(queue_id)].closed;
  }
  /// Whether agents of the group count as of it now.
  [[nodiscard]] bool is_group_open(std::string_view group) const { return !sets_.is_closed(group); }
  [[nodiscard]] std::size_t lane_count() const { return lanes_.size(); }

 private:
  enum class DeadlineKind {
    kOfferExpires,
    kAgentGone,
    kTicketWakes,
    kWrapUpEnds,
    kAgentRested,
    /// Something of a held ticket: its hold ends, its customer has been silent for long, it has waited long
    /// for room.
    kHeldDue,
    kQueueEmpty,
    kQueueClears
  };
  struct Deadline {
    TimePoint at;
    DeadlineKind kind;
    /// Of the offer, agent, ticket or queue, in its own memory: erased before that goes.
    std::string_view id;
    friend auto operator<=>(const Deadline&, const Deadline&) = default;
  };
  struct Found {
    TicketState* ticket = nullptr;
    StandingOffer* standing = nullptr;
  };
  /// A ticket that might go to someone now, said by an agent (who may have a next one) or by the ticket
  /// itself.
  struct Proposal {
    WaitKey key;
    AgentIndex source = kNoAgent;
    friend bool operator<(const Proposal& a, const Proposal& b) {  // top of the queue: the first to be served
      return b.key < a.key || (!(a.key < b.key) && b.source < a.source);
    }
  };
  struct Choice {
    AgentIndex agent = kNoAgent;
    /// Agents with room who could take it and have let it run out no more often than the chosen one...
    int able = 0;
    /// ...and those who have, and so were passed over.
    int passed_over = 0;
    int misses = 0;
  };
  class Chooser;

  void on(const AgentUpserted& in);
  void on(const PresenceChanged& in);
  void on(const AgentConnected& in);
  void on(const AgentDisconnected& in);
  void on(const TicketQueued& in);
  void on(const TicketAssigned& in);
  void on(const TicketClosed& in);
  void on(const TicketLeft& in);
  void on(const OfferRestored& in);
  void on(const OfferAccepted& in);
  void on(const OfferDeclined& in);
  void on(const AssignmentConfirmed& in);
  void on(const AssignmentRefused& in);
  void on(const WrapUpEnded& in);
  void on(const WrapUpBegun& in);
  void on(const WrapUpRestored& in);
  void on(const QueueHours& in);
  void on(const GroupHours& in);
  void on(const SettingsChanged& in);
  void on(const RebuildFinished& in);
  void on(const TimePassed&) {}
  void read_settings();

  // router_deadlines.cc
  void expire();
  void act_on(const Deadline& due);
  void offer_ran_out(TicketState& ticket, AgentIndex index);
  void agent_is_gone(AgentState& agent);

  // router_agents.cc
  AgentIndex intern(std::string_view id);
  [[nodiscard]] AgentIndex find_agent(std::string_view id) const;
  void mark_changed(AgentIndex index);
  AgentState* known_agent(std::string_view id);
  void refuse_unknown_agent(std::string_view id);
  void set_presence(AgentIndex index, Presence presence, ChannelMask channels, std::string why,
                    int missed_offers = 0);
  void arm_gone(AgentState& agent);
  void disarm_gone(AgentState& agent);
  void rest(AgentIndex index, Duration time);
  void withdraw_offers(AgentIndex index, const std::string& why);
  void withdraw_misfits(AgentIndex index);
  void drop_wishes(AgentIndex index);
  void take_tickets_back(AgentIndex index, const std::string& why);
  void report_agents();

  // router_pauses.cc
  void count_queue_miss(AgentIndex index, const QueueRules& rules, TimePoint offered_at);
  void set_paused(AgentIndex index, std::vector<std::string> queue_ids);
  void end_pauses();
  void forget_queue_misses(AgentIndex index, std::string_view queue_id);
  [[nodiscard]] std::int64_t paused_count(const QueueState& queue, bool ready) const;

  // router_groups.cc
  void read_groups();
  [[nodiscard]] bool goes_by_hours(const Lanes::Lane& lane) const;
  bool regroup(AgentIndex index);
  void take_hours_on();
  [[nodiscard]] bool may_keep(const TicketState& ticket, AgentIndex agent) const;

  // router_wrap_up.cc
  void after_resolving(AgentIndex index, QueueIndex queue);
  void wrap_up_until(AgentIndex index, TimePoint until, bool forced);
  void begin_wrap_up(AgentIndex index, TimePoint until, bool forced);
  void end_wrap_up(AgentIndex index);

  // router_capacity.cc
  void refresh(AgentIndex index);
  bool find_room(AgentState& agent, AgentIndex index);
  void put_ranks();
  void use_ranks(const std::array<bool, kRankOrders>& used);
  [[nodiscard]] Rank rank_of(const AgentState& agent, AgentIndex index, RankOrder order) const;
  void charge(AgentState& agent, const TicketState& ticket, int sign);
  void carry(AgentState& agent, const TicketState& ticket, int sign);
  void mark_idle(AgentState& agent) { agent.idle = {now_, ++turns_}; }
  [[nodiscard]] int load_seen_by(const AgentState& agent, WorkClass work_class) const;
  [[nodiscard]] int cap_of(const AgentState& agent, Channel channel) const;
  [[nodiscard]] int tickets_beyond_cap(const AgentState& agent, Channel channel) const;
  [[nodiscard]] int used_units(const AgentState& agent) const;
  [[nodiscard]] bool fits(const AgentState& agent, const TicketState& ticket) const;
  void let_waking_in(AgentState& agent);
  void forget_load(TicketState& ticket);

  // router_classes.cc
  [[nodiscard]] WorkClass class_of(WorkKind& kind) const;
  [[nodiscard]] WorkClass charged_class(const TicketState& ticket) const;
  void set_charge(TicketState& ticket) const;
  bool charge_anew(TicketState& ticket);
  void charge_anew(const AgentState& agent);
  void take_labels_on(const WorkClasses& before);
  [[nodiscard]] const SparseBits<kChannels>& ready_for(WorkClass work_class) const {
    return ready_[label_of(work_class)];
  }
  [[nodiscard]] std::string interrupted_by(const TicketState& ticket) const;
  [[nodiscard]] ClassMask classes_stepping_back(const AgentState& agent) const;

  // router_talk_time.cc
  [[nodiscard]] Duration talk_time(const AgentState& agent) const;
  void forget_talk_time(AgentState& agent) const;

  // router_holds.cc
  void hear_of_held(TicketState& ticket, const Work& news);
  void come_back(TicketState& ticket);
  void settle_load(TicketState& ticket);
  void tend_held(TicketState& ticket);
  void arm_held(TicketState& ticket);
  [[nodiscard]] std::optional<TimePoint> silent_from(const TicketState& ticket) const;

  // router_tickets.cc
  TicketState* find_ticket(std::string_view id) { return find_ticket(id, HashIndex::hash_of(id)); }
  TicketState* find_ticket(std::string_view id, std::uint32_t hash);
  [[nodiscard]] const TicketState* find_ticket(std::string_view id) const;
  TicketState& make_ticket(std::string_view id, std::uint32_t hash);
  void erase_ticket(TicketState& ticket);
  void note(TicketState& ticket, const Work& work, WorkKind* kind);
  void take_over(TicketState& ticket, const Work& work);
  void reweigh(TicketState& ticket, const Work& work);
  void withdraw_misfits_beside(const TicketState& ticket);
  void stand(TicketState& ticket, Standing standing);
  [[nodiscard]] static bool offers_still_fit(const TicketState& ticket);
  void hold(TicketState& ticket, AgentIndex agent, std::int64_t assignment_token);
  void release(TicketState& ticket);

  // router_offers.cc
  [[nodiscard]] Found find_offer(std::string_view id);
  [[nodiscard]] const EndedOffer* find_ended(std::string_view offer_id) const;
  void remember_end(const StandingOffer& standing, const TicketState& ticket, OfferEnd how,
                    std::int64_t assignment_token);
  [[nodiscard]] StandingOffer* offer_to(TicketState& ticket, AgentIndex agent);
  [[nodiscard]] Offer offer_of(const TicketState& ticket, const StandingOffer& standing) const;
  void put_offer(TicketState& ticket, AgentIndex agent, const Offer& offer);
  void end_offer(TicketState& ticket, AgentIndex agent, OfferEnd how, std::string why);
  void take_offer_off(TicketState& ticket, AgentIndex agent, OfferEnd how, std::string why,
                      std::int64_t assignment_token);
  void end_offers(TicketState& ticket, OfferEnd how, const std::string& why);
  void accept(TicketState& ticket, AgentIndex agent);
  void refuse_offer(std::string_view offer_id, std::string_view agent_id, const TicketState* ticket);
  [[nodiscard]] Duration accept_timeout(const TicketState& ticket) const;

  // router_lines.cc
  void enter_line(TicketState& ticket);
  void leave_line(TicketState& ticket);
  [[nodiscard]] bool wants_offers(const TicketState& ticket) const;
  [[nodiscard]] bool wish_stands(const TicketState& ticket) const;
  [[nodiscard]] bool qualifies(const TicketState& ticket, AgentIndex agent) const;
  [[nodiscard]] bool may_wait_for(const TicketState& ticket, AgentIndex agent) const;
  void make_wish(TicketState& ticket);
  void drop_wish(TicketState& ticket);
  void drop_wish_for(TicketState& ticket, AgentIndex agent);
  void set_wake(TicketState& ticket);
  void clear_wake(TicketState& ticket);
  void mark_dirty(TicketState& ticket);

  // router_departures.cc
  bool departs(TicketState& ticket);
  void send_on();

  // router_declines.cc
  void note_decline(TicketState& ticket, AgentIndex agent);
  void hear_of_declines(TicketState& ticket);
  void tend_declines(TicketState& ticket);
  [[nodiscard]] bool all_have_declined(const TicketState& ticket) const;
  [[nodiscard]] Duration pause_before_asking_again(const TicketState& ticket) const;
  [[nodiscard]] bool nobody_is_left(const TicketState& ticket) const;
  [[nodiscard]] std::string explain_declines(const TicketState& ticket) const;

  // router_queues.cc
  void rebuild_queues();
  [[nodiscard]] QueueIndex queue_named(std::string_view id) const;
  [[nodiscard]] QueueIndex queue_for(WorkKind& kind) const;
  void enter_first_queue(TicketState& ticket);
  void enter_queue(TicketState& ticket, QueueIndex queue, TimePoint since);
  void leave_queue(TicketState& ticket);
  [[nodiscard]] QueueIndex home_of(const TicketState& ticket) const;
  void follow_plan(TicketState& ticket);
  bool leaves_out(TicketState& ticket, std::size_t stage);
  [[nodiscard]] bool holds(const SkipCondition& condition, LaneIndex lane) const;
  bool overflow_by(TicketState& ticket, std::size_t rule, Duration at);
  bool overflow(TicketState& ticket, const std::string& to, TimePoint since, std::string why);
  [[nodiscard]] bool holds(const MetricCondition& condition, QueueIndex queue) const;
  [[nodiscard]] std::int64_t value_of(Metric metric, const QueueState& queue) const;
  [[nodiscard]] static WaitEstimate estimate(const QueueState& queue, std::int64_t ahead, bool anybody);

  // router_emptiness.cc
  [[nodiscard]] bool is_empty(const QueueState& queue, std::uint8_t factors) const;
  void watch_emptiness(QueueState& queue);
  void watch_emptiness();
  void empty_queue(QueueIndex queue);
  std::vector<TicketState*> first_waiting(const QueueState& queue) const;
  bool send_over(const std::vector<TicketState*>& leaving, const std::string& to, const std::string& why);

  // router_hours.cc
  [[nodiscard]] std::set<std::string> open_by_hours() const;
  void shut_lanes(const QueueState& queue);
  void clear_closed(QueueIndex queue);
  void clear_closed_later(QueueIndex queue, TimePoint at);
  Plan* plan_for(WorkKind& kind, QueueIndex queue, StepMask left_out);
  void fill_lane(LaneIndex lane);
  void classify(LaneIndex lane, AgentIndex agent);
  [[nodiscard]] static Requirement everybody_of(const QueueRules& queue);
  void drop_plan(Plan& plan);
  void take_rules_on();
  void replan(TicketState& ticket);

  // router_matching.cc
  void match();
  void match_once(int& budget);
  [[nodiscard]] static const Stage& stage_in_force(const TicketState& ticket);
  [[nodiscard]] const WaitKey* best_ticket(const AgentState& agent, AgentIndex index) const;
  [[nodiscard]] const WaitKey* best_of_every_lane(const AgentState& agent, AgentIndex index) const;
  [[nodiscard]] bool may_take(const AgentState& agent, AgentIndex index, const TicketState& ticket) const;
  [[nodiscard]] Choice best_agent(const TicketState& ticket);
  [[nodiscard]] bool avoids(const TicketState& ticket, AgentIndex agent) const;
  void make_offer(TicketState& ticket, const Choice& choice);
  [[nodiscard]] std::string reason_for(const TicketState& ticket, const Choice& choice) const;
  [[nodiscard]] Rank rank_for(const TicketState& ticket, AgentIndex agent, ChoicePolicy choice,
                              const Requirement& require) const;

  // router_explain.cc
  [[nodiscard]] std::string explain_waiting(const TicketState& ticket) const;
  [[nodiscard]] Candidate judge(const TicketState& ticket, AgentIndex index,
                                const Requirement& require) const;

  Settings settings_;
  OfferIds offer_ids_;
  /// Of the settings: some queue does.
  bool anything_empties_ = false;
  WorkClasses classes_;
  /// Of the last change of labels.
  std::uint32_t labels_number_ = 1;
  /// By channel; without an end where it has none.
  std::array<int, kChannels> tickets_max_{};
  bool rebuilding_ = true;
  TimePoint now_{};
  std::uint64_t turns_ = 0;

  Slab<AgentState> agents_;
  /// Ids are the agents' own.
  std::map<std::string_view, AgentIndex> agents_in_order_;
  /// The same by hash: most inputs name an agent.
  HashIndex agent_by_id_;
  AgentSets sets_;
  /// By label and channel.
  std::vector<SparseBits<kChannels>> ready_{1};
  Bits ready_for_any_;
  int ready_count_ = 0;
  std::array<SortedChunks<Rank>, kRankOrders> ranks_;
  std::array<bool, kRankOrders> ranks_used_{};
  /// Agents whose ranks are not up to date.
  std::vector<AgentIndex> stale_ranks_;

  /// Those of rules that are gone come before `first_queue_`, which is the one without a name.
  std::deque<QueueState> queues_;
  QueueIndex first_queue_ = 0;
  std::map<std::string, QueueIndex, std::less<>> queue_index_;
  std::unordered_map<std::string, Plan> plans_;
  std::set<std::string_view> idle_plans_;
  /// Of the rules, and of the set of plans: what WorkKind remembers is good for.
  std::uint64_t rules_number_ = 0;
  std::uint64_t plans_number_ = 1;
  std::size_t plans_made_ = 0;
  Lanes lanes_;

  WorkKinds kinds_;
  Slab<TicketState> tickets_;
  HashIndex ticket_by_id_;
  std::size_t held_count_ = 0;
  /// Who holds a ticket of the conversation.
  HashIndex held_by_conversation_;
  /// Tickets by the ids of their offers.
  HashIndex offered_;
  std::vector<EndedOffer> ended_;  // a ring of the last ones
  std::size_t ended_next_ = 0;
  HashIndex ended_by_id_;
  SortedChunks<Deadline> deadlines_;
  /// Offers that are over, for the next ones: with the memory of their texts.
  std::list<StandingOffer> spare_offers_;

  /// What matching has yet to look at; outlives an input only where there was too much for one.
  std::deque<AgentIndex> dirty_agents_;
  std::deque<TicketState*> dirty_tickets_;
  /// Rules that have changed are taken on by some tickets and agents at each input: by these numbers.
  std::uint32_t replan_next_ = 0;
  std::uint32_t replan_end_ = 0;
  AgentIndex refresh_next_ = 0;
  AgentIndex refresh_end_ = 0;
  /// Agents whose groups have opened or closed, and who are to be put into lanes anew.
  Bits regrouped_;
  bool any_regrouped_ = false;
  /// Lanes whose agents change with the hours of groups.
  Bits timed_lanes_;
  /// Agents whom some queue offers nothing.
  Bits paused_agents_;
  /// Available and connected.
  Bits staffed_;

  // Of the apply() under way.
  int moved_in_lanes_ = 0;
  std::vector<Effect> effects_;
  std::vector<AgentIndex> changed_agents_;
  /// For other shards; while rebuilding they are kept.
  std::vector<std::string> leaving_;
  std::vector<Proposal> proposals_;  // a heap
};

}  // namespace hark::routing
