#include "base/config/names.h"

#include <algorithm>
#include <charconv>

namespace hark {
namespace {

constexpr std::size_t kNameBytesMax = 32;
constexpr std::size_t kLabelBytesMax = 63;  // RFC 1035 section 2.3.4

}  // namespace

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }
bool is_wide(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && is_lower_or_digit(text.front()) &&
         std::ranges::all_of(text,
                             [](char c) { return is_lower_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty() || label.size() > kLabelBytesMax || label.front() == '-' || label.back() == '-')
      return false;
    if (!std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-' || is_wide(c); }))
      return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && stop == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_endpoint(std::string_view text, bool port_required) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    if (!std::ranges::all_of(text.substr(1, close - 1),
                             [](char c) { return is_alnum(c) || c == ':' || c == '.'; }))
      return false;
    text.remove_prefix(close + 1);
    if (text.empty()) return !port_required;
    return text.front() == ':' && is_port(text.substr(1));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return !port_required && is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace hark
