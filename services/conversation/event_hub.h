#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/redis/client.h"
#include "conversation/redis/store.h"

namespace hark::conversation {

/// Hands each new event of all partitions to every subscriber of this process, in the order of the log.
///
/// Most events are this process's own doing: the store tells them as they become durable. One reader watches
/// the logs' ends for the rest: other processes' events, and those of scripts whose outcome nobody learned. A
/// subscriber that falls behind loses its place in memory, not in the log: it reads on from the store.
class EventHub {
 public:
  static constexpr std::size_t kQueuedEventsMax = 10'000;
  /// Events of a partition that wait for an earlier one to be known; those beyond are left to the tail.
  static constexpr std::size_t kEarlyEventsMax = 1'000;
  /// The least time from one waking of the subscribers to the next: what comes in between shares it.
  static constexpr std::chrono::milliseconds kWakeEvery{1};

  struct News {
    std::shared_ptr<v1::Event> event;  // shared by the subscriptions: whoever takes it last may have it
    /// Of an event of this process, where it is at hand; null otherwise.
    std::shared_ptr<const v1::Entry> entry;
  };

  /// One reader's live queue. Owned by the reader; unsubscribes when it goes away.
  struct Subscription {
    explicit Subscription(const asio::any_io_executor& executor) : arrived{executor} {}
    std::deque<News> events;
    bool overflowed = false;  // cleared by the reader when it has caught up from the store
    /// The store came back with older data: positions that were handed out are no more, or name other events.
    bool rewound = false;
    Notifier arrived;
  };

  /// `blocking` is a client with one connection that serves nothing else.
  EventHub(TaskGroup& tasks, Store& store, redis::Client& blocking);

  /// The store came back with older data (Subscription::rewound): what was remembered of it may be wrong.
  std::function<void()> on_older;

  /// Finds the ends of the logs and starts to tail.
  Task<Status> start();

  std::shared_ptr<Subscription> subscribe();

  /// Position up to which events of the partition have been handed out.
  [[nodiscard]] std::int64_t position(std::uint16_t partition) const { return positions_[partition]; }
  [[nodiscard]] const std::vector<std::int64_t>& positions() const { return positions_; }

 private:
  Task<> watch();
  /// Until a log has more than was handed out; false if the store could not say.
  Task<bool> something_new();
  Task<Result<std::vector<std::int64_t>>> ends();
  /// The logs may end before what was handed out up to `known`, if another copy of the store took over, or
  /// its files came from a backup. Then handing out goes on from there, and whoever reads is told.
  void notice_older(const std::vector<std::int64_t>& known, const std::vector<std::int64_t>& ends);
  /// Reads on in logs of these ends that nobody has told. False: there are none.
  Task<bool> read_untold(std::vector<std::int64_t> ends);
  /// Publishes the event if it is the next one of its partition, and those that waited for it. False: it was
  /// known.
  bool learn(v1::Event event, std::shared_ptr<const v1::Entry> entry);
  void publish(News news);
  Task<> wake_subscribers();

  TaskGroup& tasks_;
  Store& store_;
  redis::Client& blocking_;
  std::vector<std::string> logs_;  // keys, by partition
  std::vector<std::int64_t> positions_;
  /// By partition, then by position: what is known before everything that comes before it.
  std::vector<std::map<std::int64_t, News>> early_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
  bool untold_ = false;  // something was published since they were woken
  Notifier published_;
};

}  // namespace hark::conversation
