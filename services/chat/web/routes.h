#pragma once

#include "base/web/http_server.h"
#include "chat/web/chat_socket.h"

namespace hark::chat {

constexpr std::size_t kFrameBytesMax = 64U << 10;  // larger ones end the connection with 1009
constexpr std::size_t kOutboxBytesMax = 2U
                                        << 20;  // for a page that reads slowly; then it is closed with 4008

/// Chat's part of the process' HTTP server:
///
///   /ws/chat               the WebSocket
///   /chat/files...         see file_routes.h
///   GET /chat, /chat/...   the page and the script that sites embed
void add_routes(web::HttpServer& server, const ServiceSlot& slot, const Settings& settings);

}  // namespace hark::chat
