#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "routing/core/verdict.h"

/// Any bytes are read, the same way each time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::routing;
  static Reader reader = [] {
    WordBreaker breaker;
    Topics topics;
    HARK_CHECK(topics
                   .add({"billing",
                         {},
                         {"invoice*", "credit card"},
                         {R"(\b[A-Z]{2}-\d+(-\d+)*\b)"},
                         {{"billing", 1}},
                         1},
                        breaker)
                   .ok());
    return Reader{std::move(topics), {1, 2, 3}};
  }();
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const Verdict verdict = reader.judge(text);
  HARK_CHECK(verdict.sentiment >= -100 && verdict.sentiment <= 100);
  HARK_CHECK(verdict == reader.judge(text));
  return 0;
}
