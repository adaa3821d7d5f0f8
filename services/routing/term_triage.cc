#include <algorithm>
#include <utility>

#include "routing/term.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPauseMin = 50ms;
constexpr std::chrono::milliseconds kPauseMax = 2s;
constexpr int kAttemptsMax = 100;
constexpr int kTriageFailuresMax = 5;
constexpr Duration kTriageRest = 10s;

}  // namespace

/// The engine goes by the built-in verdict until one is stored; the log brings that.
void Term::want_verdict(const v1::Ticket& ticket) {
  if (ticket.has_verdict() || !world_.rules.policies) {
    found_verdicts_.erase(ticket.id());
    return;
  }
  const auto [found, first] = found_verdicts_.try_emplace(ticket.id());
  if (!first) return;
  found->second = to_proto(world_.rules.policies->judge(ticket));
  found->second.set_found_by("built-in");
  to_judge_.push_back({ticket.id(), world_.clock.now() + kVerdictWait});
  to_judge_signal_.notify_all();
}

void Term::begin_judging() {
  if (world_.triager == nullptr) return tasks_.spawn("store verdicts", store_verdicts());
  for (int i = 0; i < kJudgesAtOnce; ++i) tasks_.spawn("judge", judge());
}

Task<> Term::store_verdicts() {
  while (!over_) {
    if (to_judge_.empty()) {
      co_await to_judge_signal_.wait();
      continue;
    }
    const auto now = world_.clock.now();
    for (int room = kVerdictsAtOnce - annotating_; room > 0; --room) {
      if (to_judge_.empty() || to_judge_.front().at > now) break;
      tasks_.spawn("annotate", annotate(std::move(to_judge_.front().ticket_id)));
      to_judge_.pop_front();
    }
    co_await sleep_for(kVerdictsEvery);
  }
}

Task<> Term::judge() {
  while (!over_) {
    if (to_judge_.empty()) {
      co_await to_judge_signal_.wait();
      continue;
    }
    const std::string id = std::move(to_judge_.front().ticket_id);
    to_judge_.pop_front();
    co_await ask_triager(id);
    co_await annotate(id);
  }
}

Task<> Term::ask_triager(std::string ticket_id) {
  if (!found_verdicts_.contains(ticket_id) || world_.clock.now() < triage_rests_until_) co_return;
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
  const auto found = found_verdicts_.find(ticket_id);
  if (found == found_verdicts_.end()) co_return;
  // Read and written again, so that nothing out of range is stored.
  found->second = to_proto(verdict_of(*answer));
  found->second.set_found_by(answer->found_by());
}

/// Puts the verdict onto its ticket, unless an assignment has taken it along.
Task<> Term::annotate(std::string ticket_id) {
  const auto found = found_verdicts_.find(ticket_id);
  if (found == found_verdicts_.end()) co_return;
  v1::AnnotateTicketRequest request;
  // Whoever judges after a fail-over may find otherwise; the store keeps the first.
  request.set_idempotency_key("verdict-" + ticket_id + "-" + std::to_string(token_));
  request.set_ticket_id(ticket_id);
  request.set_fencing_token(token_);
  *request.mutable_verdict() = found->second;
  ++annotating_;
  auto pause = kPauseMin;
  for (int attempt = 0; attempt < kAttemptsMax && !over_; ++attempt) {
    const auto answer = co_await world_.conversations.annotate(request);
    if (answer.ok() || !is_passing(answer.error())) break;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
  --annotating_;
}

void Term::raise(const std::string& ticket_id, int points) {
  const auto found = tickets_.find(ticket_id);
  if (found == tickets_.end() || over_) return;
  int& raised = raised_[ticket_id];
  if (points <= raised) return;
  raised = points;
  take_ticket(v1::Ticket{found->second});
}

/// Another due time is another place in a queue that goes by it.
void Term::order_anew(const std::string& ticket_id) {
  const auto by_due = [](const QueueRules& queue) { return queue.order == OrderPolicy::kDue; };
  if (std::ranges::none_of(world_.rules.settings.queues, by_due)) return;
  const auto found = tickets_.find(ticket_id);
  if (found == tickets_.end() || over_ || found->second.state() != v1::TICKET_STATE_QUEUED) return;
  take_ticket(v1::Ticket{found->second});
}

}  // namespace hark::routing
