#include <algorithm>
#include <utility>

#include "routing/redis/journal.h"
#include "routing/term.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
/// Tickets of a snapshot that are taken in before others have their turn.
constexpr int kTakenAtOnce = 200;

}  // namespace

Task<Status> Term::begin(std::optional<Conversations::Snapshot> read_ahead) {
  Pending& first = open_batch();
  first.batch.records.push_back(encode_start(world_.shard, token_, router_.settings(), world_.clock.now()));
  first.last_record = ++fed_;
  tasks_.spawn("write", write());
  HARK_CO_TRY_VOID(co_await world_.conversations.raise_fence(token_));
  HARK_CO_TRY_VOID(co_await rebuild(std::move(read_ahead)));
  tasks_.spawn("follow", follow());
  while (!caught_up_ && !over_) co_await caught_up_signal_.wait();
  if (over_) co_return why_over();
  (void)tell_group_hours();
  (void)tell_hours();
  feed(RebuildFinished{});
  begin_judging();
  sla_.begin();
  tasks_.spawn("tick", tick());
  tasks_.spawn("hours", keep_hours());
  tasks_.spawn("assess anew", assess_anew());
  if (several()) tasks_.spawn("pass tickets", pass_tickets());
  co_return co_await settle();
}

Task<Status> Term::rebuild(std::optional<Conversations::Snapshot> read_ahead) {
  HARK_CO_TRY(const auto agents, co_await world_.store.agents());
  (void)tell_group_hours();
  for (const Store::AgentRecord& record : agents) {
    take_agent(record.agent);
    feed(PresenceChanged{record.agent.id(),
                         record.presence,
                         record.channels,
                         {},
                         record.missed_offers,
                         record.paused_queue_ids});
    if (record.wraps_up_until)
      feed(WrapUpRestored{record.agent.id(), *record.wraps_up_until, record.wrap_up_forced});
  }
  HARK_CO_TRY(declines_, co_await world_.store.declines());
  HARK_CO_TRY_VOID(co_await load_tickets(std::move(read_ahead)));
  HARK_CO_TRY(const auto offers, co_await world_.store.standing_offers());
  for (const Offer& offer : offers) feed(OfferRestored{offer});
  co_return Status{};
}

Task<Status> Term::load_tickets(std::optional<Conversations::Snapshot> snapshot) {
  if (!snapshot) {
    HARK_CO_TRY(snapshot, co_await world_.conversations.snapshot());
  }
  cursor_ = std::move(snapshot->cursor);
  std::ranges::sort(snapshot->tickets,
                    [](const v1::Ticket& a, const v1::Ticket& b) { return a.id() < b.id(); });
  int taken = 0;
  for (v1::Ticket& ticket : snapshot->tickets) {
    take_ticket(std::move(ticket));
    // The lease is to be renewed meanwhile.
    if (++taken % kTakenAtOnce == 0) co_await asio::post(world_.executor, asio::use_awaitable);
    if (over_) co_return why_over();
  }
  // What is declined of tickets that are no longer open is of no use to anyone.
  std::vector<std::string> useless;
  for (const auto& [ticket_id, agents] : declines_) {
    if (!tickets_.contains(ticket_id)) useless.push_back(ticket_id);
  }
  for (const std::string& ticket_id : useless) forget_declines(ticket_id);
  co_return Status{};
}

/// The ticket as it was at some moment of the log; the engine tells old news from new.
void Term::take_ticket(v1::Ticket ticket) {
  if (ticket.state() == v1::TICKET_STATE_RESOLVED) return close_ticket(ticket.id());
  if (several() && ticket.shard() != 0 && !is_ours(ticket)) return let_go(ticket.id());
  tell_unknown_queue(ticket);
  place_ticket(keep_ticket(std::move(ticket)));
}

/// When it is put there, not whenever it is looked at.
void Term::tell_unknown_queue(const v1::Ticket& ticket) {
  const std::string& queue_id = ticket.wanted_queue_id();
  if (router_.rebuilding() || !world_.on_unknown_queue) return;
  if (queue_id.empty() || knows_queue(rules_.rules, queue_id)) return;
  const auto before = tickets_.find(ticket.id());
  if (before != tickets_.end() && before->second.wanted_queue_id() == queue_id) return;
  world_.on_unknown_queue(ticket.id(), queue_id);
}

/// A verdict that is known stays known.
const v1::Ticket& Term::keep_ticket(v1::Ticket ticket) {
  v1::Ticket& kept = tickets_[ticket.id()];
  if (ticket.has_verdict()) {
    unstored_verdicts_.erase(ticket.id());
  } else if (kept.has_verdict()) {
    ticket.mutable_verdict()->Swap(kept.mutable_verdict());
  } else if (is_ours(ticket)) {
    find_verdict(ticket);
  }
  kept = std::move(ticket);
  return kept;
}

void Term::place_ticket(const v1::Ticket& ticket) {
  const auto skill_known = [this](std::string_view skill) { return router_.skill_known(skill); };
  const Assessment assessment = assess(ticket, rules_.rules);
  Work work = work_of(ticket, assessment, rules_.rules, skill_known);
  if (several() && !keep_or_pass(ticket, work)) return;
  work.visits = several() && visits(ticket, work);
  if (const auto raised = raised_.find(ticket.id()); raised != raised_.end()) work.priority += raised->second;
  if (rules_.rules.policies) {
    // Whoever uses the rule keeps all that it belongs to.
    sla_.take(ticket, {rules_.rules.policies, rules_.rules.policies->rule_for(ticket, assessment.points)});
  }
  work.due = sla_.due(ticket.id()).value_or(TimePoint{});
  if (known(work, ticket)) return;
  if (ticket.state() == v1::TICKET_STATE_ASSIGNED) {
    feed(TicketAssigned{std::move(work), ticket.agent_id()});
    return;
  }
  if (const auto declined = declines_.find(ticket.id());
      router_.rebuilding() && declined != declines_.end()) {
    const auto& agents = declined->second;
    work.declined_by.insert(work.declined_by.end(), agents.begin(), agents.end());
    if (std::ranges::find(agents, work.wanted_agent_id) != agents.end()) work.wanted_agent_id.clear();
  }
  feed(TicketQueued{std::move(work)});
}

/// The engine would ignore it, so it is not worth a record: our own assignment, or our own verdict, from the
/// log.
bool Term::known(const Work& work, const v1::Ticket& ticket) const {
  const auto view = router_.ticket(work.ticket_id);
  if (!view || view->work != work) return false;
  if (ticket.state() == v1::TICKET_STATE_ASSIGNED)
    return view->standing == Standing::kHeld && view->agent_id == ticket.agent_id();
  return view->standing == Standing::kWaiting || view->standing == Standing::kOffered;
}

void Term::close_ticket(const std::string& ticket_id) {
  forget_ticket(ticket_id);
  if (!several() || router_.ticket(ticket_id)) feed(TicketClosed{ticket_id});
  forget_declines(ticket_id);
}

void Term::forget_ticket(const std::string& ticket_id) {
  sla_.forget(ticket_id);
  unstored_verdicts_.erase(ticket_id);
  raised_.erase(ticket_id);
  passing_.erase(ticket_id);
  tickets_.erase(ticket_id);
}

/// The log says what the answer to our own assignment has said already. Clocks are read anew all the same.
bool Term::is_own_assignment(const v1::Event& event) const {
  const v1::Ticket& ticket = event.ticket();
  if (event.type() != v1::EVENT_TYPE_ASSIGNED || rules_.rules.policies) return false;
  const auto kept = tickets_.find(ticket.id());
  return kept != tickets_.end() && kept->second.assignment_token() == ticket.assignment_token() &&
         router_.holds(ticket.agent_id(), ticket.id(), ticket.assignment_token());
}

void Term::take(v1::Event event) {
  auto& position = (*cursor_.mutable_positions())[event.partition()];
  if (event.position() <= position) return;
  position = event.position();
  if (event.type() == v1::EVENT_TYPE_SHARDED) passing_.erase(event.ticket_id());
  if (event.has_ticket() && !event.ticket().id().empty()) {
    if (!is_own_assignment(event)) take_ticket(std::move(*event.mutable_ticket()));
  } else if (event.has_verdict()) {
    take_verdict(event);
  } else if (event.type() == v1::EVENT_TYPE_RESOLVED) {
    close_ticket(event.ticket_id());
  }
  follow_quiet(event);
  sla_.take(event);
}

/// Who is to write next, of a held ticket, as far as the rules ask for it: not every event brings its ticket.
void Term::follow_quiet(const v1::Event& event) {
  const bool stirs = (event.type() == v1::EVENT_TYPE_ACCEPTED && event.detail().empty()) ||
                     event.type() == v1::EVENT_TYPE_OWED_AGAIN;
  const bool quiet = (event.type() == v1::EVENT_TYPE_REPLIED || event.type() == v1::EVENT_TYPE_WAIVED) &&
                     event.detail() == "quiet";
  if (!stirs && !quiet) return;
  const auto found = tickets_.find(event.ticket_id());
  if (found == tickets_.end() || found->second.state() != v1::TICKET_STATE_ASSIGNED) return;
  found->second.set_quiet_since_ms(quiet ? event.at_ms() : 0);
  if (rules_.rules.frees_silent(served_as(found->second))) place_ticket(found->second);
}

Task<> Term::follow() {
  auto pause = kPauseMin;
  while (!over_) {
    const auto feed = world_.conversations.subscribe(cursor_);
    while (auto response = co_await feed->read()) {
      if (over_) co_return;
      pause = kPauseMin;
      for (v1::Event& event : *response->mutable_events()) take(std::move(event));
      if (response->caught_up() && !std::exchange(caught_up_, true)) caught_up_signal_.notify_all();
    }
    const Status status = feed->status();
    if (over_) co_return;
    if (!status.ok() && !is_passing(status.error())) {
      end(status.error());  // a cursor that cannot be followed: begin again from a snapshot
      co_return;
    }
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

}  // namespace hark::routing
