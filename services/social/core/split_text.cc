#include "social/core/split_text.h"

#include "base/core/check.h"

namespace hark::social {
namespace {

std::size_t bytes_of_character(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::size_t units_of(std::size_t bytes, TextUnit unit) {
  if (unit == TextUnit::kBytes) return bytes;
  return unit == TextUnit::kUtf16 && bytes == 4 ? 2 : 1;
}

/// Bytes of the longest beginning that fits.
std::size_t fitting(std::string_view text, std::size_t units_max, TextUnit unit) {
  std::size_t at = 0;
  std::size_t units = 0;
  while (at < text.size()) {
    const auto bytes = bytes_of_character(static_cast<unsigned char>(text[at]));
    units += units_of(bytes, unit);
    if (units > units_max) break;
    at += bytes;
  }
  return std::min(at, text.size());
}

/// Where to cut for a reader, in the second half; else where it no longer fits.
std::size_t seam(std::string_view fits) {
  for (const std::string_view mark : {"\n\n", "\n", " "}) {
    const auto at = fits.rfind(mark);
    if (at != std::string_view::npos && at >= fits.size() / 2) return at + mark.size();
  }
  return fits.size();
}

}  // namespace

std::vector<std::string> split_text(std::string_view text, std::size_t units_max, TextUnit unit) {
  HARK_CHECK(units_max >= 4);
  std::vector<std::string> pieces;
  while (!text.empty()) {
    auto cut = fitting(text, units_max, unit);
    if (cut < text.size()) cut = seam(text.substr(0, cut));
    pieces.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
  }
  return pieces;
}

}  // namespace hark::social
