#include "base/config/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

namespace hark {
namespace {

constexpr std::size_t kNameBytesMax = 32;
constexpr std::size_t kLabelBytesMax = 63;  // RFC 1035 section 2.3.4
constexpr std::size_t kComparedBytesMax = 64;
constexpr std::size_t kNamesListedMax = 8;

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

bool is_ip_address(const std::string& text) {
  in6_addr room{};
  return ::inet_pton(AF_INET, text.c_str(), &room) == 1 || ::inet_pton(AF_INET6, text.c_str(), &room) == 1;
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

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (from[i - 1] == to[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[to.size()];
}

std::string nearest_name(std::string_view text, const std::set<std::string>& names) {
  if (text.size() > kComparedBytesMax) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(text.size() > 2 ? 2 : 1, text.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(lower(text), lower(name));
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

std::string no_such(std::string_view what, std::string_view name, std::string_view list,
                    const std::set<std::string>& names) {
  std::string out = "there " + std::string{what} + " '" + std::string{name} + "' in " + std::string{list};
  if (const std::string meant = nearest_name(name, names); !meant.empty())
    return out + "; did you mean '" + meant + "'?";
  if (names.empty()) return out + ", which is empty";
  if (names.size() > kNamesListedMax) return out;
  const char* before = ": ";
  for (const std::string& known : names) {
    (out += before) += known;
    before = ", ";
  }
  return out;
}

}  // namespace hark
