#include "base/web/static_files.h"

#include <algorithm>

#include "base/core/digest.h"

namespace hark::web {

namespace {

bool takes_gzip(const HttpRequest& request) {
  const auto accepted = request.header("accept-encoding");
  return accepted.find("gzip") != std::string_view::npos &&
         accepted.find("gzip;q=0") == std::string_view::npos;
}

}  // namespace

void StaticFiles::add(std::string_view name, std::string_view type, std::string_view content,
                      std::string_view compressed) {
  files_.push_back({name, type, content, compressed, "\"" + sha256_hex(content).substr(0, 16) + "\""});
}

HttpResponse StaticFiles::answer(const HttpRequest& request) const {
  const std::string_view path = request.path;
  const auto name = path.size() > prefix_.size() ? path.substr(prefix_.size()) : std::string_view{};
  const auto file = std::ranges::find(files_, name, &File::name);
  if (file == files_.end()) return plain_response(404, "there is no such file");
  HttpResponse response;
  response.headers = headers_;
  response.headers.push_back({"Cache-Control", "no-cache"});
  response.headers.push_back({"ETag", file->etag});
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (request.header("if-none-match") == file->etag) {
    response.status = 304;
  } else {
    response.content_type = std::string{file->type};
    const bool compressed = !file->compressed.empty() && takes_gzip(request);
    if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
    response.body = std::string{compressed ? file->compressed : file->content};
  }
  return response;
}

}  // namespace hark::web
