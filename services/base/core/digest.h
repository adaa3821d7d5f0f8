#pragma once

#include <string>
#include <string_view>

namespace hark {

/// SHA-256 as 64 lower-case hex digits: the id of a blob.
std::string sha256_hex(std::string_view bytes);

}  // namespace hark
