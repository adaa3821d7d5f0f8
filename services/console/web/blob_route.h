#pragma once

#include <memory>

#include "base/web/http_message.h"
#include "console/service.h"

namespace hark::console {

/// Answers GET /console/blob/... for somebody who is signed in: 400 for a broken address, 404 for a blob that
/// is not there, 503 if it cannot be had now. The bytes are streamed; a failure on the way breaks the
/// download off.
Task<web::HttpResponse> serve_blob(std::shared_ptr<ConsoleService> service, web::HttpRequest request);

}  // namespace hark::console
