#include "routing/sla_desk.h"

#include <algorithm>
#include <utility>

#include "base/async/task.h"
#include "routing/term.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
constexpr int kAttemptsMax = 100;

std::string suffix(const SlaMark& mark) {
  return std::to_string(static_cast<int>(mark.metric)) + "-" + std::to_string(mark.percent) + "-" +
         std::to_string(to_ms(mark.since));
}

bool moves(const SlaRule& rule) {
  return !rule.missed_move_to_skills.empty() || !rule.missed_move_to_queue.empty();
}

/// It waits where a target that was missed before has sent it, and need not be sent again.
bool is_where_moved(const v1::Ticket& ticket, const SlaRule& rule) {
  return ticket.state() == v1::TICKET_STATE_QUEUED && ticket.wanted_agent_id().empty() &&
         (rule.missed_move_to_queue.empty() || ticket.wanted_queue_id() == rule.missed_move_to_queue) &&
         std::ranges::equal(ticket.wanted_skills(), rule.missed_move_to_skills);
}

}  // namespace

SlaDesk::SlaDesk(World world)
    : world_{std::move(world)},
      work_{world_.executor},
      timer_{world_.executor},
      tasks_{world_.executor, world_.on_failure} {}

SlaDesk::~SlaDesk() = default;

void SlaDesk::begin() {
  tasks_.spawn("read timelines", read());
  tasks_.spawn("sla", tick());
}

Task<> SlaDesk::close() {
  tasks_.cancel();
  co_await tasks_.wait();
}

void SlaDesk::take(const v1::Ticket& ticket, std::shared_ptr<const SlaRule> rule) {
  if (rule == nullptr) return forget(ticket.id());
  Watched& watched = watched_[ticket.id()];
  // Whatever ends a hold: not all of it is an event of its own.
  const bool released = watched.ticket.has_hold() && !ticket.has_hold();
  const bool changed =
      released || watched.rule != rule || watched.ticket.conversation_id() != ticket.conversation_id();
  watched.ticket = ticket;
  ++watched.told_of;
  watched.rule = std::move(rule);
  if (changed) want_reading(ticket.id());
}

void SlaDesk::forget(const std::string& ticket_id) {
  const auto found = watched_.find(ticket_id);
  if (found == watched_.end()) return;
  arm(ticket_id, found->second, std::nullopt);
  count(found->second, false, false);
  watched_.erase(found);
}

void SlaDesk::take(const v1::Event& event) {
  switch (event.type()) {
    case v1::EVENT_TYPE_ACCEPTED:
    case v1::EVENT_TYPE_REPLIED:
    case v1::EVENT_TYPE_CALL:
    case v1::EVENT_TYPE_STARTED:
    case v1::EVENT_TYPE_WAIVED:
    case v1::EVENT_TYPE_REOPENED:
    case v1::EVENT_TYPE_OWED_AGAIN:
    case v1::EVENT_TYPE_MERGED:
    case v1::EVENT_TYPE_UNMERGED:
    case v1::EVENT_TYPE_HELD:
    case v1::EVENT_TYPE_RELEASED:
      if (watched_.contains(event.ticket_id())) want_reading(event.ticket_id());
      break;
    default:
      break;
  }
}

std::optional<TimePoint> SlaDesk::due(const std::string& ticket_id) const {
  const auto found = watched_.find(ticket_id);
  return found == watched_.end() ? std::nullopt : found->second.due;
}

void SlaDesk::want_reading(const std::string& ticket_id) {
  if (std::exchange(watched_[ticket_id].to_read, true)) return;
  to_read_.push_back(ticket_id);
  work_.notify_all();
}

/// Tries again what failed in passing; anything else is given up.
template <class Response, class Request>
Task<std::optional<Response>> SlaDesk::send(Task<Result<Response>> (Conversations::*call)(Request),
                                            Request request) {
  auto pause = kPauseMin;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto answer = co_await (world_.conversations.*call)(request);
    if (answer.ok()) co_return std::optional<Response>{*std::move(answer)};
    if (!is_passing(answer.error())) break;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
  co_return std::nullopt;
}

Task<> SlaDesk::read() {
  auto pause = kPauseMin;
  for (;;) {
    if (to_read_.empty()) {
      co_await work_.wait();
      continue;
    }
    const std::string id = to_read_.front();
    to_read_.pop_front();
    const auto before = watched_.find(id);
    if (before == watched_.end()) continue;
    before->second.to_read = false;  // what happens from here on asks for another reading
    const v1::Ticket ticket = before->second.ticket;
    const auto entries =
        co_await world_.conversations.entries_since(ticket.conversation_id(), ticket.opened_at_ms());
    const auto found = watched_.find(id);
    if (found == watched_.end()) continue;
    if (!entries.ok()) {
      if (!is_passing(entries.error())) continue;
      want_reading(id);
      co_await sleep_for(pause);
      pause = std::min(pause * 2, kPauseMax);
      continue;
    }
    pause = kPauseMin;
    Watched& watched = found->second;
    const bool first = !watched.clock;
    SlaLog log = sla_log(ticket, *entries);
    watched.clock_rule = watched.rule;
    watched.clock.emplace(watched.clock_rule->policy, *watched.clock_rule->hours);
    for (const SlaEvent& event : log.events) watched.clock->apply(event);
    watched.told.merge(log.told);
    const auto missed = [](const SlaMarkKey& key) { return std::get<1>(key) >= 100; };
    if (watched.rule->missed_priority_points != 0 && std::ranges::any_of(watched.told, missed)) {
      world_.raise(id, watched.rule->missed_priority_points);
    }
    auto still = watched_.find(id);
    if (still == watched_.end()) continue;
    // Whoever led before said that it is missed, and did not come to pass it on.
    if (first && log.missed && is_to_move(still->second)) {
      still->second.moving = true;
      tasks_.spawn("sla move", move(id, still->second.rule, {*std::move(log.missed)}));
    }
    look(id, still->second);
  }
}

bool SlaDesk::is_to_move(const Watched& watched) {
  return moves(*watched.rule) && !watched.moving && !is_where_moved(watched.ticket, *watched.rule);
}

/// Tells what has been passed, and arms the timer for what comes next.
void SlaDesk::look(const std::string& ticket_id, Watched& watched) {
  if (!watched.clock) return;
  const TimePoint now = world_.clock.now();
  const auto marks = watched.clock->marks(now);
  std::vector<SlaMark> fresh;
  for (const SlaMark& mark : marks) {
    if (watched.told.insert(key_of(mark)).second) fresh.push_back(mark);
  }
  if (!fresh.empty()) tasks_.spawn("sla marks", tell(ticket_id, std::move(fresh)));
  bool at_risk = false, missed = false;
  for (const SlaReading& reading : watched.clock->readings(now)) {
    missed = missed || reading.missed;
    at_risk = at_risk || std::ranges::any_of(marks, [&](const SlaMark& m) {
                return m.metric == reading.metric && m.since == reading.since && m.percent < 100;
              });
  }
  count(watched, at_risk && !missed, missed);
  arm(ticket_id, watched, watched.clock->next_deadline(now));
  const auto due = watched.clock->due();
  if (std::exchange(watched.due, due) != due) world_.on_due(ticket_id);  // last: it may come back to take()
}

void SlaDesk::arm(const std::string& ticket_id, Watched& watched, std::optional<TimePoint> at) {
  if (watched.armed == at) return;
  if (watched.armed) deadlines_.erase({*watched.armed, ticket_id});
  watched.armed = at;
  if (at) deadlines_.insert({*at, ticket_id});
  timer_.cancel();
}

void SlaDesk::count(Watched& watched, bool at_risk, bool missed) {
  if (watched.at_risk == at_risk && watched.missed == missed) return;
  counts_.at_risk += static_cast<int>(at_risk) - static_cast<int>(std::exchange(watched.at_risk, at_risk));
  counts_.missed += static_cast<int>(missed) - static_cast<int>(std::exchange(watched.missed, missed));
  if (world_.on_counts) world_.on_counts(counts_);
}

Task<> SlaDesk::tick() {
  for (;;) {
    if (deadlines_.empty()) {
      timer_.expires_at(asio::steady_timer::time_point::max());
    } else {
      timer_.expires_after(std::max(deadlines_.begin()->first - world_.clock.now(), Duration{0}));
    }
    co_await timer_.async_wait(as_result);
    while (!deadlines_.empty() && deadlines_.begin()->first <= world_.clock.now()) {
      const std::string id = deadlines_.begin()->second;
      Watched& watched = watched_.at(id);
      arm(id, watched, std::nullopt);
      look(id, watched);
    }
  }
}

/// Marks that were passed at once, or found together; what follows from a missed target follows once.
Task<> SlaDesk::tell(std::string ticket_id, std::vector<SlaMark> marks) {
  const auto found = watched_.find(ticket_id);
  if (found == watched_.end()) co_return;
  const std::shared_ptr<const SlaRule> held = found->second.rule;
  const SlaRule& rule = *held;
  for (const SlaMark& mark : marks) {
    v1::AnnotateTicketRequest request;
    request.set_idempotency_key("sla-" + ticket_id + "-" + suffix(mark));
    request.set_ticket_id(ticket_id);
    request.set_fencing_token(world_.fencing_token);
    *request.mutable_sla() = to_proto(mark, rule.policy);
    co_await send(&Conversations::annotate, std::move(request));
  }
  std::erase_if(marks, [](const SlaMark& mark) { return mark.percent < 100; });
  if (marks.empty() || !watched_.contains(ticket_id)) co_return;
  if (rule.missed_priority_points != 0) world_.raise(ticket_id, rule.missed_priority_points);
  const auto still = watched_.find(ticket_id);
  if (still == watched_.end()) co_return;  // it became another shard's
  if (!is_to_move(still->second)) co_return;
  still->second.moving = true;
  co_await move(ticket_id, held, std::move(marks));
}

/// Passes the ticket on, whoever holds it.
Task<> SlaDesk::move(std::string ticket_id, std::shared_ptr<const SlaRule> rule,
                     std::vector<SlaMark> missed) {
  v1::TransferRequest request;
  request.set_idempotency_key("sla-move-" + ticket_id + "-" + suffix(missed.front()));
  request.set_ticket_id(ticket_id);
  request.set_fencing_token(world_.fencing_token);
  request.set_by_supervisor(true);
  for (const std::string& skill : rule->missed_move_to_skills) request.add_wanted_skills(skill);
  request.set_wanted_queue_id(rule->missed_move_to_queue);
  std::string targets;
  for (const SlaMark& mark : missed)
    (targets += targets.empty() ? "" : ", the ") += describe(mark.metric, rule->policy);
  request.set_reason("the " + targets + (missed.size() > 1 ? " are missed" : " is missed"));
  const auto told_of = watched_.at(ticket_id).told_of;
  auto moved = co_await send(&Conversations::transfer, std::move(request));
  const auto found = watched_.find(ticket_id);
  if (found == watched_.end()) co_return;
  found->second.moving = false;
  // What the log has brought meanwhile may be newer.
  if (moved && found->second.told_of == told_of) found->second.ticket = std::move(*moved->mutable_ticket());
}

}  // namespace hark::routing
