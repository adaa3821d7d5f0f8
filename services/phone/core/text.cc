#include "phone/core/text.h"

#include <algorithm>

#include "base/core/utf8.h"

namespace hark::phone {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_bytes(text, at);
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
