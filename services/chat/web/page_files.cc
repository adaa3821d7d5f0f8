#include "chat/web/page_files.h"

#include "base/web/static_files.h"
#include "chat/web/page_embedded.h"

namespace hark::chat {
namespace {

/// Our own script and style only, and no connection but to ourselves. A site that wants the chat on its own
/// pages embeds the script.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

web::StaticFiles page_files() {
  // Other sites embed the script; its answer says nothing about who asks.
  web::StaticFiles files{"/chat/",
                         {{"Content-Security-Policy", std::string{kPagePolicy}},
                          {"Cross-Origin-Resource-Policy", "cross-origin"}}};
  files.add("", "text/html; charset=utf-8", page::index_html);
  files.add("page.css", "text/css; charset=utf-8", page::page_css, page::page_css_gz);
  files.add("chat.js", "text/javascript; charset=utf-8", page::chat_js, page::chat_js_gz);
  return files;
}

}  // namespace

Task<web::HttpResponse> serve_page_file(web::HttpRequest request) {
  static const auto files = page_files();
  co_return files.answer(request);
}

}  // namespace hark::chat
