#pragma once

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"

namespace hark {
namespace detail {

/// However the task ends: whoever waits for all of them is to go on.
struct CountDown {
  std::size_t& left;
  Notifier& ended;
  ~CountDown() {
    if (--left == 0) ended.notify_all();
  }
};

template <class T>
Task<> keep_result(Task<T> task, std::optional<T>& result, std::size_t& left, Notifier& ended) {
  const CountDown count_down{left, ended};
  result = co_await std::move(task);
}

}  // namespace detail

/// Runs the tasks side by side: what each returned, in their order, when the last one has ended. Cancelled,
/// it cancels them and waits for them. The tasks throw nothing but their own cancellation; how many there may
/// be is for the caller to limit.
template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<std::optional<T>> results(tasks.size());
  std::size_t left = tasks.size();
  Notifier ended{executor};
  TaskGroup group{executor};
  for (std::size_t i = 0; i < tasks.size(); ++i)
    group.spawn("one of all", detail::keep_result(std::move(tasks[i]), results[i], left, ended));
  // Cancelled or not, none of them may be left running.
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancelled = [](asio::cancellation_state state) {
    return state.cancelled() != asio::cancellation_type::none;
  };
  while (left > 0 && !cancelled(co_await asio::this_coro::cancellation_state)) co_await ended.wait();
  const bool stopped = left > 0;
  if (stopped) group.cancel();
  co_await group.wait();
  co_await asio::this_coro::throw_if_cancelled(true);
  if (stopped) throw boost::system::system_error{asio::error::operation_aborted};
  std::vector<T> out;
  out.reserve(results.size());
  for (auto& result : results) {
    if (!result) throw std::logic_error{"one of all() threw"};
    out.push_back(*std::move(result));
  }
  co_return out;
}

}  // namespace hark
