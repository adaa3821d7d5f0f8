#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/web/http_message.h"
#include "base/web/websocket.h"

namespace hark::web {

using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;
/// Serves a session until the coroutine ends. The request that opened it is there until the handler has
/// returned its coroutine, which takes along what it needs: a session lives long, and headers are not small.
using WebSocketHandler = std::function<Task<>(std::shared_ptr<WebSocketSession>, const HttpRequest&)>;
/// May this request open the socket? It is asked before anything else of it is looked at.
using OriginCheck = std::function<bool(const HttpRequest&)>;
/// What is wrong with a request, by its headers alone; nothing: its body may be read.
using HeaderCheck = std::function<std::optional<HttpResponse>(const HttpRequest&)>;

struct HttpRoute {
  std::string method;
  /// Exact, or a prefix if it ends in "/*".
  std::string path;
  HttpHandler handler;
  /// Larger bodies are answered 413.
  std::size_t body_size_max = 64 * 1024;
  /// Asked before the body is read: keeps strangers from filling the memory.
  HeaderCheck refuse = {};
  /// Requests read and answered at once, since each holds its body; more are answered 503. 0: any number.
  std::size_t requests_max = 0;

  mutable std::size_t requests_now = 0;
};

struct WebSocketRoute {
  /// Exact.
  std::string path;
  WebSocketHandler handler;
  /// Larger messages end the session with 1009.
  std::size_t message_size_max = 512 * 1024;
  /// What may wait for a client that reads slowly.
  std::size_t outbox_size_max = 1024 * 1024;
  /// Sessions at once; more are answered 503.
  std::size_t sockets_max = 4096;
  OriginCheck origin_allowed = same_origin;

  std::size_t sockets_now = 0;
};

/// Which handler a request is for. An exact path beats a prefix, a longer prefix beats a shorter one; GET
/// routes serve HEAD as well. Not thread-safe; filled before the server listens.
class RouteTable {
 public:
  void add(HttpRoute route);
  void add(WebSocketRoute route);

  struct Match {
    /// Null: no route serves this method here.
    const HttpRoute* route = nullptr;
    /// Methods that the path does serve, as in an Allow header; empty: nothing lives there (404).
    std::string allow;
  };
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;
  [[nodiscard]] WebSocketRoute* find_websocket(std::string_view path);

 private:
  std::vector<HttpRoute> routes_;
  std::vector<std::unique_ptr<WebSocketRoute>> websockets_;
};

}  // namespace hark::web
