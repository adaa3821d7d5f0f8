#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/web/routes.h"

namespace hark::web {

/// Of a body, both ways: what has to pass within one timeout. A line that carries less than about a kilobyte
/// in a second is given up, and whoever drips bytes on purpose holds a connection no longer than that.
constexpr std::size_t kBodyPieceSize = 64 * 1024;

/// Limits of one server. What happens at each: see the field.
struct HttpLimits {
  /// TCP connections at once; further ones are answered 503 and closed.
  std::size_t connections_max = 8192;
  /// Request line and headers together; 431.
  std::size_t header_size_max = 16 * 1024;
  /// From the first byte of a request to the end of its headers; closed.
  std::chrono::milliseconds header_timeout{10'000};
  /// For each kBodyPieceSize of the body, or what is less at its end; closed. However large the file and slow
  /// the line, it comes through as long as its bytes keep coming.
  std::chrono::milliseconds body_timeout{60'000};
  /// Between requests on a kept connection; closed quietly.
  std::chrono::milliseconds idle_timeout{60'000};
  /// For each kBodyPieceSize of a response; closed.
  std::chrono::milliseconds write_timeout{60'000};
  /// A WebSocket that has been silent for this long is pinged; after twice this long it is dropped.
  std::chrono::milliseconds ping_interval{25'000};
  /// For a WebSocket's client to take what is queued and answer our close; then its socket is cut.
  std::chrono::milliseconds close_timeout{5'000};
};

struct HttpServerOptions {
  HttpLimits limits;
  /// Told about handlers that threw (defects) and about trouble with the listening socket.
  std::function<void(std::string_view where, std::string_view what)> on_failure;
};

/// Counts since the start, and what is there now.
struct HttpServerStats {
  std::uint64_t requests_total = 0;
  std::uint64_t refused_total = 0;  // 503 for want of room
  std::uint64_t slow_closed_total = 0;
  std::size_t connections_now = 0;
  std::size_t websockets_now = 0;
};

/// HTTP/1.1 and WebSockets, in the clear: TLS is for the proxy in front of it.
///
/// Lives on one single-threaded executor, where all handlers run; every method is called there. Order of
/// calls: routes, listen(), stop(), destruction. A handler that throws is answered 500 (or 1011) and
/// reported; the server goes on.
class HttpServer {
 public:
  explicit HttpServer(asio::any_io_executor executor, HttpServerOptions options = {});
  /// Only after stop(), or if it never listened.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void route(HttpRoute route);
  void websocket(WebSocketRoute route);

  /// Binds and starts to accept; port 0 lets the system choose. Returns the port. Errors: INVALID_FIELD for a
  /// host that is no IP address, INTERNAL with the system's words if the port cannot be had.
  Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);

  /// Stops accepting, closes WebSockets with 1012 and idle connections, lets requests under way finish for as
  /// long as `drain`, then cancels the rest and waits for it.
  Task<> stop(std::chrono::milliseconds drain);

  [[nodiscard]] HttpServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hark::web
