#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <functional>
#include <memory>

#include "base/web/connection.h"

namespace hark::web {

/// Takes over a connection that asked to become a WebSocket and serves it to its end. `upgrade` is the
/// request as Beast parsed it; `opened` is given the session before its handler runs, and null when it has
/// ended.
Task<> serve_websocket(boost::beast::tcp_stream stream,
                       boost::beast::http::request<boost::beast::http::empty_body> upgrade,
                       HttpRequest request, WebSocketRoute& route, ServerState& state,
                       std::function<void(WebSocketSession*)> opened);

}  // namespace hark::web
