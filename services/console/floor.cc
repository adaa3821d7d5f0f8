#include "console/floor.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/core/ids.h"

namespace hark::console {
namespace {

constexpr Duration kRetryFirst{500};
constexpr Duration kRetryMost{10'000};
constexpr std::int32_t kSeriesHoursUsual = 4;

v1::ConsoleResponse::QueueState queue_state(const v1::QueueGroup& group) {
  v1::ConsoleResponse::QueueState out;
  out.set_name(group.name());
  out.set_waiting(group.waiting());
  out.set_offered(group.offered());
  out.set_oldest_since_ms(group.oldest_since_ms());
  out.set_at_risk(group.at_risk());
  out.set_estimated_wait_seconds(-1);
  return out;
}

/// Routing alone reckons how long a wait is, so that everybody is told the same.
v1::ConsoleResponse::QueueState queue_state(const v1::QueueStatus& queue) {
  auto out = queue_state(queue.tickets());
  const auto wait_ms = queue.estimated_wait_ms();
  out.set_estimated_wait_seconds(wait_ms < 0 ? -1 : static_cast<std::int32_t>(wait_ms / 1000));
  out.set_no_estimate(queue.no_estimate());
  out.set_closed(queue.closed());
  out.set_shard(queue.shard());
  return out;
}

}  // namespace

Floor::Floor(TaskGroup& tasks, RoutingPort& routing, EventPort& events, const Directory& directory,
             const Clock& clock)
    : tasks_{tasks},
      routing_{routing},
      directory_{directory},
      clock_{clock},
      log_{tasks.executor(), events, BackOff{kRetryFirst, kRetryMost}},
      changed_{tasks.executor()} {}

void Floor::watch() {
  if (std::exchange(counting_, true)) return;
  counted_since_ = clock_.now() - std::chrono::hours{kSeriesHoursMax};
  log_.start(counted_since_, {}, [this](const v1::Event& event) { count(event); });
}

void Floor::oversee(const SessionPtr& session, bool on) {
  session->oversees = on;
  if (!on) {
    overseers_.erase(session);
    return;
  }
  overseers_.insert(session);
  stale();
  if (!std::exchange(telling_, true)) tasks_.spawn("tell overviews", tell());
}

void Floor::leave(const SessionPtr& session) { overseers_.erase(session); }

void Floor::stale() {
  stale_ = true;
  changed_.notify_all();
}

void Floor::on_event(const v1::Event& event) {
  switch (event.type()) {
    case v1::EVENT_TYPE_NOTED:
    case v1::EVENT_TYPE_DELIVERY:
    case v1::EVENT_TYPE_DELIVERED_ALSO:
    case v1::EVENT_TYPE_CALL:
      return;
    default:
      if (!overseers_.empty()) stale();
  }
}

/// A ticket that a supervisor moved from agent to agent or within the queue is counted as if it had been
/// through the queue; the present length is always routing's.
void Floor::count(const v1::Event& event) {
  const auto at = from_ms(event.at_ms()), now = clock_.now();
  const bool queued = event.ticket().state() == v1::TICKET_STATE_QUEUED;
  switch (event.type()) {
    case v1::EVENT_TYPE_ACCEPTED:
      series_.count(FloorSeries::Kind::kArrived, at, now);
      if (queued) series_.queue_changed(+1, at, now);
      break;
    case v1::EVENT_TYPE_REPLIED:
      series_.count(FloorSeries::Kind::kAnswered, at, now);
      break;
    case v1::EVENT_TYPE_ASSIGNED:
      series_.queue_changed(-1, at, now);
      break;
    case v1::EVENT_TYPE_TRANSFERRED:
    case v1::EVENT_TYPE_REOPENED:
      series_.queue_changed(+1, at, now);
      break;
    case v1::EVENT_TYPE_RESOLVED:
      series_.count(FloorSeries::Kind::kResolved, at, now);
      // Nobody held it: it leaves the queue itself.
      if (event.agent_id().empty()) series_.queue_changed(-1, at, now);
      break;
    default:
      break;
  }
}

Task<> Floor::tell() {
  BackOff back_off{kRetryFirst, kRetryMost};
  while (!overseers_.empty()) {
    stale_ = false;
    auto queue = co_await routing_.summarize_queue({});
    if (queue.ok()) {
      back_off.reset();
      const auto response = overview(*std::move(queue));
      for (const auto& session : std::set<SessionPtr>{overseers_}) session->send(response);
      co_await sleep_for(kOverviewEvery);
    } else {
      stale_ = true;
      co_await sleep_for(back_off.next(secure_random()));
    }
    // Waiting grows old by itself, so it is told now and then even if nothing happens.
    asio::steady_timer quiet{tasks_.executor(), kOverviewAtLeastEvery};
    quiet.async_wait([this](const boost::system::error_code& error) {
      if (!error) stale();
    });
    while (!stale_ && !overseers_.empty()) co_await changed_.wait();
  }
  telling_ = false;
}

v1::ConsoleResponse Floor::overview(v1::SummarizeQueueResponse queue) const {
  v1::ConsoleResponse response;
  auto& out = *response.mutable_overview();
  out.set_now_ms(to_ms(clock_.now()));
  *out.mutable_total() = queue_state(queue.total());
  // Without queues all tickets share the line that has no name.
  if (queue.queues_size() == 1) {
    *out.mutable_total() = queue_state(queue.queues(0));
  } else {
    for (const auto& one : queue.queues()) *out.add_by_queue() = queue_state(one);
  }
  for (const auto& group : queue.by_account()) *out.add_by_account() = queue_state(group);
  for (const auto& group : queue.by_skill()) *out.add_by_skill() = queue_state(group);
  for (const auto& [id, agent] : directory_.agents()) *out.add_agents() = agent;
  out.set_sla_at_risk(queue.sla_at_risk());
  out.set_sla_missed(queue.sla_missed());
  return response;
}

Task<Result<v1::ConsoleResponse>> Floor::series(std::int32_t hours) {
  if (hours < 0 || hours > kSeriesHoursMax) {
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "hours: must be 1 to 12, or 0 for 4"};
  }
  const auto queue = co_await routing_.summarize_queue({});
  if (!queue.ok()) co_return queue.error();
  v1::ConsoleResponse response;
  auto& out = *response.mutable_series();
  out.set_since_ms(to_ms(counted_since_));
  for (const auto& step :
       series_.steps(hours == 0 ? kSeriesHoursUsual : hours, queue->total().waiting(), clock_.now())) {
    auto& shown = *out.add_steps();
    shown.set_from_ms(to_ms(step.from));
    shown.set_arrived(step.arrived);
    shown.set_answered(step.answered);
    shown.set_resolved(step.resolved);
    shown.set_waiting(step.waiting);
  }
  co_return response;
}

}  // namespace hark::console
