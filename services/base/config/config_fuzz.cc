#include <cstdint>
#include <string_view>

#include "base/config/config.h"
#include "base/core/check.h"

/// Any bytes: either errors that name the file, or a configuration that survives being printed and read
/// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml{reinterpret_cast<const char*>(data), size};
  const auto config = hark::read_config(yaml, "f");
  if (!config.ok()) {
    HARK_CHECK(config.error().message.starts_with("f:"));
    return 0;
  }
  const std::string printed = hark::to_yaml(*config, hark::Secrets::kShown);
  const auto again = hark::read_config(printed, "f");
  HARK_CHECK(again.ok());
  HARK_CHECK(hark::to_yaml(*again, hark::Secrets::kShown) == printed);
  return 0;
}
