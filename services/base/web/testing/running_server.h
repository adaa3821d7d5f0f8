#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "base/async/service_thread.h"
#include "base/web/http_server.h"

namespace hark::web::testing {

/// An HttpServer on a thread of its own and a port that the system chose; the test talks to it over real
/// sockets.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(HttpServer&)>& set_up, HttpServerOptions options = {}) {
    port_ = run([&]() -> std::uint16_t {
      server_.emplace(thread_.executor(), std::move(options));
      set_up(*server_);
      return server_->listen("127.0.0.1", 0).value();
    });
  }
  ~RunningServer() { stop(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] asio::any_io_executor executor() { return thread_.executor(); }
  HttpServer& server() { return *server_; }
  HttpServerStats stats() {
    return run([&] { return server_->stats(); });
  }

  /// Runs it on the server's thread and gives back what it returns.
  template <class Fn>
  auto run(Fn fn) -> decltype(fn()) {
    std::packaged_task<decltype(fn())()> task{std::move(fn)};
    auto result = task.get_future();
    asio::post(thread_.executor(), [&task] { task(); });
    return result.get();
  }

  /// Runs the coroutine on the server's thread to its end.
  template <class T>
  T await(Task<T> task) {
    return asio::co_spawn(thread_.executor(), std::move(task), asio::use_future).get();
  }

  void stop(std::chrono::milliseconds drain = std::chrono::milliseconds{5'000}) {
    if (!server_) return;
    await(server_->stop(drain));
    run([&] { server_.reset(); });
  }

 private:
  ServiceThread thread_{"web-test"};
  std::optional<HttpServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace hark::web::testing
