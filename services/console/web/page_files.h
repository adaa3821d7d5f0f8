#pragma once

#include "base/web/http_message.h"

namespace hark::console {

/// GET /console/...: the page's files, which are part of the binary. Revalidated by ETag on every load, so
/// that a page never runs with the scripts of another version.
Task<web::HttpResponse> serve_page_file(web::HttpRequest request);

}  // namespace hark::console
