#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/async/task_group.h"
#include "base/redis/client.h"
#include "base/redis/private_server.h"

namespace hark::testing {

/// A test with a real, empty Redis of its own on a unix socket, and an event loop that the test drives.
class RedisTest : public ::testing::Test {
 protected:
  RedisTest();
  ~RedisTest() override;

  redis::Client& client() { return *client_; }
  TaskGroup& tasks() { return *tasks_; }
  asio::any_io_executor executor() { return context_.get_executor(); }
  [[nodiscard]] std::string url() const { return server_->url(); }

  /// Runs the loop until every spawned task has ended; fails the test after a minute.
  void run_until_idle();

  /// What a task returns, once it and all others have ended.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    tasks().spawn("call", keep(std::move(task), out));
    run_until_idle();
    return *std::move(out);
  }
  /// For tasks that are to run beside each other: spawn() each, then run_until_idle().
  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }

  void kill_server();   // SIGKILL
  void start_server();  // on the same files

 private:
  std::filesystem::path folder_;
  asio::io_context context_{1};
  std::optional<redis::PrivateServer> server_;
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<TaskGroup> tasks_;
};

}  // namespace hark::testing
