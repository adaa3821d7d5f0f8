#pragma once

#include <string>
#include <string_view>

namespace hark {

/// SHA-256 as 64 lower-case hex digits: the id of a blob.
std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA256 (RFC 2104), 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

/// Lower-case hex digits.
std::string hex(std::string_view bytes);

/// Takes as long for a wrong secret as for the right one.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace hark
