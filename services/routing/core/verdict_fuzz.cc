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
  static WordBreaker breaker;
  // Each word stands where it says it does, and they follow one another.
  std::size_t end = 0;
  for (const Word& word : breaker.words_of(text)) {
    HARK_CHECK(word.begin >= end && word.begin < word.end && word.end <= text.size());
    end = word.end;
    HARK_CHECK(folded(text.substr(word.begin, word.end - word.begin)) == word.text);
  }
  return 0;
}
