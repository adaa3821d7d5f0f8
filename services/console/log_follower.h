#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/async/follower.h"
#include "console/core/log_place.h"
#include "console/ports.h"

namespace hark::console {

/// Follows the event log and misses nothing of it: after each break it goes on where it was, and in a log
/// that is another one than before, by time. Each event at least once, in order per partition. Lives on the
/// console's executor.
class LogFollower {
 public:
  using OnEvent = std::function<void(const v1::Event&)>;

  LogFollower(asio::any_io_executor executor, EventPort& events, BackOff pauses)
      : events_{events}, follower_{std::move(executor), pauses} {}

  /// `types` empty: all.
  void start(TimePoint since, std::vector<v1::EventType> types, OnEvent on_event);
  void stop() { follower_.stop(); }

 private:
  [[nodiscard]] v1::SubscribeRequest from_here() const;
  void take(const v1::SubscribeResponse& batch);
  void on_end(const Status& status);

  EventPort& events_;
  std::optional<LogPlace> place_;
  std::vector<v1::EventType> types_;
  OnEvent on_event_;
  Follower<EventStream> follower_;
};

}  // namespace hark::console
