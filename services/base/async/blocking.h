#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <optional>

#include "base/async/notifier.h"

namespace hark {

template <class T>
Task<> keep_value(Task<T> task, std::optional<T>& value) {
  value.emplace(co_await std::move(task));
}

/// For main threads and tests: runs a task on an executor whose loop runs elsewhere, and waits for its value.
template <class T>
T block_on(const asio::any_io_executor& executor, Task<T> task) {
  std::optional<T> value;
  asio::co_spawn(executor, keep_value(std::move(task), value), asio::use_future).get();
  return *std::move(value);
}

/// Runs a function that blocks (files, password hashing) on a pool and resumes here with its value. The
/// function takes what it needs by value: if the waiting task is cancelled, it still runs to its end.
template <class Function>
auto run_blocking(asio::thread_pool& pool, Function function) -> Task<decltype(function())> {
  struct State {
    explicit State(const asio::any_io_executor& executor) : done{executor} {}
    Notifier done;
    std::optional<decltype(function())> value;
  };
  const auto executor = co_await asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  asio::post(pool, [state, executor, work = std::move(function)]() mutable {
    auto value = std::make_shared<decltype(work())>(work());
    asio::post(executor, [state, value] {
      state->value = std::move(*value);
      state->done.notify_all();
    });
  });
  while (!state->value) co_await state->done.wait();
  co_return std::move(*state->value);
}

}  // namespace hark
