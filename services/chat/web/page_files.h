#pragma once

#include "base/web/http_message.h"

namespace hark::chat {

/// GET /chat and /chat/...: the page and the script that sites embed, which are part of the binary.
Task<web::HttpResponse> serve_page_file(web::HttpRequest request);

}  // namespace hark::chat
