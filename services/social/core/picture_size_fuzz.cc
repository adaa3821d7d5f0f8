#include <cstdint>
#include <cstdlib>

#include "social/core/picture_size.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto found = hark::social::picture_size({reinterpret_cast<const char*>(data), size});
  if (found && (found->width == 0 || found->height == 0)) std::abort();
  return 0;
}
