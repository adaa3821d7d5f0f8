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
/// Tickets that new rules are read for before others have their turn.
constexpr int kAssessedAtOnce = 50;

}  // namespace

/// The engine goes by the built-in verdict meanwhile; the log brings the stored one.
void Term::want_verdict(const v1::Ticket& ticket) {
  if (ticket.has_verdict() || !rules_.rules.policies || !judging_.insert(ticket.id()).second) return;
  to_judge_.push_back(ticket.id());
  to_judge_signal_.notify_all();
}

Task<> Term::judge() {
  while (!over_) {
    if (to_judge_.empty()) {
      co_await to_judge_signal_.wait();
      continue;
    }
    const std::string id = std::move(to_judge_.front());
    to_judge_.pop_front();
    const auto found = tickets_.find(id);
    if (found != tickets_.end() && !found->second.has_verdict()) {
      v1::AnnotateTicketRequest request;
      // Whoever judges after a fail-over may find otherwise; the store keeps the first.
      request.set_idempotency_key("verdict-" + id + "-" + std::to_string(token_));
      request.set_ticket_id(id);
      request.set_fencing_token(token_);
      *request.mutable_verdict() = co_await verdict_for(found->second);
      co_await annotate(std::move(request));
    }
    judging_.erase(id);
  }
}

Task<v1::TicketVerdict> Term::verdict_for(v1::Ticket ticket) {
  v1::TicketVerdict built_in = to_proto(rules_.rules.policies->judge(ticket));
  built_in.set_found_by("built-in");
  if (world_.triager == nullptr || world_.clock.now() < triage_rests_until_) co_return built_in;
  v1::TriageRequest request;
  request.set_ticket_id(ticket.id());
  request.set_channel(ticket.channel());
  request.set_account_id(ticket.account_id());
  *request.mutable_sender() = ticket.sender();
  request.set_subject(ticket.subject());
  request.set_text(ticket.preview());
  *request.mutable_built_in() = built_in;
  const auto answer = co_await world_.triager->judge(std::move(request));
  if (!answer.ok()) {
    if (++triage_failures_ >= kTriageFailuresMax) triage_rests_until_ = world_.clock.now() + kTriageRest;
    co_return built_in;
  }
  triage_failures_ = 0;
  // Read and written again, so that nothing out of range is stored.
  v1::TicketVerdict verdict = to_proto(verdict_of(*answer));
  verdict.set_found_by(answer->found_by());
  co_return verdict;
}

Task<> Term::annotate(v1::AnnotateTicketRequest request) {
  auto pause = kPauseMin;
  for (int attempt = 0; attempt < kAttemptsMax && !over_; ++attempt) {
    const auto answer = co_await world_.conversations.annotate(request);
    if (answer.ok() || !is_passing(answer.error())) co_return;
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

void Term::raise(const std::string& ticket_id, int points) {
  const auto found = tickets_.find(ticket_id);
  if (found == tickets_.end() || over_) return;
  int& raised = raised_[ticket_id];
  if (points <= raised) return;
  raised = points;
  take_ticket(v1::Ticket{found->second});
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
      if (found != tickets_.end()) take_ticket(v1::Ticket{found->second});
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
  take_ticket(v1::Ticket{found->second});
}

}  // namespace hark::routing
