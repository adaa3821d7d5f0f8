#include "chat/web/routes.h"

#include "chat/core/origins.h"
#include "chat/web/file_routes.h"
#include "chat/web/page_files.h"

namespace hark::chat {
namespace {

/// Every origin of any account; which of them may use which chat is decided by hello.
std::vector<std::string> origins_of(const Settings& settings) {
  std::vector<std::string> all;
  for (const auto& [id, account] : settings.accounts)
    all.insert(all.end(), account.origins.begin(), account.origins.end());
  return all;
}

}  // namespace

void add_routes(web::HttpServer& server, const ServiceSlot& slot, const Settings& settings) {
  server.route({"GET", "/chat", serve_page_file});
  server.route({"GET", "/chat/*", serve_page_file});
  add_file_routes(server, slot, settings);
  web::WebSocketRoute socket;
  socket.path = "/ws/chat";
  socket.handler = [slot, behind_proxy = settings.behind_proxy](
                       std::shared_ptr<web::WebSocketSession> session, const web::HttpRequest& request) {
    return serve_chat_socket(slot, std::move(session), origin_of(request, behind_proxy));
  };
  socket.message_size_max = kFrameBytesMax;
  socket.outbox_size_max = kOutboxBytesMax;
  socket.sockets_max = settings.sockets_max;
  socket.origin_allowed = [origins = origins_of(settings)](const web::HttpRequest& request) {
    return web::same_origin(request) || origin_listed(origins, request.header("origin"));
  };
  server.websocket(std::move(socket));
}

}  // namespace hark::chat
