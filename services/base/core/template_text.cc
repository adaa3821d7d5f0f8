#include "base/core/template_text.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "base/core/check.h"
#include "base/core/invalid.h"

namespace hark {
namespace {

constexpr std::size_t kNameBytesMax = 32;
constexpr int kNumberMax = 99;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_named(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

/// 0 for what is no number from 1 up.
int number_of(std::string_view name) {
  int number = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc{} && stop == name.data() + name.size() && name[0] != '0';
  return whole && number > 0 && number <= kNumberMax ? number : 0;
}

/// Calls `text_piece` and `placeholder` in turn; false if braces have no end.
bool walk(std::string_view text, const std::function<void(std::string_view)>& text_piece,
          const std::function<void(std::string_view)>& placeholder) {
  for (;;) {
    const auto open = text.find("{{");
    text_piece(text.substr(0, open));
    if (open == std::string_view::npos) return true;
    const auto close = text.find("}}", open);
    if (close == std::string_view::npos) return false;
    placeholder(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 2);
  }
}

}  // namespace

Result<std::vector<std::string>> placeholders_of(std::string_view text) {
  std::vector<std::string> found;
  const bool closed = walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        if (std::ranges::find(found, name) == found.end()) found.emplace_back(name);
      });
  if (!closed) return invalid("'{{' has no '}}'");
  const auto numbers = std::ranges::count_if(found, [](const auto& name) { return number_of(name) > 0; });
  if (numbers == 0) {
    for (const auto& name : found) {
      if (!is_named(name))
        return invalid("{{" + name + "}} is no placeholder; write it like {{1}} or {{order}}");
    }
    return found;
  }
  if (numbers != std::ssize(found))
    return invalid("placeholders are either all numbers or all names of a-z, 0-9 and '_'");
  std::ranges::sort(found, {}, &number_of);
  if (number_of(found.back()) != numbers) return invalid("placeholders are numbered from {{1}} without gaps");
  return found;
}

std::string fill_in(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string out;
  const bool closed = walk(
      text, [&](std::string_view piece) { out += piece; },
      [&](std::string_view name) {
        const auto value = values.find(name);
        HARK_CHECK(value != values.end());
        out += value->second;
      });
  HARK_CHECK(closed);
  return out;
}

}  // namespace hark
