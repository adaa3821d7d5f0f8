#include <algorithm>
#include <utility>

#include "base/core/invalid.h"
#include "routing/service.h"

namespace hark::routing {
namespace {

constexpr int kQueueLimitUsual = 100;
constexpr int kQueueLimitMax = 500;
/// Accounts, and skills, that a summary tells; the first by name.
constexpr int kQueueGroupsMax = 500;
constexpr std::chrono::milliseconds kAgentsGatheredFor{1'000};
constexpr std::chrono::milliseconds kBetweenAgents{10};
constexpr int kAgentsPerResponse = 50;

Code code_of(Reason reason) {
  switch (reason) {
    case Reason::kAgentNotFound:
    case Reason::kOfferNotFound:
      return Code::kNotFound;
    case Reason::kNotLeader:
      return Code::kUnavailable;
    default:
      return Code::kFailedPrecondition;
  }
}

std::optional<Error> refusal(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* refused = std::get_if<Refused>(&effect)) {
      return Error{code_of(refused->reason), refused->reason, refused->message};
    }
  }
  return std::nullopt;
}

template <class T>
const T* find(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const T* found = std::get_if<T>(&effect)) return found;
  }
  return nullptr;
}

v1::AcceptOfferResponse accepted(const std::string& offer_id, const std::string& agent_id, v1::Ticket ticket,
                                 std::int64_t token) {
  v1::AcceptOfferResponse response;
  response.mutable_offer()->set_id(offer_id);
  response.mutable_offer()->set_agent_id(agent_id);
  *response.mutable_offer()->mutable_ticket() = std::move(ticket);
  response.set_assignment_token(token);
  return response;
}

bool is_of(const Work& work, const v1::ListQueueRequest& wanted) {
  if (!wanted.account_id().empty() && work.account_id != wanted.account_id()) return false;
  return wanted.skill().empty() || std::ranges::any_of(work.required_skills, [&](const Skill& skill) {
           return skill.name == wanted.skill();
         });
}

v1::QueueGroup group_of(const std::string& name, const QueueGroup& group) {
  v1::QueueGroup out;
  out.set_name(name);
  out.set_waiting(group.waiting);
  out.set_offered(group.offered);
  if (group.waiting > 0) out.set_oldest_since_ms(to_ms(group.oldest_since));
  out.set_at_risk(group.at_risk);
  return out;
}

v1::QueueStatus status_of(const QueueView& queue) {
  v1::QueueStatus out;
  *out.mutable_tickets() = group_of(queue.id, queue.tickets);
  out.set_ready(queue.ready);
  out.set_busy(queue.busy);
  out.set_wrapping_up(queue.wrapping_up);
  out.set_away(queue.away);
  out.set_offline(queue.offline);
  put_estimate(queue.estimate, out);
  out.set_closed(queue.closed);
  return out;
}

}  // namespace

std::vector<QueueView> Routing::queues() const {
  if (!leads()) return {};
  return term_->router().queues(world_.clock.now(), term_->rules().answer_target);
}

Task<Result<v1::AcceptOfferResponse>> Routing::accept_offer(v1::AcceptOfferRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  if (!term->record(request.agent_id())) co_return no_agent(request.agent_id());
  const auto effects = term->feed(OfferAccepted{request.offer_id(), request.agent_id()});
  if (const auto refused = refusal(effects)) {
    if (refused->reason != Reason::kOfferNotFound && refused->reason != Reason::kOfferExpired)
      co_return *refused;
    // It may have been accepted under an earlier leader.
    HARK_CO_TRY(const auto before, co_await world_.store.accepted(request.offer_id()));
    if (!before || before->agent_id != request.agent_id()) co_return *refused;
    co_return accepted(request.offer_id(), request.agent_id(), term->ticket(before->ticket_id),
                       before->assignment_token);
  }
  if (const auto* repeated = find<AcceptRepeated>(effects); repeated && repeated->assignment_token > 0) {
    co_return accepted(request.offer_id(), request.agent_id(), term->ticket(repeated->ticket_id),
                       repeated->assignment_token);
  }
  HARK_CO_TRY(auto ticket, co_await term->assignment(request.offer_id()));
  // So that whoever leads next answers a repetition the same. If this term ends meanwhile, the ticket is
  // theirs all the same.
  (void)co_await term->settle();
  const auto token = ticket.assignment_token();
  co_return accepted(request.offer_id(), request.agent_id(), std::move(ticket), token);
}

Task<Result<v1::DeclineOfferResponse>> Routing::decline_offer(v1::DeclineOfferRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto effects = term->feed(OfferDeclined{request.offer_id(), request.agent_id(), request.reason()});
  if (const auto refused = refusal(effects)) co_return *refused;
  HARK_CO_TRY_VOID(co_await term->settle());
  co_return v1::DeclineOfferResponse{};
}

Task<Result<v1::SetPresenceResponse>> Routing::set_presence(v1::SetPresenceRequest request) {
  HARK_CO_TRY(const auto presence, presence_of(request.presence()));
  HARK_CO_TRY(const auto term, leading_term());
  ChannelMask channels = request.channels().empty() ? kAllChannels : ChannelMask{0};
  for (int i = 0; i < request.channels_size(); ++i) {
    if (request.channels(i) <= 0 || request.channels(i) >= static_cast<int>(kChannels))
      co_return invalid("channels[" + std::to_string(i) + "]: is none that this version knows");
    channels |= mask_of(static_cast<Channel>(request.channels(i)));
  }
  const auto effects =
      term->feed(PresenceChanged{request.agent_id(), presence, channels, request.by_agent_id()});
  if (const auto refused = refusal(effects)) co_return *refused;
  HARK_CO_TRY_VOID(co_await term->settle());
  v1::SetPresenceResponse response;
  *response.mutable_agent() = term->agent(request.agent_id()).value_or(v1::Agent{});
  co_return response;
}

Task<Result<v1::ListQueueResponse>> Routing::list_queue(v1::ListQueueRequest request) {
  const int limit = request.limit() == 0 ? kQueueLimitUsual : request.limit();
  if (limit < 1 || limit > kQueueLimitMax) {
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "limit: must be 1 to 500"};
  }
  HARK_CO_TRY(const auto term, leading_term());
  v1::ListQueueResponse response;
  const bool some = !request.account_id().empty() || !request.skill().empty();
  const auto size = term->router().queue_size();
  std::int64_t matching = 0;
  for (const std::string& id : term->router().queue(some ? size : static_cast<std::size_t>(limit))) {
    const auto view = term->router().ticket(id);
    if (some && !is_of(view->work, request)) continue;
    if (++matching > limit) continue;
    v1::QueuedTicket& out = *response.add_tickets();
    *out.mutable_ticket() = term->ticket(id);
    out.set_ticket_id(id);
    out.set_conversation_id(view->work.conversation_id);
    out.set_waiting_since_ms(to_ms(view->work.waiting_since));
    for (const Skill& skill : view->work.required_skills) {
      out.add_required_skills(skill.level == kSkillLevelMin ? skill.name
                                                            : skill.name + "=" + std::to_string(skill.level));
    }
    if (view->offer) *out.mutable_offer() = to_proto(*view->offer, term->ticket(id));
    out.set_explanation(term->router().explain(id));
    out.set_queue_id(view->queue_id);
    out.set_shard(rule_book_.shards().name(world_.shard));
  }
  response.set_total(some ? matching : static_cast<std::int64_t>(size));
  co_return response;
}

Task<Result<v1::SummarizeQueueResponse>> Routing::summarize_queue(v1::SummarizeQueueRequest) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto summary = term->router().summarize(world_.clock.now(), term->rules().answer_target);
  v1::SummarizeQueueResponse response;
  *response.mutable_total() = group_of("", summary.total);
  response.set_sla_at_risk(term->sla_counts().at_risk);
  response.set_sla_missed(term->sla_counts().missed);
  response.set_on_hold(summary.on_hold);
  for (const auto& [name, group] : summary.by_account) {
    if (response.by_account_size() < kQueueGroupsMax) *response.add_by_account() = group_of(name, group);
  }
  for (const auto& [name, group] : summary.by_skill) {
    if (response.by_skill_size() < kQueueGroupsMax) *response.add_by_skill() = group_of(name, group);
  }
  for (const QueueView& queue : queues()) {
    v1::QueueStatus& status = *response.add_queues() = status_of(queue);
    status.set_shard(rule_book_.shards().name(world_.shard));
    if (const auto change = term->next_change_of_hours(queue.id))
      status.set_hours_change_at_ms(to_ms(*change));
  }
  co_return response;
}

Task<Result<v1::ExplainResponse>> Routing::explain(v1::ExplainRequest request) {
  constexpr int kCandidatesUsual = 100;
  constexpr int kCandidatesMax = 1000;
  HARK_CO_TRY(const auto term, leading_term());
  const int most = request.candidates_max() <= 0 ? kCandidatesUsual : request.candidates_max();
  const auto explanation = term->router().explain_fully(
      request.ticket_id(), static_cast<std::size_t>(std::min(most, kCandidatesMax)));
  if (!explanation) {
    co_return Error{Code::kNotFound, Reason::kTicketNotFound,
                    "there is no open ticket '" + request.ticket_id().substr(0, 64) + "'"};
  }
  v1::ExplainResponse response = to_proto(*explanation);
  for (const std::string& group : explanation->closed_groups)
    response.mutable_summary()->append("; " + term->describe_closed_group(group));
  const v1::Ticket ticket = term->ticket(request.ticket_id());
  if (ticket.has_hold()) *response.mutable_hold() = ticket.hold();
  response.set_shard(rule_book_.shards().name(world_.shard));
  co_return response;
}

Task<Result<v1::TakeOverResponse>> Routing::take_over(v1::TakeOverRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto agent = term->agent(request.agent_id());
  if (!agent) co_return no_agent(request.agent_id());
  // Tickets of those who are offline go back to the queue; whoever takes one is here, if not for offers.
  if (agent->presence() == v1::PRESENCE_OFFLINE) {
    (void)term->feed(PresenceChanged{request.agent_id(), Presence::kAway});
  }
  v1::AssignRequest call;
  call.set_idempotency_key(request.idempotency_key());
  call.set_ticket_id(request.ticket_id());
  call.set_agent_id(request.agent_id());
  call.set_by_agent_id(request.agent_id());
  call.set_reason(request.reason());
  call.set_fencing_token(term->fencing_token());
  // The log tells the engine, as of anything that it did not decide itself.
  auto assigned = co_await world_.conversations.assign(std::move(call));
  if (!assigned.ok()) co_return assigned.error();
  v1::TakeOverResponse response;
  *response.mutable_ticket() = std::move(*assigned->mutable_ticket());
  co_return response;
}

Task<Result<v1::BeginWrapUpResponse>> Routing::begin_wrap_up(v1::BeginWrapUpRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto effects = term->feed(WrapUpBegun{request.agent_id()});
  if (const auto refused = refusal(effects)) co_return *refused;
  HARK_CO_TRY_VOID(co_await term->settle());
  co_return v1::BeginWrapUpResponse{};
}

Task<Result<v1::EndWrapUpResponse>> Routing::end_wrap_up(v1::EndWrapUpRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto effects = term->feed(WrapUpEnded{request.agent_id(), !request.by_agent_id().empty()});
  if (const auto refused = refusal(effects)) co_return *refused;
  HARK_CO_TRY_VOID(co_await term->settle());
  co_return v1::EndWrapUpResponse{};
}

Task<Result<v1::PutOnHoldResponse>> Routing::put_on_hold(v1::PutOnHoldRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  const auto policies = term->rules().policies;
  const HoldState* state = policies ? policies->hold_state(request.state()) : nullptr;
  if (!state) {
    std::string known;
    const v1::AgentChoices choices = choices_of(term->rules());
    for (const v1::HoldState& one : choices.hold_states()) (known += known.empty() ? "" : ", ") += one.id();
    co_return invalid("state: '" + request.state().substr(0, 64) + "' is not one of routing.hold_states" +
                      (known.empty() ? ", which has none" : ": " + known));
  }
  v1::HoldTicketRequest call;
  call.set_idempotency_key(request.idempotency_key());
  call.set_ticket_id(request.ticket_id());
  call.set_agent_id(request.agent_id());
  call.set_assignment_token(request.assignment_token());
  call.set_state(request.state());
  call.set_until_ms(request.until_ms());
  call.set_longest_ms(state->longest.count());
  call.set_reason(request.reason());
  call.set_by_supervisor(request.by_supervisor());
  // The log tells the engine.
  auto held = co_await world_.conversations.hold(std::move(call));
  if (!held.ok()) co_return held.error();
  v1::PutOnHoldResponse response;
  *response.mutable_ticket() = std::move(*held->mutable_ticket());
  co_return response;
}

/// The queue, the agent and the skills, if any, that there are, and that go together.
Task<Status> Routing::check_goal(const Term& term, v1::TransferRequest transfer) {
  const Rules& rules = term.rules();
  const std::string& queue_id = transfer.wanted_queue_id();
  const auto queue = std::ranges::find(rules.settings.queues, queue_id, &QueueRules::id);
  if (!queue_id.empty() && queue == rules.settings.queues.end()) {
    std::string known;
    for (const QueueRules& one : rules.settings.queues) (known += known.empty() ? "" : ", ") += one.id;
    co_return invalid("wanted_queue_id: there is no queue '" + queue_id.substr(0, kAgentIdBytesMax) +
                      "' in routing.queues" + (known.empty() ? ", which has none" : ": " + known));
  }
  for (const auto& text : transfer.wanted_skills()) {
    const auto skill = parse_skill(text, 1);
    // Other shards' agents are not known here; what is no skill at all, conversation refuses.
    if (rules.shards.several() || !skill.ok() || term.skill_known(skill->name)) continue;
    co_return invalid("wanted_skills: no agent has the skill '" + skill->name +
                      "' (`hark ctl agents` shows what they have)");
  }
  const std::string& agent_id = transfer.wanted_agent_id();
  if (agent_id.empty()) co_return Status{};
  std::optional<std::uint16_t> shard;
  if (term.record(agent_id)) {
    shard = world_.shard;
  } else if (rules.shards.several() && agent_id.size() <= kAgentIdBytesMax) {
    HARK_CO_TRY(shard, co_await world_.registry.shard_of(agent_id));
  }
  if (!shard)
    co_return invalid("wanted_agent_id: there is no agent '" + agent_id.substr(0, kAgentIdBytesMax) +
                      "' (`hark ctl agents` shows all)");
  const auto of_queue = queue_id.empty() ? shard : rules.shards.find(queue->shard);
  if (of_queue == shard) co_return Status{};
  co_return invalid("wanted_agent_id: '" + agent_id + "' is of shard " + rules.shards.name(*shard) +
                    " and cannot serve queue '" + queue_id + "' of shard " +
                    rules.shards.name(of_queue.value_or(0)) + "; name one of the two");
}

Task<Result<v1::PassOnResponse>> Routing::pass_on(v1::PassOnRequest request) {
  HARK_CO_TRY(const auto term, leading_term());
  v1::TransferRequest call = std::move(*request.mutable_transfer());
  call.clear_fencing_token();  // routing's own way, past the holder's token
  HARK_CO_TRY_VOID(co_await check_goal(*term, call));
  auto passed = co_await world_.conversations.transfer(std::move(call));
  if (!passed.ok()) co_return passed.error();
  v1::PassOnResponse response;
  *response.mutable_ticket() = std::move(*passed->mutable_ticket());
  co_return response;
}

Task<Result<v1::EndSessionsResponse>> Routing::end_sessions(v1::EndSessionsRequest request) {
  if (request.agent_id().size() > kAgentIdBytesMax) co_return no_agent(request.agent_id());
  HARK_CO_TRY_VOID(leading_term());
  HARK_CO_TRY(const auto generation, co_await world_.store.end_sessions(request.agent_id()));
  if (generation == 0) co_return no_agent(request.agent_id());
  HARK_CO_TRY(const auto term, leading_term());
  auto record = term->record(request.agent_id());
  if (!record) co_return no_agent(request.agent_id());
  record->set_session_generation(generation);
  term->take_agent(*record);
  v1::EndSessionsResponse response;
  *response.mutable_agent() = term->agent(request.agent_id()).value_or(*record);
  co_return response;
}

Task<Result<std::shared_ptr<Routing::AgentsWatch>>> Routing::watch_agents() {
  HARK_CO_TRY(auto term, leading_term());
  co_return std::make_shared<AgentsWatch>(std::move(term), world_.executor);
}

Routing::AgentsWatch::AgentsWatch(std::shared_ptr<Term> term, const asio::any_io_executor& executor)
    : term_{std::move(term)}, place_{executor} {
  term_->add_watch(&place_);
}

Routing::AgentsWatch::~AgentsWatch() { term_->remove_watch(&place_); }

void Routing::AgentsWatch::hang_up() {
  hung_up_ = true;
  place_.wake.notify_all();
}

Task<std::optional<v1::WatchAgentsResponse>> Routing::AgentsWatch::next() {
  v1::WatchAgentsResponse response;
  if (!std::exchange(told_all_, true)) {
    response.set_full(true);
    for (v1::Agent& agent : term_->agents()) *response.add_agents() = std::move(agent);
    co_return response;
  }
  while (place_.changed.empty() && to_tell_.empty()) {
    if (hung_up_ || term_->over()) co_return std::nullopt;
    co_await place_.wake.wait();
  }
  // What changes many times in a wave is told once; and no more in one go than others may wait for.
  co_await sleep_for(to_tell_.empty() ? kAgentsGatheredFor : kBetweenAgents);
  if (hung_up_ || term_->over()) co_return std::nullopt;
  if (to_tell_.empty()) {
    to_tell_.assign(place_.changed.begin(), place_.changed.end());
    place_.changed.clear();
  }
  while (!to_tell_.empty() && response.agents_size() < kAgentsPerResponse) {
    if (auto agent = term_->agent(to_tell_.front())) *response.add_agents() = *std::move(agent);
    to_tell_.pop_front();
  }
  co_return response;
}

Status Routing::AgentsWatch::why_ended() const {
  return term_->over() ? Status{term_->why_over()} : Status{};
}

Task<Result<std::shared_ptr<Routing::Session>>> Routing::open_session(v1::AgentSessionRequest::Hello hello) {
  HARK_CO_TRY(const auto term, leading_term());
  std::optional<Presence> wished;
  if (hello.presence() != v1::PRESENCE_UNSPECIFIED) {
    HARK_CO_TRY(wished, presence_of(hello.presence()));
  }
  const auto effects = term->feed(AgentConnected{hello.agent_id(), wished});
  if (const auto refused = refusal(effects)) co_return *refused;
  auto session = std::make_shared<Session>(term, hello.agent_id(), world_.executor);
  HARK_CO_TRY_VOID(co_await term->settle());
  co_return session;
}

}  // namespace hark::routing
