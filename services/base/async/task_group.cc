#include "base/async/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "base/core/check.h"

namespace hark {

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure)
    : executor_{std::move(executor)}, on_failure_{std::move(on_failure)}, idle_{executor_} {
  idle_.expires_at(asio::steady_timer::time_point::max());
}

TaskGroup::~TaskGroup() { HARK_CHECK(running_.empty()); }

void TaskGroup::spawn(std::string_view name, Task<> task) {
  if (cancelled_) return;
  const auto running = running_.emplace(running_.end());
  running->name = name;
  asio::co_spawn(
      executor_, std::move(task),
      asio::bind_cancellation_slot(running->signal.slot(), [this, running](std::exception_ptr failure) {
        if (failure) {
          try {
            std::rethrow_exception(failure);
          } catch (const boost::system::system_error& e) {
            if (e.code() != asio::error::operation_aborted && on_failure_)
              on_failure_(running->name, e.what());
          } catch (const std::exception& e) {
            if (on_failure_) on_failure_(running->name, e.what());
          }
        }
        running_.erase(running);
        if (running_.empty()) idle_.cancel();
      }));
}

void TaskGroup::cancel() {
  cancelled_ = true;
  // A cancelled task may end at once and erase itself, so step on before emitting.
  for (auto it = running_.begin(); it != running_.end();) {
    const auto current = it++;
    current->signal.emit(asio::cancellation_type::terminal);
  }
}

Task<> TaskGroup::wait() {
  while (!running_.empty()) co_await idle_.async_wait(as_result);
}

}  // namespace hark
