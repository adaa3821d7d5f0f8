#include "conversation/unfetched_replies.h"

#include <algorithm>

namespace hark::conversation {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{1'000};

}  // namespace

UnfetchedReplies::UnfetchedReplies(TaskGroup& tasks, Conversations& service, EventHub& events)
    : tasks_{tasks},
      service_{service},
      events_{events},
      watch_{service.settings().offer_switch_after},
      timer_{tasks.executor()} {}

void UnfetchedReplies::start() {
  if (service_.settings().offer_switch_after <= Duration{0}) return;
  subscription_ = events_.subscribe();
  look_everywhere();
  tasks_.spawn("unfetched replies: events", watch_events());
  tasks_.spawn("unfetched replies", tell());
}

void UnfetchedReplies::look_everywhere() {
  for (std::uint16_t p = 0; p < service_.store().partitions(); ++p) watch_.look_into(p);
}

Task<> UnfetchedReplies::watch_events() {
  for (;;) {
    while (!subscription_->events.empty()) {
      const auto event = std::move(subscription_->events.front().event);
      subscription_->events.pop_front();
      if (event->type() == v1::EVENT_TYPE_DELIVERY && event->delivery() == v1::DELIVERY_STATE_SENT &&
          service_.fetched_by_customers(event->account_id())) {
        watch_.waits(static_cast<std::uint16_t>(event->partition()), from_ms(event->at_ms()));
      }
    }
    if (std::exchange(subscription_->overflowed, false)) look_everywhere();
    timer_.cancel();
    co_await subscription_->arrived.wait();
  }
}

Task<> UnfetchedReplies::tell() {
  for (;;) {
    const auto now = service_.clock().now();
    bool failed = false;
    for (const auto partition : watch_.due(now)) {
      const auto oldest =
          co_await service_.store().tell_unfetched(now, partition, watch_.cutoff(now), kUnfetchedAtOnce);
      failed = failed || !oldest.ok();
      if (oldest.ok()) watch_.looked(partition, *oldest);
    }
    if (failed) {
      co_await sleep_for(kRetryAfter);
      continue;
    }
    const auto deadline = watch_.next_deadline();
    if (!deadline) {
      timer_.expires_at(asio::steady_timer::time_point::max());
    } else {
      timer_.expires_after(std::max(*deadline - service_.clock().now(), Duration{0}));
    }
    co_await timer_.async_wait(as_result);
  }
}

}  // namespace hark::conversation
