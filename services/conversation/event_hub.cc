#include "conversation/event_hub.h"

#include "conversation/redis/keys.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBlockMs = "5000";
constexpr std::chrono::milliseconds kBlockTimeout = 8s;  // longer than the server blocks
constexpr std::chrono::milliseconds kRetryAfter = 100ms;
/// While events flow, they are gathered this long: a read names every partition, and costs the store more
/// than a message does. The first event after silence is not held up.
constexpr std::chrono::milliseconds kGatherFor = 3ms;

}  // namespace

EventHub::EventHub(TaskGroup& tasks, Store& store, redis::Client& blocking)
    : tasks_{tasks}, store_{store}, blocking_{blocking} {}

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
    for (const auto& stream : reply->items()) {
      const auto name = stream[0].view();
      const auto open = name.find("{p");
      const auto partition = static_cast<std::uint16_t>(std::strtol(name.data() + open + 2, nullptr, 10));
      for (const auto& item : stream[1].items()) publish(decode_event(partition, item));
    }
    if (reply->size() > 0) co_await sleep_for(kGatherFor);
  }
}

void EventHub::publish(v1::Event event) {
  positions_[static_cast<std::size_t>(event.partition())] = event.position();
  const auto shared = std::make_shared<const v1::Event>(std::move(event));
  std::erase_if(subscriptions_, [&](const std::weak_ptr<Subscription>& weak) {
    const auto subscription = weak.lock();
    if (!subscription) return true;
    if (subscription->overflowed) return false;
    if (subscription->events.size() >= kQueuedEventsMax) {
      subscription->events.clear();
      subscription->overflowed = true;
    } else {
      subscription->events.push_back(shared);
    }
    if (subscription->events.size() <= 1 || subscription->overflowed) subscription->arrived.notify_all();
    return false;
  });
}

}  // namespace hark::conversation
