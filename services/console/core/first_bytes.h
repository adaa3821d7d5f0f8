#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hark::console {

/// As much of a UTF-8 text as fits, never half a character.
inline std::string first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string{text};
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return std::string{text.substr(0, bytes_max)};
}

}  // namespace hark::console
