#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace hark::email {

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return contains(text, part); });
}

/// Takes the next line off the front of `text`, without its LF and CR.
constexpr std::string_view take_line(std::string_view& text) {
  const auto lf = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, lf);
  text.remove_prefix(std::min(lf + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace hark::email
