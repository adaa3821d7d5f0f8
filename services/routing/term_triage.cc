#include <algorithm>
#include <utility>

#include "base/core/ids.h"
#include "routing/term.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
constexpr int kTriageFailuresMax = 5;
/// What conversation takes of one.
constexpr std::size_t kVerdictBytesMax = 8U << 10;
constexpr Duration kTriageRest = 10s;
/// Tickets that new rules are read for before others have their turn.
constexpr int kAssessedAtOnce = 50;

}  // namespace

/// The engine goes by the built-in verdict until another one is stored; the log brings that.
void Term::find_verdict(v1::Ticket& ticket) {
  if (!rules_.rules.policies) return;
  *ticket.mutable_verdict() = to_proto(rules_.rules.policies->judge(ticket));
  ticket.mutable_verdict()->set_found_by("built-in");
  unstored_verdicts_.insert(ticket.id());
  if (world_.triager == nullptr) return want_stored(ticket.id(), world_.clock.now() + kVerdictWait);
  to_judge_.push_back(ticket.id());
  to_judge_signal_.notify_all();
}

void Term::begin_judging() {
  tasks_.spawn("store verdicts", store_verdicts());
  if (world_.triager == nullptr) return;
  for (int i = 0; i < kJudgesAtOnce; ++i) tasks_.spawn("judge", judge());
}

Task<> Term::judge() {
  while (!over_) {
    if (to_judge_.empty()) {
      co_await to_judge_signal_.wait();
      continue;
    }
    const std::string id = std::move(to_judge_.front());
    to_judge_.pop_front();
    co_await ask_triager(id);
    want_stored(id, world_.clock.now());
  }
}

Task<> Term::ask_triager(std::string ticket_id) {
  if (!unstored_verdicts_.contains(ticket_id) || world_.clock.now() < triage_rests_until_) co_return;
  const v1::Ticket about = ticket(ticket_id);
  v1::TriageRequest request;
  request.set_ticket_id(ticket_id);
  request.set_channel(about.channel());
  request.set_account_id(about.account_id());
  *request.mutable_sender() = about.sender();
  request.set_subject(about.subject());
  request.set_text(about.preview());
  *request.mutable_built_in() = about.verdict();
  const auto answer = co_await world_.triager->judge(std::move(request));
  if (!answer.ok()) {
    if (++triage_failures_ >= kTriageFailuresMax) triage_rests_until_ = world_.clock.now() + kTriageRest;
    co_return;
  }
  triage_failures_ = 0;
  if (!unstored_verdicts_.contains(ticket_id)) co_return;
  // Read and written again, so that nothing out of range is stored.
  v1::TicketVerdict verdict = to_proto(verdict_of(*answer));
  verdict.set_found_by(answer->found_by());
  if (verdict.ByteSizeLong() > kVerdictBytesMax) co_return;  // the store would take none of those beside it
  *tickets_.at(ticket_id).mutable_verdict() = std::move(verdict);
}

void Term::want_stored(std::string ticket_id, TimePoint at) {
  const auto partition = partition_of(ticket_id);
  to_store_[(partition.ok() ? *partition : 0) % kVerdictTurns].push_back({std::move(ticket_id), at});
  to_store_signal_.notify_all();
}

Task<> Term::store_verdicts() {
  std::size_t turn = 0;
  while (!over_) {
    if (std::ranges::all_of(to_store_, [](const auto& waiting) { return waiting.empty(); })) {
      co_await to_store_signal_.wait();
      continue;
    }
    auto& waiting = to_store_[turn];
    v1::SetVerdictsRequest request;
    while (!waiting.empty() && waiting.front().at <= world_.clock.now() &&
           request.verdicts_size() < kVerdictsAtOnce) {
      const std::string id = std::move(waiting.front().ticket_id);
      waiting.pop_front();
      // An assignment may have taken it along.
      if (unstored_verdicts_.contains(id)) (*request.mutable_verdicts())[id] = tickets_.at(id).verdict();
    }
    const bool full = request.verdicts_size() == kVerdictsAtOnce;
    if (request.verdicts_size() > 0) co_await store(std::move(request));
    if (full) continue;
    turn = (turn + 1) % kVerdictTurns;
    co_await sleep_for(kVerdictsEvery / kVerdictTurns);
  }
}

Task<> Term::store(v1::SetVerdictsRequest request) {
  request.set_fencing_token(token_);
  auto pause = kPauseMin;
  while (!over_) {
    const auto answer = co_await world_.conversations.set_verdicts(request);
    if (answer.ok()) co_return;
    const bool waits = is_passing(answer.error()) || answer.error().reason == Reason::kStoreFull;
    if (!waits) co_return;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

/// A verdict was stored: ours, which the engine goes by already, or somebody else's.
void Term::take_verdict(const v1::Event& event) {
  const auto found = tickets_.find(event.ticket_id());
  if (found == tickets_.end()) return;
  v1::TicketVerdict& verdict = *found->second.mutable_verdict();
  const bool ours = unstored_verdicts_.erase(event.ticket_id()) > 0 && world_.triager == nullptr &&
                    verdict.SerializeAsString() == event.verdict().SerializeAsString();
  if (ours) return;
  verdict = event.verdict();
  place_ticket(found->second);
}

void Term::raise(const std::string& ticket_id, int points) {
  const auto found = tickets_.find(ticket_id);
  if (found == tickets_.end() || over_) return;
  int& raised = raised_[ticket_id];
  if (points <= raised) return;
  raised = points;
  place_ticket(found->second);
}

/// What new rules make of the tickets that are there.
Task<> Term::assess_anew() {
  while (!over_) {
    if (to_assess_.empty()) {
      co_await to_assess_signal_.wait();
      continue;
    }
    for (int i = 0; i < kAssessedAtOnce && !to_assess_.empty(); ++i) {
      const std::string id = std::move(to_assess_.front());
      to_assess_.pop_front();
      const auto found = tickets_.find(id);
      if (found != tickets_.end()) place_ticket(found->second);
    }
    co_await asio::post(world_.executor, asio::use_awaitable);
  }
}

/// Another due time is another place in a queue that goes by it.
void Term::order_anew(const std::string& ticket_id) {
  const auto by_due = [](const QueueRules& queue) { return queue.order == OrderPolicy::kDue; };
  if (std::ranges::none_of(rules_.rules.settings.queues, by_due)) return;
  const auto found = tickets_.find(ticket_id);
  if (found == tickets_.end() || over_ || found->second.state() != v1::TICKET_STATE_QUEUED) return;
  place_ticket(found->second);
}

}  // namespace hark::routing
