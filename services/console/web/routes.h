#pragma once

#include <string>

#include "base/web/http_server.h"
#include "console/web/console_socket.h"

namespace hark::console {

struct RouteOptions {
  /// WebSockets of agents at once.
  std::size_t sockets_max = 1000;
  /// A public login that the sign-in form may show; empty unless this is a demo.
  std::string demo_login;
  std::string demo_password;
  /// Larger files are answered 413.
  std::size_t attachment_size_max = 16 * 1024 * 1024;
};

/// The console's part of the process' HTTP server:
///
///   GET    /                            to /console/
///   GET    /console/...                 the page and its files
///   GET    /console/info                what the sign-in form may show, as JSON
///   POST   /console/session             a session token (Authorization: Bearer) becomes a cookie for files
///   DELETE /console/session             takes the cookie back
///   POST   /console/attachments?name=&type=
///                                       takes a file in, for whoever is signed in
///   GET    /console/blob/<entry>/<blob>?name=&type=&size=&inlined=&inline=
///                                       an attachment or a raw message, for whoever is signed in
///   /ws/console                         the WebSocket
void add_routes(web::HttpServer& server, ServiceSlot slot, RouteOptions options);

}  // namespace hark::console
