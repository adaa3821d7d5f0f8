#pragma once

#include <cstddef>
#include <string_view>

namespace hark {

/// Bytes of the character of UTF-8 that begins there (RFC 3629); 0: none does, or it is not whole.
std::size_t character_bytes(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

/// As much of a text as fits, never half a character.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max);

}  // namespace hark
