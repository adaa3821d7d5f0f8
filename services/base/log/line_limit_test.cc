#include "base/log/line_limit.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

using namespace std::chrono_literals;

TEST(LineLimit, LetsOneThroughInAWhileAndTellsHowManyItLeftOut) {
  const TimePoint t0 = from_ms(1'000'000);
  LineLimit limit{60s};
  EXPECT_EQ(limit.let_through(t0), 0);
  EXPECT_FALSE(limit.let_through(t0 + 1s));
  EXPECT_FALSE(limit.let_through(t0 + 59s));
  EXPECT_EQ(limit.let_through(t0 + 60s), 2);
  EXPECT_FALSE(limit.let_through(t0 + 61s));
}

}  // namespace
}  // namespace hark
