#include "email/core/html_style.h"

#include <algorithm>
#include <array>

#include "email/core/ascii.h"

namespace hark::email {
namespace {

constexpr auto kStyleProperties = std::to_array<std::string_view>({"background-color",
                                                                   "border",
                                                                   "border-bottom",
                                                                   "border-bottom-color",
                                                                   "border-bottom-style",
                                                                   "border-bottom-width",
                                                                   "border-collapse",
                                                                   "border-color",
                                                                   "border-left",
                                                                   "border-left-color",
                                                                   "border-left-style",
                                                                   "border-left-width",
                                                                   "border-radius",
                                                                   "border-right",
                                                                   "border-right-color",
                                                                   "border-right-style",
                                                                   "border-right-width",
                                                                   "border-spacing",
                                                                   "border-style",
                                                                   "border-top",
                                                                   "border-top-color",
                                                                   "border-top-style",
                                                                   "border-top-width",
                                                                   "border-width",
                                                                   "clear",
                                                                   "color",
                                                                   "direction",
                                                                   "display",
                                                                   "float",
                                                                   "font",
                                                                   "font-family",
                                                                   "font-size",
                                                                   "font-style",
                                                                   "font-variant",
                                                                   "font-weight",
                                                                   "height",
                                                                   "letter-spacing",
                                                                   "line-height",
                                                                   "list-style-type",
                                                                   "margin",
                                                                   "margin-bottom",
                                                                   "margin-left",
                                                                   "margin-right",
                                                                   "margin-top",
                                                                   "max-width",
                                                                   "min-width",
                                                                   "overflow-wrap",
                                                                   "padding",
                                                                   "padding-bottom",
                                                                   "padding-left",
                                                                   "padding-right",
                                                                   "padding-top",
                                                                   "table-layout",
                                                                   "text-align",
                                                                   "text-decoration",
                                                                   "text-indent",
                                                                   "text-transform",
                                                                   "unicode-bidi",
                                                                   "vertical-align",
                                                                   "white-space",
                                                                   "width",
                                                                   "word-break",
                                                                   "word-spacing",
                                                                   "word-wrap"});
static_assert(std::ranges::is_sorted(kStyleProperties));

// Colour functions are the only ones.
bool functions_are_safe(std::string_view value) {
  for (std::size_t at = value.find('('); at != std::string_view::npos; at = value.find('(', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && (ascii_alpha(value[begin - 1]) || value[begin - 1] == '-')) --begin;
    const std::string name = ascii_lowered(value.substr(begin, at - begin));
    if (name != "rgb" && name != "rgba" && name != "hsl" && name != "hsla") return false;
  }
  return true;
}

bool style_value_is_safe(std::string_view property, std::string_view value) {
  constexpr std::size_t kValueBytesMax = 200;
  if (value.empty() || value.size() > kValueBytesMax) return false;
  for (const char c : value) {
    const bool plain = ascii_alpha(c) || ascii_digit(c) ||
                       std::string_view{" #%.,()'\"-!+"}.find(c) != std::string_view::npos;
    if (!plain) return false;
  }
  // A negative margin or indent would lay the mail over what stands around it.
  if ((property.starts_with("margin") || property == "text-indent") &&
      value.find('-') != std::string_view::npos) {
    return false;
  }
  return functions_are_safe(value);
}

}  // namespace

std::string filtered_style(std::string_view style) {
  std::string out;
  for (std::size_t at = 0; at < style.size();) {
    const std::size_t end = std::min(style.find(';', at), style.size());
    const std::string_view declaration = style.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string property = ascii_lowered(ascii_trimmed(declaration.substr(0, colon)));
    const std::string_view value = ascii_trimmed(declaration.substr(colon + 1));
    if (!std::ranges::binary_search(kStyleProperties, std::string_view{property}) ||
        !style_value_is_safe(property, value))
      continue;
    if (!out.empty()) out += ';';
    out += property;
    out += ':';
    out += value;
  }
  return out;
}

}  // namespace hark::email
