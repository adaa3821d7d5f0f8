#include "conversation/event_hub.h"

#include "conversation/redis/keys.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBlockMs = "5000";
constexpr std::chrono::milliseconds kBlockTimeout = 8s;  // longer than the server blocks
constexpr std::chrono::milliseconds kRetryAfter = 100ms;
/// Between two looks at the logs while events flow. A look names every partition and costs the store more
/// than a message does; it is needed for what this process did not do itself, so while there is such, it is
/// taken sooner.
constexpr std::chrono::milliseconds kPauseWhenNothingNew = 20ms;
constexpr std::chrono::milliseconds kPauseWhenNew = 3ms;

}  // namespace

EventHub::EventHub(TaskGroup& tasks, Store& store, redis::Client& blocking)
    : tasks_{tasks}, store_{store}, blocking_{blocking}, early_(store.partitions()) {
  store_.on_event = [this](v1::Event event, std::shared_ptr<const v1::Entry> entry) {
    if (!positions_.empty()) learn(std::move(event), std::move(entry));
  };
}

Task<Status> EventHub::start() {
  auto ends = co_await store_.log_ends();
  if (!ends.ok()) co_return std::move(ends).error();
  positions_ = *std::move(ends);
  tasks_.spawn("event tail", tail());
  co_return Status{};
}

std::shared_ptr<EventHub::Subscription> EventHub::subscribe() {
  auto subscription = std::make_shared<Subscription>(tasks_.executor());
  subscriptions_.push_back(subscription);
  return subscription;
}

Task<> EventHub::tail() {
  std::vector<std::string> names;
  for (std::uint16_t p = 0; p < positions_.size(); ++p) names.push_back(keys::in(p, "ev"));
  for (;;) {
    std::vector<std::string> after;
    for (const auto position : positions_) after.push_back(std::to_string(position) + "-0");
    std::vector<std::string_view> command{"XREAD", "COUNT", "500", "BLOCK", kBlockMs, "STREAMS"};
    command.insert(command.end(), names.begin(), names.end());
    command.insert(command.end(), after.begin(), after.end());
    auto reply = co_await blocking_.command(names.front(), command, kBlockTimeout);
    if (!reply.ok()) {
      co_await sleep_for(kRetryAfter);
      continue;
    }
    int unknown = 0;
    for (const auto& stream : reply->items()) {
      const auto name = stream[0].view();
      const auto open = name.find("{p");
      const auto partition = static_cast<std::uint16_t>(std::strtol(name.data() + open + 2, nullptr, 10));
      for (const auto& item : stream[1].items()) {
        if (learn(decode_event(partition, item), {})) ++unknown;
      }
    }
    if (reply->size() > 0) co_await sleep_for(unknown > 0 ? kPauseWhenNew : kPauseWhenNothingNew);
  }
}

bool EventHub::learn(v1::Event event, std::shared_ptr<const v1::Entry> entry) {
  const auto partition = static_cast<std::size_t>(event.partition());
  auto& position = positions_[partition];
  auto& early = early_[partition];
  const auto at = event.position();
  if (at <= position) return false;
  News news{std::make_shared<const v1::Event>(std::move(event)), std::move(entry)};
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
    if (subscription->events.size() <= 1 || subscription->overflowed) subscription->arrived.notify_all();
    return false;
  });
}

}  // namespace hark::conversation
