#include "email/core/retry.h"

#include <gtest/gtest.h>

namespace hark::email {
namespace {

using namespace std::chrono_literals;
constexpr auto kCreated = from_ms(1'000'000);

TEST(Retry, PausesGrowAndEndAfterFortyEightHours) {
  auto now = kCreated;
  Duration before{0};
  int attempts = 1;
  while (const auto next = next_attempt(attempts, kCreated, now, 48h)) {
    const auto pause = *next - now;
    ASSERT_GT(pause, 0min);
    ASSERT_LE(pause, 4h);
    if (*next < kCreated + 48h) {
      ASSERT_GE(pause, before);
    }
    before = pause;
    now = *next;
    ASSERT_LT(++attempts, 40);
  }
  EXPECT_EQ(now, kCreated + 48h);
}

TEST(Retry, FirstPauseIsAMinute) { EXPECT_EQ(next_attempt(1, kCreated, kCreated, 48h), kCreated + 1min); }

}  // namespace
}  // namespace hark::email
