#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <list>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/web/http_server.h"

namespace hark::web {

/// One connection as the server sees it when it goes down.
class OpenConnection {
 public:
  virtual ~OpenConnection() = default;
  /// Closes now if nothing is under way, otherwise after the present request; a WebSocket is closed with
  /// 1012.
  virtual void wind_down() = 0;
};

/// What all connections of one server share.
struct ServerState {
  ServerState(asio::any_io_executor executor, HttpServerOptions server_options)
      : options{std::move(server_options)}, tasks{executor, options.on_failure}, ended{executor} {}

  void report(std::string_view where, std::string_view what) const {
    if (options.on_failure) options.on_failure(where, what);
  }

  HttpServerOptions options;
  RouteTable routes;
  TaskGroup tasks;
  std::list<OpenConnection*> connections;
  /// Notified whenever a connection has ended.
  Notifier ended;
  HttpServerStats stats;
  bool stopping = false;
};

/// Serves one accepted socket until either side closes it. `state` outlives it.
Task<> serve_connection(asio::ip::tcp::socket socket, ServerState& state);

}  // namespace hark::web
