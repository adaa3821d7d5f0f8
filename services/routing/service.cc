#include "routing/service.h"

#include <algorithm>
#include <utility>

#include "base/core/invalid.h"

namespace hark::routing {

using namespace std::chrono_literals;

Routing::Routing(World world, Rules rules, v1::Config file)
    : world_{std::move(world)},
      rule_book_{world_.first_store ? *world_.first_store : world_.store, std::move(rules), std::move(file)},
      pause_{world_.executor},
      changed_{world_.executor} {
  if (world_.company) world_.company->members.push_back(this);
}

Task<Status> Routing::seed(std::vector<v1::AgentSeed> seeds) {
  for (const v1::AgentSeed& seed : seeds) {
    HARK_CO_TRY(const auto known, co_await world_.store.credentials(seed.id()));
    if (known) continue;
    HARK_CO_TRY(auto agent, agent_of(seed));
    if (const auto claimed = co_await claim_agent(agent); !claimed.ok()) {
      if (claimed.error().reason != Reason::kInvalidField) co_return claimed;
      world_.on_change("leaves an agent where they are", claimed.error().message);
      continue;
    }
    std::string hash;
    if (!seed.password().empty()) {
      HARK_CO_TRY(hash, co_await world_.passwords.hash(seed.password()));
    }
    HARK_CO_TRY_VOID(co_await world_.store.save_agent(agent, hash, ""));
  }
  co_return Status{};
}

/// Where there are several shards, an agent is of the one that had them first.
Task<Status> Routing::claim_agent(v1::Agent& agent) {
  const Shards& shards = rule_book_.shards();
  const auto wished = shards.find(agent.shard());
  if (!wished) co_return invalid("agent.shard: there is no shard '" + agent.shard() + "'");
  if (!several()) {
    agent.clear_shard();
    co_return Status{};
  }
  HARK_CO_TRY(const auto shard, co_await world_.registry.claim(agent.id(), world_.shard));
  if (shard != world_.shard || (!agent.shard().empty() && *wished != world_.shard)) {
    const std::string name = shard < shards.count() ? shards.name(shard) : std::to_string(shard);
    co_return invalid("agent.shard: " + agent.id() + " belongs to shard " + name + ", for good");
  }
  agent.set_shard(shards.name(world_.shard));
  co_return Status{};
}

int Routing::leads_others() const {
  if (!world_.company) return 0;
  return static_cast<int>(std::ranges::count_if(
      world_.company->members, [this](const Routing* other) { return other != this && other->has_lease(); }));
}

/// Ends early when the term ends.
Task<> Routing::pause(std::chrono::milliseconds time) {
  pause_.expires_after(time);
  co_await pause_.async_wait(as_result);
}

/// Who leads instead of this process, and whether they are alive.
void Routing::see_leader(const Store::Lease& lease) {
  if (lease.holder.empty()) return;  // it is free, and somebody else's turn
  const bool same = lease.holder == followed_;
  if (!same) world_.on_change("follows", lease.holder);
  if (same && lease.left > left_) {
    follows_the_living_ = true;
    changed_.notify_all();
  }
  if (!same) follows_the_living_ = false;
  followed_ = lease.holder;
  left_ = lease.left;
}

Task<> Routing::run() {
  std::optional<Conversations::Snapshot> read_ahead;
  for (;;) {
    const auto asked = std::chrono::steady_clock::now();
    const auto lease = co_await world_.store.lead(world_.instance, world_.lease, leads_others());
    if (lease.ok() && lease->leading) {
      followed_.clear();
      follows_the_living_ = false;
      co_await lead(*lease, asked + world_.lease, std::exchange(read_ahead, std::nullopt));
      co_await sleep_for(200ms);
      continue;
    }
    if (lease.ok()) see_leader(*lease);
    // A leader who has missed a renewal may be dead. What it would take time to read then is read now; what
    // happens to tickets after that is in the log.
    const bool suspect = lease.ok() && !lease->holder.empty() && lease->left < world_.lease / 2;
    if (!suspect) {
      read_ahead.reset();
    } else if (!read_ahead) {
      auto snapshot = co_await world_.conversations.snapshot();
      if (snapshot.ok()) read_ahead = *std::move(snapshot);
      continue;
    }
    const auto wait = lease.ok() ? lease->left : world_.lease;
    co_await sleep_for(std::clamp<std::chrono::milliseconds>(wait, 10ms, kLookEvery) +
                       leads_others() * kLookLaterForEach);
  }
}

/// One term, from its beginning to its end.
Task<> Routing::lead(Store::Lease lease, std::chrono::steady_clock::time_point until,
                     std::optional<Conversations::Snapshot> read_ahead) {
  auto rules = world_.shard == 0 ? co_await rule_book_.open(lease.token, world_.clock.now())
                                 : co_await rule_book_.join();
  if (!rules.ok()) {
    world_.on_change("cannot lead", rules.error().message);
    co_return;
  }
  Term::World world{world_.executor, world_.store, world_.conversations, world_.clock,      world_.triager,
                    world_.on_sla,   world_.shard, world_.registry,      world_.on_failure, {}};
  world.on_unknown_queue = world_.on_unknown_queue;
  world.on_over = [this](const Error& why) {
    world_.on_change("stops leading", why.message);
    pause_.cancel();
    changed_.notify_all();
  };
  world_.on_change("goes by rules", rules->rules.settings.version);
  term_ = std::make_shared<Term>(std::move(world), lease.token, *std::move(rules));
  TaskGroup beginning{world_.executor, world_.on_failure};
  beginning.spawn("begin", begin(term_, std::move(read_ahead)));
  if (world_.shard != 0) beginning.spawn("follow rules", follow_rules(term_));
  std::exception_ptr failure;
  try {
    co_await keep_lease(until);
  } catch (...) {
    failure = std::current_exception();
  }
  // The term may have ended by itself at the moment when the service was cancelled: a call to the store then
  // takes the cancellation for an error of its own.
  const auto state = co_await asio::this_coro::cancellation_state;
  const bool cancelled = state.cancelled() != asio::cancellation_type::none;
  // Cancelled or not, nothing of the term may be left running.
  co_await asio::this_coro::reset_cancellation_state();
  term_->end({Code::kUnavailable, Reason::kShuttingDown, "routing is shutting down here"});
  beginning.cancel();
  co_await beginning.wait();
  co_await term_->close();
  const bool yielded = std::exchange(yields_, false);
  term_.reset();
  if (yielded) {
    followed_ = std::exchange(successor_, {});
    (void)co_await world_.store.resign(world_.instance);
  }
  changed_.notify_all();
  if (failure) std::rethrow_exception(failure);
  if (cancelled) throw boost::system::system_error{asio::error::operation_aborted};
}

Task<> Routing::begin(std::shared_ptr<Term> term, std::optional<Conversations::Snapshot> read_ahead) {
  const Status status = co_await term->begin(std::move(read_ahead));
  if (!status.ok()) {
    term->end(status.error());
  } else {
    world_.on_change("leads", "token " + std::to_string(term->fencing_token()));
    changed_.notify_all();
  }
}

Task<> Routing::keep_lease(std::chrono::steady_clock::time_point until) {
  while (!term_->over()) {
    co_await pause(world_.lease / 4);
    if (term_->over()) co_return;
    const auto asked = std::chrono::steady_clock::now();
    const auto lease = co_await world_.store.renew(world_.instance, world_.lease, leads_others());
    if (lease.ok() && lease->leading && lease->token == term_->fencing_token()) {
      until = asked + world_.lease;
      if (yields_to(*lease)) {
        yields_ = true;
        term_->end({Code::kUnavailable, Reason::kNotLeader, "a process that leads fewer shards takes over"});
      }
    } else if (lease.ok()) {
      term_->end({Code::kUnavailable, Reason::kNotLeader, "the lease ran out and went to another"});
    } else if (std::chrono::steady_clock::now() > until - world_.lease / 5) {
      term_->end({Code::kUnavailable, Reason::kNotLeader,
                  "the lease could not be renewed: " + lease.error().message});
    }
  }
}

/// Leads are spread over the processes: who has two more than another gives one up, one at a time.
bool Routing::yields_to(const Store::Lease& lease) {
  if (lease.wanted_by.empty() || !world_.company || !leads()) return false;
  if (leads_others() + 1 < lease.leads_others + 2) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now - world_.company->yielded_at < kYieldEvery) return false;
  world_.company->yielded_at = now;
  successor_ = lease.wanted_by;
  return true;
}

/// What the first shard's leader has put in force.
Task<> Routing::follow_rules(std::shared_ptr<Term> term) {
  for (;;) {
    co_await sleep_for(kRulesEvery);
    const auto number = co_await rule_book_.number_in_force();
    if (term->over()) co_return;
    if (!term->decides() || !number.ok() || *number <= term->rules_number()) continue;
    auto rules = co_await rule_book_.in_force();
    if (rules.ok()) term->take_rules(*std::move(rules));
  }
}

Task<> Routing::close() {
  if (term_) co_await term_->close();
  term_.reset();
  (void)co_await world_.store.resign(world_.instance);
}

namespace {

Task<> ring(std::chrono::milliseconds time, Notifier& bell, bool& rang) {
  co_await sleep_for(time);
  rang = true;
  bell.notify_all();
}

}  // namespace

Task<bool> Routing::is_led_within(std::chrono::milliseconds time) {
  TaskGroup alarm{world_.executor};
  bool rang = false;
  alarm.spawn("alarm", ring(time, changed_, rang));
  while (!leads() && !follows_the_living_ && !rang) co_await changed_.wait();
  alarm.cancel();
  co_await alarm.wait();
  co_return leads() || follows_the_living_;
}

Result<std::shared_ptr<Term>> Routing::leading_term() const {
  if (leads()) return term_;
  return Error{Code::kUnavailable, Reason::kNotLeader,
               "routing does not lead here yet; try again in a moment, or ask another process"};
}

Routing::Session::Session(std::shared_ptr<Term> term, std::string agent_id,
                          const asio::any_io_executor& executor)
    : term_{std::move(term)}, agent_id_{std::move(agent_id)}, place_{executor} {
  term_->add_session(agent_id_, &place_);
}

Routing::Session::~Session() {
  term_->remove_session(agent_id_, &place_);
  if (!term_->over()) term_->feed(AgentDisconnected{agent_id_});
}

Task<std::optional<v1::AgentSessionResponse>> Routing::Session::next() {
  while (!hung_up_ && !term_->over()) {
    if (std::exchange(place_.stale, false)) co_return term_->session_state(agent_id_, place_);
    co_await place_.wake.wait();
  }
  co_return std::nullopt;
}

void Routing::Session::hang_up() {
  hung_up_ = true;
  place_.wake.notify_all();
}

Status Routing::Session::why_ended() const {
  if (term_->over()) return term_->why_over();
  return {};
}

}  // namespace hark::routing
