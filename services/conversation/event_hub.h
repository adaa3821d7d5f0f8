#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/redis/client.h"
#include "conversation/redis/store.h"

namespace hark::conversation {

/// Tails the event logs of all partitions with one blocking reader and hands each new event to every
/// subscriber of this process. A subscriber that falls behind loses its place in memory, not in the log: it
/// reads on from the store.
class EventHub {
 public:
  static constexpr std::size_t kQueuedEventsMax = 10'000;

  /// One reader's live queue. Owned by the reader; unsubscribes when it goes away.
  struct Subscription {
    explicit Subscription(const asio::any_io_executor& executor) : arrived{executor} {}
    std::deque<std::shared_ptr<const v1::Event>> events;
    bool overflowed = false;  // cleared by the reader when it has caught up from the store
    Notifier arrived;
  };

  /// `blocking` is a client with one connection that serves nothing else.
  EventHub(TaskGroup& tasks, Store& store, redis::Client& blocking);

  /// Finds the ends of the logs and starts to tail.
  Task<Status> start();

  std::shared_ptr<Subscription> subscribe();

  /// Position up to which events of the partition have been handed out.
  [[nodiscard]] std::int64_t position(std::uint16_t partition) const { return positions_[partition]; }
  [[nodiscard]] const std::vector<std::int64_t>& positions() const { return positions_; }

 private:
  Task<> tail();
  void publish(v1::Event event);

  TaskGroup& tasks_;
  Store& store_;
  redis::Client& blocking_;
  std::vector<std::int64_t> positions_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
};

}  // namespace hark::conversation
