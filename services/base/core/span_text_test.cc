#include "base/core/span_text.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

using namespace std::chrono_literals;

TEST(SpanText, TellsHoursMinutesAndSecondsAndLeavesOutWhatIsNone) {
  EXPECT_EQ(span_text(20s), "20 s");
  EXPECT_EQ(span_text(90s), "1 min 30 s");
  EXPECT_EQ(span_text(60s), "1 min");
  EXPECT_EQ(span_text(48h), "48 h");
  EXPECT_EQ(span_text(1h + 5s), "1 h 5 s");
  EXPECT_EQ(span_text(999ms), "0 s");
}

}  // namespace
}  // namespace hark
