#pragma once

#include "base/web/http_server.h"
#include "chat/web/chat_socket.h"

namespace hark::chat {

/// Uploads whose bodies are read at once; more are answered 503.
constexpr std::size_t kUploadsMax = 32;
/// Downloads under way at once; more are answered 503.
constexpr std::size_t kDownloadsMax = 128;

/// What visitors send and get beside the WebSocket, with `Authorization: Bearer <visitor token>`:
///
///   POST /chat/files?name=a.png            the body is the file; answers ChatFile as JSON, to be put into a
///                                          message
///   GET  /chat/files/<offset>/<index>      a file of an item that this visitor may see
///   OPTIONS                                tells browsers which origins may do that
void add_file_routes(web::HttpServer& server, const ServiceSlot& slot, const Settings& settings);

}  // namespace hark::chat
