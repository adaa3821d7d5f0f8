#pragma once

#include <functional>
#include <memory>

#include "base/web/http_server.h"
#include "social/intake.h"

namespace hark::social {

constexpr std::size_t kRequestBytesMax = 3U << 20;  // Meta's largest; 413
constexpr std::size_t kRequestsMax = 128;           // at once, since each holds its body; 503

/// The service while it runs; null before and after.
using IntakeSlot = std::function<std::shared_ptr<Intake>()>;

/// Social's part of the process' HTTP server:
///
///   GET  /webhooks/<account id>   Meta's question whether we are who was configured
///   POST /webhooks/<account id>   what a network has to say; 2xx after it is durable
void add_routes(web::HttpServer& server, const IntakeSlot& slot, const Settings& settings);

}  // namespace hark::social
