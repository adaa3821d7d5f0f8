#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "hark/v1/routing_service.pb.h"
#include "routing/convert.h"
#include "routing/core/router.h"
#include "routing/ports.h"
#include "routing/redis/registry.h"
#include "routing/redis/store.h"
#include "routing/rule_book.h"
#include "routing/sla_desk.h"

namespace hark::routing {

/// One leadership: from a fencing token to its loss. Owns the engine and everything that feeds it and carries
/// out what it decides.
///
/// Lives on the service's thread. What comes in is applied at once in memory; its record and its changes are
/// written by one writer in batches, and only then is anything done that others can see. When the term is
/// over, for whatever reason, nothing more is decided or done; a new term begins from the store.
class Term {
 public:
  /// Records written at once, and the least time from one batch to the next: what comes in between shares a
  /// script and an fsync.
  static constexpr std::size_t kBatchRecordsMax = 2'000;
  static constexpr std::chrono::milliseconds kBatchEvery{2};
  /// Tickets of which the Triager is asked at the same time.
  static constexpr int kJudgesAtOnce = 4;
  /// How long a verdict found here waits for an assignment that takes it along, before it is stored without
  /// one; and how often those are stored, so many at once.
  static constexpr std::chrono::milliseconds kVerdictWait{1'000};
  static constexpr std::chrono::milliseconds kVerdictsEvery{500};
  static constexpr int kVerdictsAtOnce = 1'000;
  /// Partitions take turns at that: all of half a second in one go would keep the store from everything else.
  static constexpr std::size_t kVerdictTurns = 16;
  /// Tickets that are taken, or passed to other shards, at once.
  static constexpr int kPassedAtOnce = 1'000;

  struct World {
    asio::any_io_executor executor;
    Store& store;
    Conversations& conversations;
    const Clock& clock;
    /// Null: nobody else is asked.
    Triager* triager = nullptr;
    std::function<void(SlaCounts counts)> on_sla;
    std::uint16_t shard = 0;
    /// Asked where there are several shards.
    Registry& registry;
    TaskGroup::OnFailure on_failure;
    /// Told once, when the term is over.
    std::function<void(const Error& why)> on_over;
    /// Told of each ticket that was put into a queue which is not there, and goes where it belongs instead.
    std::function<void(const std::string& ticket_id, const std::string& queue_id)> on_unknown_queue = {};
  };

  Term(World world, std::int64_t fencing_token, NumberedRules rules);
  ~Term();
  Term(const Term&) = delete;
  Term& operator=(const Term&) = delete;

  /// Raises the fence, rebuilds from the store, the snapshot (this one, if it was read ahead) and the log,
  /// and begins to decide.
  Task<Status> begin(std::optional<Conversations::Snapshot> read_ahead = std::nullopt);

  /// Waits for all its tasks to end. The term must be over, or is ended now.
  Task<> close();

  void end(Error why);
  [[nodiscard]] bool over() const { return over_.has_value(); }
  /// Decides: neither rebuilding nor over.
  [[nodiscard]] bool decides() const { return !over_ && !router_.rebuilding(); }
  [[nodiscard]] Error why_over() const;
  [[nodiscard]] std::int64_t fencing_token() const { return token_; }

  /// Applies the input. Effects that are durable and carried out later are returned as well; Refused and
  /// AcceptRepeated are for the caller alone.
  std::vector<Effect> feed(const Input& input);

  [[nodiscard]] SlaCounts sla_counts() const { return sla_.counts(); }

  /// Returns when all that has been fed is durable and carried out; NOT_LEADER if the term ends before.
  Task<Status> settle();

  /// What becomes of an accepted offer's assignment. NOT_LEADER if the term ends before.
  Task<Result<v1::Ticket>> assignment(std::string offer_id);

  /// Takes on a record that has been stored.
  void take_agent(const v1::Agent& record);

  /// Takes on a version that has been stored, if it is newer. Tickets keep their places; what the rules say
  /// of each is found anew, some at a time beside everything else.
  void take_rules(NumberedRules rules);
  [[nodiscard]] const Rules& rules() const { return rules_.rules; }
  [[nodiscard]] std::int64_t rules_number() const { return rules_.number; }
  [[nodiscard]] std::uint16_t shard() const { return world_.shard; }
  /// Nothing: the queue has no hours, or they never change.
  [[nodiscard]] std::optional<TimePoint> next_change_of_hours(std::string_view queue_id) const;
  /// For people: "group:night is closed until 22:00"; until when, only if it opens again.
  [[nodiscard]] std::string describe_closed_group(std::string_view group_id) const;

  /// One socket's worth of an agent: told when what it shows is out of date.
  struct Session {
    explicit Session(const asio::any_io_executor& executor) : wake{executor} {}
    bool stale = true;
    /// It is to be told all that stands, not what has changed.
    bool whole = true;
    /// Untold changes of the agent's offers.
    std::vector<Offer> made;
    std::vector<std::string> gone;
    /// Of the rules whose choices it was told.
    std::int64_t choices_told = -1;
    Notifier wake;
  };
  [[nodiscard]] const Router& router() const { return router_; }
  [[nodiscard]] std::optional<v1::Agent> agent(std::string_view id) const;
  /// As stored.
  [[nodiscard]] std::optional<v1::Agent> record(std::string_view id) const;
  /// Whether any agent of this shard has it, at whatever level.
  [[nodiscard]] bool skill_known(std::string_view name) const { return router_.skill_known(name); }
  [[nodiscard]] std::vector<v1::Agent> agents() const;
  /// What the session has not been told yet; with what agents may choose from, if it was told of other rules.
  [[nodiscard]] v1::AgentSessionResponse session_state(std::string_view agent_id, Session& session) const;
  /// With the verdict that was found here, if none is stored yet.
  [[nodiscard]] v1::Ticket ticket(const std::string& id) const;

  /// Told who has changed, of all agents.
  struct Watch {
    explicit Watch(const asio::any_io_executor& executor) : wake{executor} {}
    std::set<std::string> changed;
    Notifier wake;
  };
  void add_watch(Watch* watch) { watches_.insert(watch); }
  void remove_watch(Watch* watch) { watches_.erase(watch); }
  void add_session(const std::string& agent_id, Session* session);
  void remove_session(const std::string& agent_id, Session* session);

 private:
  struct Pending {
    Store::Batch batch;
    std::int64_t last_record = 0;
    std::vector<Effect> effects;
  };
  struct Assignment {
    explicit Assignment(const asio::any_io_executor& executor) : done{executor} {}
    Notifier done;
    std::optional<Result<v1::Ticket>> result;
  };

  // term.cc: what is fed, written and carried out
  Pending& open_batch();
  void record(const Effect& effect, Pending& pending);
  void carry_out(const Effect& effect);
  /// Notes down for each session of the agent, by `of(session)`, what it is to be told.
  void tell_sessions(const std::string& agent_id, const auto& of);
  Task<> write();
  Task<> tick();
  Task<> assign(AssignTicket effect);
  Task<> give_back(ReturnTicket effect);
  Task<> end_hold(EndHold effect);
  void finish_assignment(const std::string& offer_id, Result<v1::Ticket> result);

  // term_triage.cc: what texts say
  void find_verdict(v1::Ticket& ticket);
  void begin_judging();
  Task<> judge();
  Task<> ask_triager(std::string ticket_id);
  void want_stored(std::string ticket_id, TimePoint at);
  Task<> store_verdicts();
  Task<> store(v1::SetVerdictsRequest request);
  void take_verdict(const v1::Event& event);
  void raise(const std::string& ticket_id, int points);
  void order_anew(const std::string& ticket_id);
  Task<> assess_anew();

  // term_hours.cc: when queues are open
  std::optional<TimePoint> tell_hours();
  std::optional<TimePoint> tell_group_hours();
  Task<> keep_hours();

  // term_shards.cc: whose tickets are, where there are several shards
  [[nodiscard]] bool several() const { return rules_.rules.shards.several(); }
  [[nodiscard]] int own_number() const { return world_.shard + 1; }
  [[nodiscard]] bool is_ours(const v1::Ticket& ticket) const;
  bool keep_or_pass(const v1::Ticket& ticket, const Work& work);
  [[nodiscard]] bool visits(const v1::Ticket& ticket, const Work& work) const;
  [[nodiscard]] std::optional<std::uint16_t> home_of(const v1::Ticket& ticket, const Work& work);
  void send_on(const TicketSentOn& sent);
  void pass(const v1::Ticket& ticket, std::uint16_t to, bool unwanted = false,
            std::optional<v1::TicketPassage> passage = std::nullopt);
  void let_go(const std::string& ticket_id);
  Task<> pass_tickets();
  Task<> find_agent(std::string agent_id);
  Task<> forget_unknown(std::string agent_id);

  // term_rebuild.cc: where it comes from
  Task<Status> rebuild(std::optional<Conversations::Snapshot> read_ahead);
  Task<Status> load_tickets(std::optional<Conversations::Snapshot> snapshot);
  Task<> follow();
  [[nodiscard]] bool is_own_assignment(const v1::Event& event) const;
  void take(v1::Event event);
  void take_ticket(v1::Ticket ticket);
  void tell_unknown_queue(const v1::Ticket& ticket);
  const v1::Ticket& keep_ticket(v1::Ticket ticket);
  void place_ticket(const v1::Ticket& ticket);
  void follow_quiet(const v1::Event& event);
  [[nodiscard]] bool known(const Work& work, const v1::Ticket& ticket) const;
  void close_ticket(const std::string& ticket_id);
  void forget_ticket(const std::string& ticket_id);
  void forget_declines(const std::string& ticket_id);

  World world_;
  std::int64_t token_;
  NumberedRules rules_;
  Router router_;
  std::optional<Error> over_;

  std::deque<Pending> queue_;
  std::int64_t fed_ = 0;
  std::int64_t written_ = 0;
  Notifier work_;
  Notifier settled_;
  asio::steady_timer timer_;
  std::optional<TimePoint> armed_for_;
  asio::steady_timer hours_timer_;

  v1::Cursor cursor_;
  bool caught_up_ = false;
  Notifier caught_up_signal_;

  std::map<std::string, v1::Agent, std::less<>> records_;
  /// With the verdicts that were found here.
  std::unordered_map<std::string, v1::Ticket> tickets_;
  Store::Declines declines_;
  std::map<std::string, std::shared_ptr<Assignment>, std::less<>> assignments_;
  std::map<std::string, std::set<Session*>, std::less<>> sessions_;
  std::set<Watch*> watches_;

  /// Tickets whose verdict is not stored yet.
  std::unordered_set<std::string> unstored_verdicts_;
  /// Tickets of which the Triager is to be asked.
  std::deque<std::string> to_judge_;
  Notifier to_judge_signal_;
  struct ToStore {
    std::string ticket_id;
    TimePoint at;
  };
  std::array<std::deque<ToStore>, kVerdictTurns> to_store_;  // by whose turn it is
  Notifier to_store_signal_;
  /// Of the Triager, in a row; and until when it is left alone.
  int triage_failures_ = 0;
  TimePoint triage_rests_until_;
  /// Tickets that were assessed by earlier rules.
  std::deque<std::string> to_assess_;
  Notifier to_assess_signal_;
  /// Points that missed targets have added.
  std::map<std::string, int, std::less<>> raised_;
  SlaDesk sla_;

  // Where there are several shards.
  struct Passing {
    std::uint16_t to = 0;
    /// Who holds the ticket.
    std::string agent_id;
    std::string wanted_agent_id;
    std::int64_t queued_at_ms = 0;
    /// Whom it was wanted for did not take it.
    bool unwanted = false;
    /// Of what its own queue's rules, or its agent, sent on.
    std::optional<v1::TicketPassage> passage;
    [[nodiscard]] bool is_as(const Passing& other) const {
      return to == other.to && agent_id == other.agent_id && wanted_agent_id == other.wanted_agent_id &&
             queued_at_ms == other.queued_at_ms && !passage && !other.passage;
    }
  };
  /// Tickets that are being taken or passed on.
  std::unordered_map<std::string, Passing> passing_;
  std::deque<std::string> to_pass_;
  Notifier to_pass_signal_;
  /// Of agents who are not ours; nothing: there was no such agent.
  std::unordered_map<std::string, std::optional<std::uint16_t>> agents_elsewhere_;
  /// Tickets that wait to know an agent's shard.
  std::map<std::string, std::set<std::string>, std::less<>> to_find_;

  TaskGroup tasks_;
};

/// Whether to try the same again: nothing happened, or nobody knows.
bool is_passing(const Error& error);

}  // namespace hark::routing
