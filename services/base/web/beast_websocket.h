#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <memory>

#include "base/web/connection.h"

namespace hark::web {

/// A connection whose client asked for a WebSocket where there is one.
struct Upgrade {
  asio::ip::tcp::socket socket;
  boost::beast::http::request<boost::beast::http::empty_body> head;  // as Beast parsed it
  HttpRequest request;
  WebSocketRoute& route;
};

/// Takes the connection over and serves it to its end.
Task<> serve_websocket(std::unique_ptr<Upgrade> upgrade, ServerState& state);

}  // namespace hark::web
