#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hark::social {

struct PictureSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

/// Of a PNG (its IHDR) or a JPEG (its first frame); nothing for what is neither, or broken before that.
std::optional<PictureSize> picture_size(std::string_view bytes);

}  // namespace hark::social
