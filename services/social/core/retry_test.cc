#include "social/core/retry.h"

#include <gtest/gtest.h>

namespace hark::social {
namespace {

using namespace std::chrono_literals;

TEST(NextAttempt, WaitsLongerEachTimeAndAsLongAsTheNetworkAsks) {
  const auto now = from_ms(1'000'000);
  EXPECT_EQ(next_attempt(1, now, now, 0s, 24h), now + 5s);
  EXPECT_EQ(next_attempt(2, now, now, 0s, 24h), now + 10s);
  EXPECT_EQ(next_attempt(40, now, now, 0s, 24h), now + 15min);
  EXPECT_EQ(next_attempt(1, now, now, 40s, 24h), now + 40s);
}

TEST(NextAttempt, GivesUpInTheEnd) {
  const auto now = from_ms(100'000'000);
  EXPECT_EQ(next_attempt(1, now - 24h, now, 0s, 24h), std::nullopt);
}

}  // namespace
}  // namespace hark::social
