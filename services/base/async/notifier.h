#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <tuple>

#include "base/async/task.h"

namespace hark {

/// Wakes coroutines that wait for a condition on the same single-threaded executor. Waiters re-check their
/// condition.
class Notifier {
 public:
  explicit Notifier(const asio::any_io_executor& executor) : timer_{executor} {
    timer_.expires_at(asio::steady_timer::time_point::max());
  }
  void notify_all() { timer_.cancel(); }
  /// Returns after the next notify_all(). (The timer's own coroutine: many wait for long, and one around it
  /// would cost each a frame.)
  Task<std::tuple<boost::system::error_code>> wait() { return timer_.async_wait(as_result); }

 private:
  asio::steady_timer timer_;
};

/// Waits for that long; ends early only by cancellation of the task.
Task<> sleep_for(std::chrono::milliseconds time);

}  // namespace hark
