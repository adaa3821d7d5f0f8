#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "base/async/task.h"

namespace hark {

/// Owns coroutines: every one that is spawned can be cancelled and is awaited before its owner goes away.
///
/// Lives on one single-threaded executor; spawn(), cancel() and wait() are called there. A task that ends
/// with an exception other than its own cancellation is a defect: it is reported through the handler and the
/// group goes on.
class TaskGroup {
 public:
  using OnFailure = std::function<void(std::string_view task, std::string_view what)>;

  explicit TaskGroup(asio::any_io_executor executor, OnFailure on_failure = {});
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts the task on the group's executor. After cancel() new tasks are dropped unstarted.
  void spawn(std::string_view name, Task<> task);

  /// Asks every task to end: its current operation completes with operation_aborted. Idempotent.
  void cancel();

  /// Returns when no task is left.
  Task<> wait();

  [[nodiscard]] std::size_t size() const { return running_.size(); }
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

 private:
  struct Running {
    std::string name;
    asio::cancellation_signal signal;
  };

  asio::any_io_executor executor_;
  OnFailure on_failure_;
  std::list<Running> running_;
  asio::steady_timer idle_;
  bool cancelled_ = false;
};

}  // namespace hark
