#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark::social {

/// What a network counts a text's length in.
enum class TextUnit { kBytes, kCodePoints, kUtf16 };

/// Pieces of at most `units_max` each, which put together are the text, byte for byte. Cut after a paragraph,
/// else a line, else a word, else between characters. `text` is UTF-8; `units_max` at least 4.
std::vector<std::string> split_text(std::string_view text, std::size_t units_max, TextUnit unit);

}  // namespace hark::social
