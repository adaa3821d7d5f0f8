// Targets, queries and cookies as strangers send them: nothing crashes, and what is accepted is safe to use.
#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "base/web/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::web;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto target = parse_target(text); target.ok()) {
    HARK_CHECK(target->path.starts_with('/'));
    for (const char c : target->path) HARK_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
  HttpRequest request;
  request.query = std::string{text};
  request.headers = {{"Cookie", std::string{text}}, {"Origin", std::string{text}}, {"Host", "hark.example"}};
  static_cast<void>(request.query_value("name"));
  static_cast<void>(request.cookie("hark_session"));
  if (same_origin(request)) HARK_CHECK(text.find("://") != std::string_view::npos);
  return 0;
}
