#include "conversation/event_hub.h"

#include "conversation/redis/keys.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBlockMs = "5000";
constexpr std::chrono::milliseconds kBlockTimeout = 8s;  // longer than the server blocks
constexpr std::chrono::milliseconds kRetryAfter = 100ms;
/// What this process did the store tells, entry and all, a moment before or after the ends of the logs do:
/// the reader waits for that, and gathers meanwhile.
constexpr std::chrono::milliseconds kGrace = 3ms;
/// Between two looks at the ends while this process tells everything itself.
constexpr std::chrono::milliseconds kPause = 20ms;

}  // namespace

EventHub::EventHub(TaskGroup& tasks, Store& store, redis::Client& blocking)
    : tasks_{tasks},
      store_{store},
      blocking_{blocking},
      early_(store.partitions()),
      published_{tasks.executor()} {
  for (std::uint16_t p = 0; p < store.partitions(); ++p) logs_.push_back(keys::in(p, "ev"));
  store_.on_event = [this](v1::Event event, std::shared_ptr<const v1::Entry> entry) {
    if (!positions_.empty()) learn(std::move(event), std::move(entry));
  };
}

Task<Status> EventHub::start() {
  auto ends = co_await store_.log_ends();
  if (!ends.ok()) co_return std::move(ends).error();
  positions_ = *std::move(ends);
  tasks_.spawn("event watch", watch());
  tasks_.spawn("event subscribers", wake_subscribers());
  co_return Status{};
}

std::shared_ptr<EventHub::Subscription> EventHub::subscribe() {
  auto subscription = std::make_shared<Subscription>(tasks_.executor());
  subscriptions_.push_back(subscription);
  return subscription;
}

Task<> EventHub::watch() {
  for (;;) {
    if (!co_await something_new()) {
      co_await sleep_for(kRetryAfter);
      continue;
    }
    std::vector<std::int64_t> before;
    for (;;) {
      const auto known = positions_;
      auto now = co_await ends();
      if (!now.ok()) break;
      notice_older(known, *now);
      co_await sleep_for(kGrace);
      if (co_await read_untold(*now)) continue;
      if (*now == before) break;
      before = *std::move(now);
      co_await sleep_for(kPause);
    }
  }
}

Task<bool> EventHub::something_new() {
  std::vector<std::string> after;
  for (const auto position : positions_) after.push_back(std::to_string(position) + "-0");
  std::vector<std::string_view> command{"XREAD", "COUNT", "1", "BLOCK", kBlockMs, "STREAMS"};
  command.insert(command.end(), logs_.begin(), logs_.end());
  command.insert(command.end(), after.begin(), after.end());
  co_return (co_await blocking_.command(logs_.front(), command, kBlockTimeout)).ok();
}

/// One short answer, whatever has happened: reading the logs themselves would have the store tell everything
/// twice.
Task<Result<std::vector<std::int64_t>>> EventHub::ends() {
  std::vector<std::string> keys;
  for (std::uint16_t p = 0; p < positions_.size(); ++p) keys.push_back(keys::in(p, "evpos"));
  std::vector<std::string_view> command{"MGET"};
  command.insert(command.end(), keys.begin(), keys.end());
  HARK_CO_TRY(const auto reply, co_await blocking_.command(keys.front(), command));
  std::vector<std::int64_t> out;
  for (const auto& end : reply.items()) out.push_back(end.number());
  co_return out;
}

void EventHub::notice_older(const std::vector<std::int64_t>& known, const std::vector<std::int64_t>& ends) {
  bool older = false;
  for (std::size_t p = 0; p < ends.size(); ++p) {
    if (ends[p] >= known[p]) continue;
    older = true;
    positions_[p] = ends[p];
    early_[p].clear();
  }
  if (!older) return;
  if (on_older) on_older();
  for (const auto& weak : subscriptions_) {
    const auto subscription = weak.lock();
    if (!subscription) continue;
    subscription->events.clear();
    subscription->overflowed = subscription->rewound = true;
    subscription->arrived.notify_all();
  }
}

Task<bool> EventHub::read_untold(std::vector<std::int64_t> ends) {
  std::vector<std::uint16_t> untold;
  for (std::uint16_t p = 0; p < ends.size(); ++p) {
    if (ends[p] > positions_[p]) untold.push_back(p);
  }
  if (untold.empty()) co_return false;
  std::vector<std::string> after;
  for (const auto p : untold) after.push_back(std::to_string(positions_[p]) + "-0");
  std::vector<std::string_view> command{"XREAD", "COUNT", "500", "STREAMS"};
  for (const auto p : untold) command.emplace_back(logs_[p]);
  command.insert(command.end(), after.begin(), after.end());
  const auto reply = co_await blocking_.command(logs_[untold.front()], command);
  if (!reply.ok()) co_return false;
  for (const auto& stream : reply->items()) {
    const auto name = stream[0].view();
    const auto open = name.find("{p");
    const auto partition = static_cast<std::uint16_t>(std::strtol(name.data() + open + 2, nullptr, 10));
    for (const auto& item : stream[1].items()) learn(decode_event(partition, item), {});
  }
  co_return reply->size() > 0;
}

bool EventHub::learn(v1::Event event, std::shared_ptr<const v1::Entry> entry) {
  const auto partition = static_cast<std::size_t>(event.partition());
  auto& position = positions_[partition];
  auto& early = early_[partition];
  const auto at = event.position();
  if (at <= position) return false;
  News news{std::make_shared<v1::Event>(std::move(event)), std::move(entry)};
  if (at > position + 1) {
    if (early.size() < kEarlyEventsMax) early.emplace(at, std::move(news));
    return true;
  }
  position = at;
  publish(std::move(news));
  while (!early.empty() && early.begin()->first <= position + 1) {
    auto next = early.extract(early.begin());
    if (next.key() <= position) continue;
    position = next.key();
    publish(std::move(next.mapped()));
  }
  return true;
}

void EventHub::publish(News news) {
  std::erase_if(subscriptions_, [&](const std::weak_ptr<Subscription>& weak) {
    const auto subscription = weak.lock();
    if (!subscription) return true;
    if (subscription->overflowed) return false;
    if (subscription->events.size() >= kQueuedEventsMax) {
      subscription->events.clear();
      subscription->overflowed = true;
    } else {
      subscription->events.push_back(news);
    }
    return false;
  });
  if (!std::exchange(untold_, true)) published_.notify_all();
}

Task<> EventHub::wake_subscribers() {
  for (;;) {
    if (!std::exchange(untold_, false)) {
      co_await published_.wait();
      continue;
    }
    for (const auto& weak : subscriptions_) {
      if (const auto subscription = weak.lock()) subscription->arrived.notify_all();
    }
    co_await sleep_for(kWakeEvery);
  }
}

}  // namespace hark::conversation
