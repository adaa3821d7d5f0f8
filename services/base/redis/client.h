#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task.h"
#include "base/async/task_group.h"
#include "base/redis/endpoint.h"
#include "base/redis/reply.h"

namespace hark::redis {

using Args = std::span<const std::string_view>;

constexpr std::chrono::milliseconds kCommandTimeout{5'000};
constexpr std::size_t kUnsentBytesMax = 64U << 20;  // per connection; more is refused OVERLOADED

/// A Lua script: the text, named by its digest on the wire. Made once at start.
struct Script {
  explicit Script(std::string_view name, std::string source);
  std::string name;
  std::string source;
  std::string sha1;
};

/// Redis for the coroutines of one service thread.
///
/// Commands of concurrent coroutines are pipelined, so that one fsync of the server and one system call serve
/// many: on one connection, and on a further one while that has much to do. A lost connection is re-made with
/// back-off; a command that was not yet sent waits for it within its own deadline (STORE_UNAVAILABLE), one
/// that was sent fails with OUTCOME_UNKNOWN: retry it by its idempotency key.
///
/// Every call names the key that decides the place, so that the same interface serves a cluster.
class Client {
 public:
  struct Options {
    Endpoint endpoint;
    std::string password;
    int connections = 4;
    /// For connecting, TLS and the password together; then it is tried again.
    std::chrono::milliseconds connect_within{5'000};
    /// Told when a connection is lost or re-made, for the log.
    std::function<void(std::string_view what)> on_change;
  };

  Client(asio::any_io_executor executor, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `key` places the command; `args` is the whole command with its name. Arguments must live until the call
  /// returns.
  Task<Result<Reply>> command(std::string_view key, Args args,
                              std::chrono::milliseconds timeout = kCommandTimeout);

  /// Runs a script whose keys all carry the hash tag of the first.
  Task<Result<Reply>> eval(const Script& script, Args keys, Args args,
                           std::chrono::milliseconds timeout = kCommandTimeout);

  /// Ends the connections. What was sent and not answered fails with OUTCOME_UNKNOWN.
  Task<> close();

 private:
  class Connection;
  Connection& pick(std::string_view key);

  TaskGroup tasks_;
  Options options_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t next_ = 0;
};

}  // namespace hark::redis
