#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::chat {

constexpr std::size_t kTextBytesMax = 16U << 10;
constexpr std::size_t kClientIdBytesMax = 64;
constexpr std::size_t kFilesMax = 10;
constexpr std::size_t kNameBytesMax = 120;
constexpr std::size_t kFileNameBytesMax = 255;

/// 1-64 of A-Z, a-z, 0-9, '-', '_': it becomes part of keys. INVALID_FIELD otherwise.
Status check_client_id(std::string_view client_id);

/// TOO_LARGE, or INVALID_FIELD for a message that says nothing. `text` is as plain_text() made it.
Status check_message(std::string_view text, std::size_t files);

/// Without control characters other than line feed and tab, CR LF as LF, no white space at the ends.
std::string plain_text(std::string_view text);

/// One line of at most `bytes_max`, never cut inside a character.
std::string one_line(std::string_view text, std::size_t bytes_max);

}  // namespace hark::chat
