#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "routing/core/requirement.h"

/// Any bytes: either an error that says so, or a requirement that is read back from what it writes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = hark::routing::parse_requirement({reinterpret_cast<const char*>(data), size});
  if (!parsed.ok()) {
    HARK_CHECK(parsed.error().reason == hark::Reason::kInvalidField);
    return 0;
  }
  const std::string text = hark::routing::to_text(*parsed);
  const auto again = hark::routing::parse_requirement(text);
  HARK_CHECK(again.ok() || text.size() > hark::routing::kRequirementBytesMax);
  if (again.ok()) HARK_CHECK(hark::routing::to_text(*again) == text);
  return 0;
}
