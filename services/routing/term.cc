#include "routing/term.h"

#include <algorithm>
#include <utility>

#include "routing/redis/journal.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
// Changes of an agent's offers that a stream keeps for a client that does not read; then it is told all anew.
constexpr std::size_t kUntoldMax = 256;

Error not_leader() {
  return {Code::kUnavailable, Reason::kNotLeader, "routing is changing its leader; try again in a moment"};
}

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

bool is_passing(const Error& error) {
  switch (error.reason) {
    case Reason::kStoreUnavailable:
    case Reason::kOutcomeUnknown:
    case Reason::kOverloaded:
    case Reason::kDeadline:
    case Reason::kShuttingDown:
      return true;
    default:
      return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
  }
}

Term::Term(World world, std::int64_t fencing_token, NumberedRules rules)
    : world_{std::move(world)},
      token_{fencing_token},
      rules_{std::move(rules)},
      router_{settings_of(rules_.rules.settings, rules_.rules.shards, world_.shard), world_.shard,
              fencing_token},
      work_{world_.executor},
      settled_{world_.executor},
      timer_{world_.executor},
      hours_timer_{world_.executor},
      caught_up_signal_{world_.executor},
      to_judge_signal_{world_.executor},
      to_store_signal_{world_.executor},
      to_assess_signal_{world_.executor},
      sla_{{world_.executor, world_.conversations, world_.clock, token_, world_.on_failure,
            [this](const std::string& ticket_id, int points) { raise(ticket_id, points); },
            [this](const std::string& ticket_id) { order_anew(ticket_id); }, world_.on_sla}},
      to_pass_signal_{world_.executor},
      tasks_{world_.executor, world_.on_failure} {}

Term::~Term() = default;

Error Term::why_over() const { return over_.value_or(not_leader()); }

void Term::end(Error why) {
  if (over_) return;
  over_ = std::move(why);
  for (auto& [offer_id, assignment] : assignments_) {
    if (!assignment->result) assignment->result = Result<v1::Ticket>{not_leader()};
    assignment->done.notify_all();
  }
  for (auto& [agent_id, sessions] : sessions_) {
    for (Session* session : sessions) session->wake.notify_all();
  }
  for (Watch* watch : watches_) watch->wake.notify_all();
  settled_.notify_all();
  caught_up_signal_.notify_all();
  if (world_.on_over) world_.on_over(*over_);
}

Task<> Term::close() {
  end(not_leader());
  tasks_.cancel();
  co_await sla_.close();
  co_await tasks_.wait();
}

Term::Pending& Term::open_batch() {
  if (queue_.empty() || queue_.back().batch.records.size() >= kBatchRecordsMax) {
    queue_.emplace_back();
    queue_.back().batch.first_record = fed_ + 1;
    queue_.back().last_record = fed_;
  }
  return queue_.back();
}

std::vector<Effect> Term::feed(const Input& input) {
  if (over_) return {Refused{Reason::kNotLeader, why_over().message}};
  const TimePoint now = world_.clock.now();
  std::vector<Effect> effects = router_.apply(input, now);
  Pending& pending = open_batch();
  pending.batch.records.push_back(encode(input, now, effects));
  pending.last_record = ++fed_;
  for (const Effect& effect : effects) record(effect, pending);
  for (const Effect& effect : effects) {
    if (const auto* sent = std::get_if<TicketSentOn>(&effect)) send_on(*sent);
    if (const auto* forgotten = std::get_if<DeclinesForgotten>(&effect))
      forget_declines(forgotten->ticket_id);
  }
  work_.notify_all();
  if (router_.next_deadline() != armed_for_) timer_.cancel();
  return effects;
}

/// What the effect changes in the store, and whether there is something to do once that is written.
void Term::record(const Effect& effect, Pending& pending) {
  std::visit(Overloaded{
                 [&](const OfferMade& e) {
                   pending.batch.offer_made(e.offer);
                   if (sessions_.contains(e.offer.agent_id)) pending.effects.emplace_back(e);
                 },
                 [&](const OfferEnded& e) {
                   pending.batch.offer_ended(e.offer_id);
                   if (sessions_.contains(e.agent_id)) pending.effects.emplace_back(e);
                   if (e.how == OfferEnd::kDeclined) {
                     pending.batch.declined(e.ticket_id, e.agent_id);
                     declines_[e.ticket_id].push_back(e.agent_id);
                   }
                   if (e.how == OfferEnd::kAssigned) {
                     pending.batch.accepted(e.offer_id,
                                            {e.ticket_id, e.agent_id, router_.assignment_token(e.ticket_id)});
                     forget_declines(e.ticket_id);
                   }
                 },
                 [&](const PresenceSet& e) { pending.batch.presence(e.agent_id, e.presence, e.missed); },
                 [&](const WrapUpSet& e) { pending.batch.wrap_up(e.agent_id, e.until, e.forced); },
                 [&](const ChannelsSet& e) { pending.batch.channels(e.agent_id, e.channels); },
                 [&](const EndHold& e) { pending.effects.emplace_back(e); },
                 [&](const AssignTicket& e) {
                   assignments_[e.offer_id] = std::make_shared<Assignment>(world_.executor);
                   pending.effects.emplace_back(e);
                 },
                 [&](const ReturnTicket& e) { pending.effects.emplace_back(e); },
                 [&](const AgentChanged& e) { pending.effects.emplace_back(e); },
                 [](const AcceptRepeated&) {},
                 [](const TicketMoved&) {},
                 [](const TicketSentOn&) {},
                 [](const DeclinesForgotten&) {},
                 [&](const QueuesPaused& e) { pending.batch.paused(e.agent_id, e.queue_ids); },
                 [](const Refused&) {},
             },
             effect);
}

void Term::forget_declines(const std::string& ticket_id) {
  if (declines_.erase(ticket_id) > 0) open_batch().batch.forget(ticket_id);
}

void Term::carry_out(const Effect& effect) {
  if (const auto* e = std::get_if<AssignTicket>(&effect)) {
    tasks_.spawn("assign", assign(*e));
  } else if (const auto* back = std::get_if<ReturnTicket>(&effect)) {
    tasks_.spawn("return", give_back(*back));
  } else if (const auto* hold = std::get_if<EndHold>(&effect)) {
    tasks_.spawn("end hold", end_hold(*hold));
  } else if (const auto* changed = std::get_if<AgentChanged>(&effect)) {
    for (Watch* watch : watches_) {
      watch->changed.insert(changed->agent_id);
      watch->wake.notify_all();
    }
    tell_sessions(changed->agent_id, [](Session&) {});
  } else if (const auto* made = std::get_if<OfferMade>(&effect)) {
    tell_sessions(made->offer.agent_id, [&](Session& session) { session.made.push_back(made->offer); });
  } else if (const auto* ended = std::get_if<OfferEnded>(&effect)) {
    tell_sessions(ended->agent_id, [&](Session& session) {
      std::erase_if(session.made, [&](const Offer& offer) { return offer.id == ended->offer_id; });
      session.gone.push_back(ended->offer_id);  // a whole frame may have told of it before it was written
    });
  }
}

void Term::tell_sessions(const std::string& agent_id, const auto& of) {
  const auto found = sessions_.find(agent_id);
  if (found == sessions_.end()) return;
  for (Session* session : found->second) {
    of(*session);
    if (session->made.size() + session->gone.size() > kUntoldMax) session->whole = true;
    if (session->whole) {
      session->made.clear();
      session->gone.clear();
    }
    session->stale = true;
    session->wake.notify_all();
  }
}

Task<> Term::write() {
  using Steady = std::chrono::steady_clock;
  auto began = Steady::now() - kBatchEvery;
  auto pause = kPauseMin;
  while (!over_) {
    if (queue_.empty()) {
      co_await work_.wait();
      continue;
    }
    if (const auto rest = began + kBatchEvery - Steady::now(); rest > 0ms) {
      co_await sleep_for(std::chrono::ceil<std::chrono::milliseconds>(rest));
      if (over_) co_return;
    }
    began = Steady::now();
    const Pending pending = std::move(queue_.front());
    queue_.pop_front();
    for (;;) {
      const Status status = co_await world_.store.commit(token_, pending.batch);
      if (status.ok()) break;
      if (!is_passing(status.error()) || status.error().reason == Reason::kNotLeader) {
        end(status.error());
        co_return;
      }
      co_await sleep_for(pause);  // the same batch again: it is written once
      pause = std::min(pause * 2, kPauseMax);
    }
    pause = kPauseMin;
    if (over_) co_return;
    for (const Effect& effect : pending.effects) carry_out(effect);
    written_ = pending.last_record;
    settled_.notify_all();
  }
}

Task<Status> Term::settle() {
  const auto until = fed_;
  while (!over_ && written_ < until) co_await settled_.wait();
  if (written_ < until) co_return not_leader();
  co_return Status{};
}

/// The one timer, set to the engine's next deadline.
Task<> Term::tick() {
  while (!over_) {
    armed_for_ = router_.next_deadline();
    if (armed_for_) {
      timer_.expires_after(std::max(*armed_for_ - world_.clock.now(), Duration{0}));
    } else {
      timer_.expires_at(asio::steady_timer::time_point::max());
    }
    co_await timer_.async_wait(as_result);
    const auto deadline = router_.next_deadline();
    if (!over_ && deadline && world_.clock.now() >= *deadline) feed(TimePassed{});
  }
}

Task<> Term::assign(AssignTicket effect) {
  v1::AssignRequest request;
  request.set_idempotency_key(effect.offer_id);
  request.set_ticket_id(effect.ticket_id);
  request.set_agent_id(effect.agent_id);
  request.set_fencing_token(token_);
  request.set_reason(router_.why_offered(effect.ticket_id, effect.offer_id));
  // Unless somebody else is asked for it.
  if (world_.triager == nullptr && unstored_verdicts_.contains(effect.ticket_id)) {
    *request.mutable_verdict() = tickets_.at(effect.ticket_id).verdict();
  }
  auto pause = kPauseMin;
  for (;;) {
    auto answer = co_await world_.conversations.assign(request);
    if (over_) co_return;
    if (answer.ok()) {
      v1::Ticket& ticket = *answer->mutable_ticket();
      // An answer that comes late may be of a ticket that is resolved by now.
      if (tickets_.contains(effect.ticket_id)) keep_ticket(ticket);
      feed(AssignmentConfirmed{effect.offer_id, ticket.assignment_token()});
      finish_assignment(effect.offer_id, std::move(ticket));
      co_return;
    }
    const Error& error = answer.error();
    if (error.reason == Reason::kStaleFence) {
      end(error);
      co_return;
    }
    if (!is_passing(error)) {
      feed(AssignmentRefused{effect.offer_id, error.message});
      finish_assignment(effect.offer_id,
                        Error{Code::kFailedPrecondition, Reason::kOfferExpired,
                              "the ticket could not be assigned any more: " + error.message});
      co_return;
    }
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

Task<> Term::give_back(ReturnTicket effect) {
  v1::TransferRequest request;
  request.set_idempotency_key("return-" + effect.ticket_id + "-" + std::to_string(effect.assignment_token));
  request.set_ticket_id(effect.ticket_id);
  request.set_fencing_token(token_);
  request.set_assignment_token(effect.assignment_token);
  request.set_reason(effect.why);
  // Being gone is not declining: should the agent be back by then, the customer is theirs first. Nobody waits
  // for who is away.
  const auto agent = router_.agent(effect.agent_id);
  if (agent && agent->presence != Presence::kAway) request.set_wanted_agent_id(effect.agent_id);
  auto pause = kPauseMin;
  for (;;) {
    // Whoever took it meanwhile keeps it.
    const auto ticket = router_.ticket(effect.ticket_id);
    if (!ticket || ticket->standing != Standing::kHeld || ticket->agent_id != effect.agent_id) co_return;
    const auto answer = co_await world_.conversations.transfer(request);
    if (over_ || answer.ok()) co_return;  // the log brings the rest
    if (answer.error().reason == Reason::kStaleFence) {
      end(answer.error());
      co_return;
    }
    if (!is_passing(answer.error())) co_return;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

Task<> Term::end_hold(EndHold effect) {
  v1::ReleaseTicketRequest request;
  request.set_idempotency_key("hold-" + effect.ticket_id + "-" + std::to_string(to_ms(effect.until)) + "-" +
                              std::to_string(token_));
  request.set_ticket_id(effect.ticket_id);
  request.set_fencing_token(token_);
  request.set_until_ms(to_ms(effect.until));
  request.set_reason("its time has come");
  auto pause = kPauseMin;
  while (!over_) {
    const auto answer = co_await world_.conversations.release(request);
    if (over_ || answer.ok()) co_return;  // the log brings the rest
    if (answer.error().reason == Reason::kStaleFence) {
      end(answer.error());
      co_return;
    }
    if (!is_passing(answer.error())) co_return;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

void Term::finish_assignment(const std::string& offer_id, Result<v1::Ticket> result) {
  const auto found = assignments_.find(offer_id);
  if (found == assignments_.end()) return;
  found->second->result = std::move(result);
  found->second->done.notify_all();
  assignments_.erase(found);  // who waits holds it; who comes later is told by the engine
}

Task<Result<v1::Ticket>> Term::assignment(std::string offer_id) {
  const auto found = assignments_.find(offer_id);
  if (found == assignments_.end()) co_return not_leader();
  const auto assignment = found->second;
  while (!assignment->result) co_await assignment->done.wait();
  co_return *assignment->result;
}

void Term::take_agent(const v1::Agent& record) {
  records_[record.id()] = record;
  feed(AgentUpserted{profile_of(record)});
}

void Term::take_rules(NumberedRules rules) {
  if (over_ || rules.number <= rules_.number) return;
  rules_ = std::move(rules);
  feed(SettingsChanged{settings_of(rules_.rules.settings, rules_.rules.shards, world_.shard)});
  hours_timer_.cancel();  // other hours, maybe
  for (const auto& [agent_id, sessions] : sessions_) {
    for (Session* session : sessions) {
      session->stale = true;
      session->wake.notify_all();
    }
  }
  to_assess_.clear();
  for (const auto& [id, ticket] : tickets_) to_assess_.push_back(id);
  std::ranges::sort(to_assess_);  // the order of a hash table is nobody's business
  to_assess_signal_.notify_all();
}

std::optional<v1::Agent> Term::agent(std::string_view id) const {
  const auto record = records_.find(id);
  const auto view = router_.agent(id);
  if (record == records_.end() || !view) return std::nullopt;
  v1::Agent agent = to_proto(record->second, *view);
  agent.set_shard(rules_.rules.shards.name(world_.shard));
  return agent;
}

std::optional<v1::Agent> Term::record(std::string_view id) const {
  const auto found = records_.find(id);
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

std::vector<v1::Agent> Term::agents() const {
  std::vector<v1::Agent> out;
  for (const std::string& id : router_.agent_ids()) {
    if (auto found = agent(id)) out.push_back(*std::move(found));
  }
  return out;
}

v1::Ticket Term::ticket(const std::string& id) const {
  if (const auto found = tickets_.find(id); found != tickets_.end()) return found->second;
  v1::Ticket ticket;
  ticket.set_id(id);
  return ticket;
}

v1::AgentSessionResponse Term::session_state(std::string_view agent_id, Session& session) const {
  v1::AgentSessionResponse state;
  if (std::exchange(session.choices_told, rules_.number) != rules_.number)
    *state.mutable_choices() = choices_of(rules_.rules);
  if (auto known = agent(agent_id)) *state.mutable_agent() = *std::move(known);
  state.set_whole(session.whole);
  const auto made =
      std::exchange(session.whole, false) ? router_.offers_to(agent_id) : std::move(session.made);
  session.made.clear();
  for (const Offer& offer : made) *state.add_offers() = to_proto(offer, ticket(offer.ticket_id));
  for (std::string& id : std::exchange(session.gone, {})) *state.add_gone_offer_ids() = std::move(id);
  return state;
}

void Term::add_session(const std::string& agent_id, Session* session) { sessions_[agent_id].insert(session); }

void Term::remove_session(const std::string& agent_id, Session* session) {
  const auto found = sessions_.find(agent_id);
  if (found == sessions_.end()) return;
  found->second.erase(session);
  if (found->second.empty()) sessions_.erase(found);
}

}  // namespace hark::routing
