#include "social/core/picture_size.h"

namespace hark::social {
namespace {

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < size; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

/// A frame's header (SOF), which alone of these markers tells the size; DHT, JPG and DAC lie among them.
bool is_frame(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// https://www.w3.org/TR/png-3/#11IHDR
std::optional<PictureSize> png_size(std::string_view bytes) {
  if (bytes.size() < 24 || bytes.substr(12, 4) != "IHDR") return std::nullopt;
  return PictureSize{number(bytes, 16, 4), number(bytes, 20, 4)};
}

/// Segments (ITU-T T.81, B.1.1.4) until the frame's.
std::optional<PictureSize> jpeg_size(std::string_view bytes) {
  for (std::size_t at = 2; at + 9 <= bytes.size() && bytes[at] == '\xFF';) {
    const auto marker = number(bytes, at + 1, 1);
    if (marker == 0xFF) {
      ++at;  // fill
      continue;
    }
    if (is_frame(marker)) return PictureSize{number(bytes, at + 7, 2), number(bytes, at + 5, 2)};
    at += 2 + number(bytes, at + 2, 2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<PictureSize> picture_size(std::string_view bytes) {
  auto size = bytes.starts_with("\x89PNG\r\n\x1A\n") ? png_size(bytes)
              : bytes.starts_with("\xFF\xD8")        ? jpeg_size(bytes)
                                                     : std::nullopt;
  if (size && (size->width == 0 || size->height == 0)) size.reset();
  return size;
}

}  // namespace hark::social
