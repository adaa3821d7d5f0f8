#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/web/websocket.h"
#include "console/service.h"

namespace hark::console {

/// The service that serves now; null before start and after stop. A handler keeps what it got for as long as
/// it runs.
using ServiceSlot = std::function<std::shared_ptr<ConsoleService>()>;

/// One page's WebSocket, from its opening to its end: JSON to the service, the service's frames back as JSON.
Task<> serve_console_socket(ServiceSlot slot, std::shared_ptr<web::WebSocketSession> socket,
                            std::string remote_address);

}  // namespace hark::console
