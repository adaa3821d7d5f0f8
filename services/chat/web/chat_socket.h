#pragma once

#include <functional>
#include <memory>

#include "base/web/http_message.h"
#include "base/web/websocket.h"
#include "chat/service.h"

namespace hark::chat {

/// The service that serves now; null before start and after stop. A handler keeps what it got for as long as
/// it runs.
using ServiceSlot = std::function<std::shared_ptr<ChatService>()>;

/// Where a request comes from. Behind a proxy, the address is the last one that it wrote into
/// X-Forwarded-For.
Origin origin_of(const web::HttpRequest& request, bool behind_proxy);

/// One page's WebSocket, from its opening to its end: JSON to the service, the service's frames back as JSON.
Task<> serve_chat_socket(ServiceSlot slot, std::shared_ptr<web::WebSocketSession> socket, Origin origin);

}  // namespace hark::chat
