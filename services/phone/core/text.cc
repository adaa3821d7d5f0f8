#include "phone/core/text.h"

#include <algorithm>

namespace hark::phone {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// Bytes of the character that begins here (RFC 3629); 0: it is none.
std::size_t length_at(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  const auto second = length > 1 ? byte_at(text, at + 1) : 0;
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || no_character ? 0 : length;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = length_at(text, at);
    const auto size = std::max<std::size_t>(length, 1);
    if (out.size() + size > bytes_max) break;
    const bool control = length == 1 && (byte_at(text, at) < 0x20 || text[at] == 0x7F) && text[at] != '\n';
    if (length == 0)
      out += '?';
    else if (!control)
      out += text.substr(at, length);
    at += size;
  }
  return out;
}

}  // namespace hark::phone
