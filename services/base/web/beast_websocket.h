#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include "base/web/connection.h"

namespace hark::web {

/// A connection whose client asked for a WebSocket where there is one.
struct Upgrade {
  boost::beast::tcp_stream stream;
  boost::beast::http::request<boost::beast::http::empty_body> head;  // as Beast parsed it
  HttpRequest request;
  WebSocketRoute& route;
};

/// Takes the connection over and serves it to its end.
Task<> serve_websocket(Upgrade upgrade, ServerState& state);

}  // namespace hark::web
