// Whose tickets are, where there are several shards. A ticket is the shard's that it says in the store; it is
// offered by no other. What is nobody's yet is taken by the shard that the rules give it to; what is ours and
// goes elsewhere by them is let go of here, durably, before it is passed on. All leaders follow the same log.
#include <utility>

#include "routing/term.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
constexpr std::chrono::milliseconds kUnknownFor = 5s;
constexpr std::size_t kPassageWhyMax = 500;

}  // namespace

bool Term::is_ours(const v1::Ticket& ticket) const { return !several() || ticket.shard() == own_number(); }

/// Whether the engine is to have the ticket now; if not, what is to be done so that somebody has.
bool Term::keep_or_pass(const v1::Ticket& ticket, const Work& work) {
  const auto home = home_of(ticket, work);
  if (!home) return false;  // told as soon as it is known
  const bool here = *home == world_.shard;
  if (here && is_ours(ticket) && !passing_.contains(ticket.id())) return true;
  if (here || is_ours(ticket)) pass(ticket, *home);
  sla_.forget(ticket.id());
  if (router_.ticket(ticket.id())) feed(TicketLeft{ticket.id()});
  if (!here) forget_declines(ticket.id());
  return false;
}

/// Until the log tells what came of it, the ticket may be another's, whatever older news say.
void Term::pass(const v1::Ticket& ticket, std::uint16_t to, bool unwanted,
                std::optional<v1::TicketPassage> passage) {
  Passing now{to,       ticket.agent_id(), ticket.wanted_agent_id(), ticket.queued_at_ms(),
              unwanted, std::move(passage)};
  const auto [found, fresh] = passing_.try_emplace(ticket.id());
  if (!fresh && found->second.is_as(now)) return;
  found->second = std::move(now);
  to_pass_.push_back(ticket.id());
  to_pass_signal_.notify_all();
}

/// The engine has let go of it already. Who was asked for and did not take it is forgotten by the same step
/// that passes it on, so that no leader sends it to them again.
void Term::send_on(const TicketSentOn& sent) {
  const auto found = tickets_.find(sent.ticket_id);
  if (found == tickets_.end()) return;
  const v1::Ticket& ticket = found->second;
  v1::TicketPassage passage;
  passage.set_why(sent.why.substr(0, kPassageWhyMax));
  passage.set_queue_id(sent.to_queue_id);
  for (const std::string& id : sent.queues_left) passage.add_left_queue_ids(id);
  passage.set_at_ms(to_ms(world_.clock.now()));
  const auto skill_known = [this](std::string_view skill) { return router_.skill_known(skill); };
  Work work = work_of(ticket, rules_.rules, skill_known);
  if (!sent.to_queue_id.empty()) work.queue_id = sent.to_queue_id;
  const std::uint16_t to = shard_for(rules_.rules.settings.queues, work, rules_.rules.shards);
  sla_.forget(sent.ticket_id);
  forget_declines(sent.ticket_id);
  pass(ticket, to, sent.to_queue_id.empty(), std::move(passage));
}

/// The shard of its holder, or of the agent that it is wanted for, else of its queue. Nothing: that agent is
/// being looked for.
std::optional<std::uint16_t> Term::home_of(const v1::Ticket& ticket, const Work& work) {
  const bool held = ticket.state() == v1::TICKET_STATE_ASSIGNED;
  const std::string& agent_id = held ? ticket.agent_id() : ticket.wanted_agent_id();
  if (!agent_id.empty()) {
    if (records_.contains(agent_id)) return world_.shard;
    const auto found = agents_elsewhere_.find(agent_id);
    if (found == agents_elsewhere_.end()) {
      auto& waiting = to_find_[agent_id];
      if (waiting.empty()) tasks_.spawn("find agent", find_agent(agent_id));
      waiting.insert(ticket.id());
      return std::nullopt;
    }
    if (found->second) return found->second;
  }
  return shard_for(rules_.rules.settings.queues, work, rules_.rules.shards);
}

/// It is here for an agent of ours whom it is wanted for; its queue is another shard's.
bool Term::visits(const v1::Ticket& ticket, const Work& work) const {
  const bool wanted =
      ticket.state() != v1::TICKET_STATE_ASSIGNED && records_.contains(ticket.wanted_agent_id());
  return wanted && shard_for(rules_.rules.settings.queues, work, rules_.rules.shards) != world_.shard;
}

Task<> Term::find_agent(std::string agent_id) {
  auto pause = kPauseMin;
  while (!over_) {
    const auto shard = co_await world_.registry.shard_of(agent_id);
    if (over_) co_return;
    if (shard.ok()) {
      agents_elsewhere_[agent_id] = *shard;
      if (!*shard) tasks_.spawn("look again for an agent", forget_unknown(agent_id));
      break;
    }
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
  for (const std::string& ticket_id : std::exchange(to_find_[agent_id], {})) {
    if (const auto found = tickets_.find(ticket_id); found != tickets_.end()) place_ticket(found->second);
  }
  to_find_.erase(agent_id);
}

/// Whom nobody knows may yet be made.
Task<> Term::forget_unknown(std::string agent_id) {
  co_await sleep_for(kUnknownFor);
  agents_elsewhere_.erase(agent_id);
}

/// It is another shard's.
void Term::let_go(const std::string& ticket_id) {
  forget_ticket(ticket_id);
  if (router_.ticket(ticket_id)) feed(TicketLeft{ticket_id});
  forget_declines(ticket_id);
}

Task<> Term::pass_tickets() {
  auto pause = kPauseMin;
  while (!over_) {
    if (to_pass_.empty()) {
      co_await to_pass_signal_.wait();
      continue;
    }
    v1::SetShardsRequest request;
    request.set_fencing_token(token_);
    for (; !to_pass_.empty() && request.tickets_size() < kPassedAtOnce; to_pass_.pop_front()) {
      const auto passing = passing_.find(to_pass_.front());
      if (passing == passing_.end()) continue;  // resolved meanwhile
      v1::SetShardsRequest::To& to = (*request.mutable_tickets())[passing->first];
      to.set_shard(passing->second.to + 1);
      to.set_agent_id(passing->second.agent_id);
      to.set_wanted_agent_id(passing->second.wanted_agent_id);
      to.set_queued_at_ms(passing->second.queued_at_ms);
      to.set_forget_wanted_agent(passing->second.unwanted);
      if (passing->second.passage) *to.mutable_passage() = *passing->second.passage;
    }
    // No offer of ours may stand when the next shard makes one.
    if (!(co_await settle()).ok()) co_return;
    for (;;) {
      const Status status = co_await world_.conversations.set_shards(request);
      if (over_ || status.ok()) break;  // the log brings the rest
      if (status.error().reason == Reason::kStaleFence) {
        end(status.error());
        co_return;
      }
      // Whatever it was: tickets that nobody passes on are offered by nobody.
      co_await sleep_for(pause);
      pause = std::min(pause * 2, kPauseMax);
    }
    pause = kPauseMin;
  }
}

}  // namespace hark::routing
