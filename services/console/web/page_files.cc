#include "console/web/page_files.h"

#include <array>
#include <string>
#include <string_view>

#include "base/core/digest.h"
#include "console/web/page_embedded.h"

namespace hark::console {
namespace {

constexpr std::string_view kPrefix = "/console/";
constexpr std::string_view kScript = "text/javascript; charset=utf-8";

/// Our own scripts only, and no connection but to ourselves. Inline styles are for the customers' mails,
/// which are shown in a sandboxed frame that inherits this policy; images in them come as data: from their
/// attachments, never from outside, so that a sender does not learn when a mail is read.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct PageFile {
  std::string_view name;
  std::string_view type;
  std::string_view content;
  /// By gzip, made with the page; empty where it is not worth it.
  std::string_view compressed;
  std::string etag;
};

PageFile file(std::string_view name, std::string_view type, std::string_view content,
              std::string_view compressed = {}) {
  return {name, type, content, compressed, "\"" + sha256_hex(content).substr(0, 16) + "\""};
}

const std::array<PageFile, 4>& files() {
  static const std::array<PageFile, 4> all{
      file("", "text/html; charset=utf-8", page::index_html),
      file("style.css", "text/css; charset=utf-8", page::style_css, page::style_css_gz),
      file("icon.svg", "image/svg+xml", page::icon_svg),
      file("app.js", kScript, page::app_js, page::app_js_gz),
  };
  return all;
}

bool takes_gzip(const web::HttpRequest& request) {
  const auto accepted = request.header("accept-encoding");
  return accepted.find("gzip") != std::string_view::npos &&
         accepted.find("gzip;q=0") == std::string_view::npos;
}

}  // namespace

Task<web::HttpResponse> serve_page_file(web::HttpRequest request) {
  const auto name = std::string_view{request.path}.substr(kPrefix.size());
  for (const auto& file : files()) {
    if (file.name != name) continue;
    web::HttpResponse response;
    response.headers = {{"Cache-Control", "no-cache"},
                        {"ETag", file.etag},
                        {"Content-Security-Policy", std::string{kPagePolicy}},
                        {"Vary", "Accept-Encoding"}};
    if (request.header("if-none-match") == file.etag) {
      response.status = 304;
    } else {
      response.content_type = std::string{file.type};
      const bool compressed = !file.compressed.empty() && takes_gzip(request);
      if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
      response.body = std::string{compressed ? file.compressed : file.content};
    }
    co_return response;
  }
  co_return web::plain_response(404, "the console has no such file");
}

}  // namespace hark::console
