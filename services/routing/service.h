#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hark/v1/routing_admin_service.pb.h"
#include "hark/v1/routing_service.pb.h"
#include "routing/passwords.h"
#include "routing/term.h"

namespace hark::routing {

/// How long a leader's lease holds without being renewed, where several processes may lead: one that dies is
/// followed by another this much later, and what the store stalls for must stay below.
constexpr std::chrono::milliseconds kLeaseTime{1'500};
/// On a store of its own a process is followed by nobody but itself.
constexpr std::chrono::milliseconds kLeaseTimeAlone{10'000};
/// How often those who follow look whether the lead is free.
constexpr std::chrono::milliseconds kLookEvery{100};
/// Of two processes that see the lead free, the one that leads more other shards lets the other go first.
constexpr std::chrono::milliseconds kLookLaterForEach{50};
/// How often another shard than the first looks which version of the rules is in force.
constexpr std::chrono::milliseconds kRulesEvery{300};
/// A process gives up one shard in this time at most.
constexpr std::chrono::milliseconds kYieldEvery{1'000};

class Routing;

/// The shards of one process. Each may lead or follow.
struct Company {
  std::vector<const Routing*> members;
  /// When one of them gave up its lead for another process.
  std::chrono::steady_clock::time_point yielded_at;
};

/// What routing does, one function per call of its contracts (proto/hark/v1/routing_service.proto and
/// routing_admin_service.proto tell what each promises), and the loop that takes the lead and keeps it.
///
/// One shard of it; lives on its service's thread.
class Routing {
 public:
  struct World {
    asio::any_io_executor executor;
    Store& store;
    Registry& registry;
    Conversations& conversations;
    const Clock& clock;
    Passwords& passwords;
    /// Tells this process from all others that may run at the same time.
    std::string instance;
    TaskGroup::OnFailure on_failure;
    /// For the log: "leads", "follows", why a term ended.
    std::function<void(std::string_view what, std::string_view detail)> on_change;
    /// Who judges messages in our stead; null: nobody.
    Triager* triager = nullptr;
    std::function<void(SlaCounts counts)> on_sla = {};
    std::chrono::milliseconds lease = kLeaseTime;
    /// Which shard it is; the rules of all are kept with the first one's.
    std::uint16_t shard = 0;
    Store* first_store = nullptr;
    /// The other shards of this process; null: there are none.
    Company* company = nullptr;
    /// As Term::World has it.
    std::function<void(const std::string& ticket_id, const std::string& queue_id)> on_unknown_queue = {};
  };

  /// `rules` is what `file` says of routing.
  Routing(World world, Rules rules, v1::Config file = {});

  /// Makes the agents of the configuration that do not exist yet.
  Task<Status> seed(std::vector<v1::AgentSeed> seeds);

  /// Takes the lead whenever it is free, until cancelled. Spawn it in a task group; then close().
  Task<> run();

  /// After run() has ended: ends the term and gives the lease back.
  Task<> close();

  /// True as soon as this process decides, or another is seen to renew its lease; false if neither happens
  /// within the time.
  Task<bool> is_led_within(std::chrono::milliseconds time);
  [[nodiscard]] bool leads() const { return term_ && term_->decides(); }
  /// Has the lease, deciding already or not.
  [[nodiscard]] bool has_lease() const { return term_ != nullptr; }
  /// The instance that leads, as far as is known here; empty: this one, or none.
  [[nodiscard]] const std::string& followed() const { return followed_; }

  [[nodiscard]] const Shards& shards() const { return rule_book_.shards(); }

  /// Each queue in numbers; none unless this process leads.
  [[nodiscard]] std::vector<QueueView> queues() const;

  Task<Result<v1::AcceptOfferResponse>> accept_offer(v1::AcceptOfferRequest request);
  Task<Result<v1::DeclineOfferResponse>> decline_offer(v1::DeclineOfferRequest request);
  Task<Result<v1::SetPresenceResponse>> set_presence(v1::SetPresenceRequest request);
  Task<Result<v1::UpsertAgentResponse>> upsert_agent(v1::UpsertAgentRequest request);
  Task<Result<v1::ListAgentsResponse>> list_agents(v1::ListAgentsRequest request);
  Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request);
  Task<Result<v1::ListQueueResponse>> list_queue(v1::ListQueueRequest request);
  Task<Result<v1::SummarizeQueueResponse>> summarize_queue(v1::SummarizeQueueRequest request);
  Task<Result<v1::ExplainResponse>> explain(v1::ExplainRequest request);
  Task<Result<v1::TakeOverResponse>> take_over(v1::TakeOverRequest request);
  Task<Result<v1::BeginWrapUpResponse>> begin_wrap_up(v1::BeginWrapUpRequest request);
  Task<Result<v1::EndWrapUpResponse>> end_wrap_up(v1::EndWrapUpRequest request);
  Task<Result<v1::PutOnHoldResponse>> put_on_hold(v1::PutOnHoldRequest request);
  Task<Result<v1::PassOnResponse>> pass_on(v1::PassOnRequest request);
  Task<Result<v1::EndSessionsResponse>> end_sessions(v1::EndSessionsRequest request);

  // service_rules.cc
  Task<Result<v1::GetRoutingResponse>> get_routing(v1::GetRoutingRequest request);
  Task<Result<v1::CheckRoutingResponse>> check_routing(v1::CheckRoutingRequest request);
  Task<Result<v1::ApplyRoutingResponse>> apply_routing(v1::ApplyRoutingRequest request);
  Task<Result<v1::ListRoutingVersionsResponse>> list_routing_versions(v1::ListRoutingVersionsRequest request);
  Task<Result<v1::RollBackRoutingResponse>> roll_back_routing(v1::RollBackRoutingRequest request);

  /// One socket of an agent: connected from its making to its end.
  class Session {
   public:
    Session(std::shared_ptr<Term> term, std::string agent_id, const asio::any_io_executor& executor);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The whole state whenever it has changed, at once the first time; nothing once the term or the socket
    /// is over.
    Task<std::optional<v1::AgentSessionResponse>> next();
    /// The socket is gone.
    void hang_up();
    /// NOT_LEADER if it was the term that ended.
    [[nodiscard]] Status why_ended() const;

   private:
    std::shared_ptr<Term> term_;
    std::string agent_id_;
    Term::Session place_;
    bool hung_up_ = false;
  };
  Task<Result<std::shared_ptr<Session>>> open_session(v1::AgentSessionRequest::Hello hello);

  /// One console that wants to know all agents.
  class AgentsWatch {
   public:
    AgentsWatch(std::shared_ptr<Term> term, const asio::any_io_executor& executor);
    ~AgentsWatch();
    AgentsWatch(const AgentsWatch&) = delete;
    AgentsWatch& operator=(const AgentsWatch&) = delete;

    /// All agents, then those who have changed: each once a second, and so few at once that nobody else
    /// waits; nothing once the term or the console is gone.
    Task<std::optional<v1::WatchAgentsResponse>> next();
    /// The console is gone.
    void hang_up();
    [[nodiscard]] Status why_ended() const;

   private:
    std::shared_ptr<Term> term_;
    Term::Watch place_;
    std::deque<std::string> to_tell_;
    bool told_all_ = false;
    bool hung_up_ = false;
  };
  Task<Result<std::shared_ptr<AgentsWatch>>> watch_agents();

 private:
  [[nodiscard]] bool several() const { return rule_book_.shards().several(); }
  Task<> lead(Store::Lease lease, std::chrono::steady_clock::time_point until,
              std::optional<Conversations::Snapshot> read_ahead);
  Task<> begin(std::shared_ptr<Term> term, std::optional<Conversations::Snapshot> read_ahead);
  Task<> keep_lease(std::chrono::steady_clock::time_point until);
  bool yields_to(const Store::Lease& lease);
  Task<> follow_rules(std::shared_ptr<Term> term);
  [[nodiscard]] int leads_others() const;
  Task<Status> claim_agent(v1::Agent& agent);
  Task<Result<v1::Agent>> save_agent(v1::UpsertAgentRequest request, std::string hash);
  Task<Status> check_goal(const Term& term, v1::TransferRequest transfer);
  void see_leader(const Store::Lease& lease);
  Task<> pause(std::chrono::milliseconds time);
  Task<Result<v1::RoutingVersion>> put_in_force(Store::RulesRequest request, v1::RoutingVersion version);
  [[nodiscard]] Result<std::shared_ptr<Term>> leading_term() const;

  World world_;
  RuleBook rule_book_;
  std::shared_ptr<Term> term_;
  std::string followed_;
  /// Its lease was seen to be renewed.
  bool follows_the_living_ = false;
  std::chrono::milliseconds left_{0};
  /// The lead is given up for another process.
  bool yields_ = false;
  std::string successor_;
  asio::steady_timer pause_;
  Notifier changed_;
};

}  // namespace hark::routing
