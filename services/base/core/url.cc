#include "base/core/url.h"

namespace hark {

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool leads_out = text == "." || text == "..";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_' || c == '~' || (c == '.' && !leads_out);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

bool is_at(std::string_view url, std::string_view base) {
  const auto scheme_end = base.find("://");
  if (scheme_end == base.npos) return false;
  const auto origin = base.substr(0, base.find('/', scheme_end + 3));
  if (!url.starts_with(origin)) return false;
  return url.size() == origin.size() || url[origin.size()] == '/' || url[origin.size()] == '?';
}

std::string host_and_port(std::string_view host, int port) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return (ipv6 ? "[" + std::string{host} + "]" : std::string{host}) + ":" + std::to_string(port);
}

}  // namespace hark
