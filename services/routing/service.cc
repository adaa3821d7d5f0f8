#include "routing/service.h"

#include <algorithm>
#include <utility>

namespace hark::routing {

using namespace std::chrono_literals;

Routing::Routing(World world, Rules rules, v1::Config file)
    : world_{std::move(world)},
      rule_book_{world_.store, std::move(rules), std::move(file)},
      pause_{world_.executor},
      changed_{world_.executor} {}

Task<Status> Routing::seed(std::vector<v1::AgentSeed> seeds) {
  for (const v1::AgentSeed& seed : seeds) {
    HARK_CO_TRY(const auto known, co_await world_.store.credentials(seed.id()));
    if (known) continue;
    HARK_CO_TRY(const auto agent, agent_of(seed));
    std::string hash;
    if (!seed.password().empty()) {
      HARK_CO_TRY(hash, co_await world_.passwords.hash(seed.password()));
    }
    HARK_CO_TRY_VOID(co_await world_.store.save_agent(agent, hash, true));
  }
  co_return Status{};
}

/// Ends early when the term ends.
Task<> Routing::pause(std::chrono::milliseconds time) {
  pause_.expires_after(time);
  co_await pause_.async_wait(as_result);
}

Task<> Routing::run() {
  std::string last_holder;
  std::optional<Conversations::Snapshot> read_ahead;
  for (;;) {
    const auto asked = std::chrono::steady_clock::now();
    const auto lease = co_await world_.store.lead(world_.instance, world_.lease);
    if (lease.ok() && lease->leading) {
      last_holder.clear();
      co_await lead(*lease, asked + world_.lease, std::exchange(read_ahead, std::nullopt));
      co_await sleep_for(200ms);
      continue;
    }
    if (lease.ok() && lease->holder != std::exchange(last_holder, lease->holder)) {
      world_.on_change("follows", lease->holder);
    }
    // A leader who has missed a renewal may be dead. What it would take time to read then is read now; what
    // happens to tickets after that is in the log.
    const bool suspect = lease.ok() && lease->left < world_.lease / 2;
    if (!suspect) {
      read_ahead.reset();
    } else if (!read_ahead) {
      auto snapshot = co_await world_.conversations.snapshot();
      if (snapshot.ok()) read_ahead = *std::move(snapshot);
      continue;
    }
    const auto wait = lease.ok() ? lease->left : world_.lease;
    co_await sleep_for(std::clamp<std::chrono::milliseconds>(wait, 10ms, kLookEvery));
  }
}

/// One term, from its beginning to its end.
Task<> Routing::lead(Store::Lease lease, std::chrono::steady_clock::time_point until,
                     std::optional<Conversations::Snapshot> read_ahead) {
  auto rules = co_await rule_book_.open(lease.token, world_.clock.now());
  if (!rules.ok()) {
    world_.on_change("cannot lead", rules.error().message);
    co_return;
  }
  Term::World world{world_.executor,
                    world_.store,
                    world_.conversations,
                    world_.clock,
                    world_.triager,
                    world_.on_sla,
                    0,
                    world_.on_failure,
                    {}};
  world.on_over = [this](const Error& why) {
    world_.on_change("stops leading", why.message);
    pause_.cancel();
    changed_.notify_all();
  };
  world_.on_change("goes by rules", rules->rules.settings.version);
  term_ = std::make_shared<Term>(std::move(world), lease.token, *std::move(rules));
  TaskGroup beginning{world_.executor, world_.on_failure};
  beginning.spawn("begin", begin(term_, std::move(read_ahead)));
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
  term_.reset();
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
    const auto lease = co_await world_.store.renew(world_.instance, world_.lease);
    if (lease.ok() && lease->leading && lease->token == term_->fencing_token()) {
      until = asked + world_.lease;
    } else if (lease.ok()) {
      term_->end({Code::kUnavailable, Reason::kNotLeader, "the lease ran out and went to another"});
    } else if (std::chrono::steady_clock::now() > until - world_.lease / 5) {
      term_->end({Code::kUnavailable, Reason::kNotLeader,
                  "the lease could not be renewed: " + lease.error().message});
    }
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

Task<bool> Routing::leads_within(std::chrono::milliseconds time) {
  TaskGroup alarm{world_.executor};
  bool rang = false;
  alarm.spawn("alarm", ring(time, changed_, rang));
  while (!leads() && !rang) co_await changed_.wait();
  alarm.cancel();
  co_await alarm.wait();
  co_return leads();
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
