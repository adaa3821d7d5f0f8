#include "console/web/page_files.h"

#include <string>
#include <string_view>

#include "base/web/static_files.h"
#include "console/web/page_embedded.h"

namespace hark::console {
namespace {

constexpr std::string_view kScript = "text/javascript; charset=utf-8";

/// Our own scripts only, and no connection but to ourselves. Inline styles are for the customers' mails,
/// which are shown in a sandboxed frame that inherits this policy; images in them come as data: from their
/// attachments, never from outside, so that a sender does not learn when a mail is read.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Of the one page that shows a mail with its pictures from outside, once the agent has asked for them: it
/// has no origin, and so nothing of the console's.
constexpr std::string_view kViewerPolicy =
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "script-src 'self'; style-src 'unsafe-inline'; img-src data: http: https:; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

web::StaticFiles viewer_files() {
  // Without an origin, the page is a stranger to its own script.
  web::StaticFiles files{"/console/",
                         {{"Content-Security-Policy", std::string{kViewerPolicy}},
                          {"Cross-Origin-Resource-Policy", "cross-origin"}}};
  files.add("viewer.html", "text/html; charset=utf-8", page::viewer_html);
  files.add("viewer.js", kScript, page::viewer_js, page::viewer_js_gz);
  return files;
}

web::StaticFiles page_files() {
  web::StaticFiles files{"/console/", {{"Content-Security-Policy", std::string{kPagePolicy}}}};
  files.add("", "text/html; charset=utf-8", page::index_html);
  files.add("style.css", "text/css; charset=utf-8", page::style_css, page::style_css_gz);
  files.add("icon.svg", "image/svg+xml", page::icon_svg);
  files.add("app.js", kScript, page::app_js, page::app_js_gz);
  return files;
}

}  // namespace

Task<web::HttpResponse> serve_page_file(web::HttpRequest request) {
  static const auto viewer = viewer_files();
  if (request.path.starts_with("/console/viewer.")) co_return viewer.answer(request);
  static const auto files = page_files();
  co_return files.answer(request);
}

}  // namespace hark::console
