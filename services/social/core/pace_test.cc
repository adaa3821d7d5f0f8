#include "social/core/pace.h"

#include <gtest/gtest.h>

namespace hark::social {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart = from_ms(1'700'000'000'000);

TEST(Pace, RequestsComeEvenlyAndIdleTimeIsNotSavedUp) {
  Pace pace{4};
  EXPECT_EQ(pace.take(kStart, 5s), kStart);
  EXPECT_EQ(pace.take(kStart, 5s), kStart + 250ms);
  EXPECT_EQ(pace.take(kStart + 100ms, 5s), kStart + 500ms);
  EXPECT_EQ(pace.take(kStart + 60s, 5s), kStart + 60s);
  EXPECT_EQ(pace.take(kStart + 60s, 5s), kStart + 60s + 250ms);
}

TEST(Pace, WhoWouldWaitTooLongTakesNoPlace) {
  Pace pace{1};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pace.take(kStart, 2s));
  EXPECT_FALSE(pace.take(kStart, 2s));
  EXPECT_FALSE(pace.take(kStart, 2s));
  EXPECT_EQ(pace.free_at(kStart), kStart + 3s);
  EXPECT_EQ(pace.take(kStart + 1s, 2s), kStart + 3s);
}

TEST(Pace, SilenceThatTheNetworkAsksForIsKeptAndNeverShortened) {
  Pace pace{10};
  pace.hold(kStart + 30s);
  pace.hold(kStart + 10s);
  EXPECT_FALSE(pace.take(kStart, 5s));
  EXPECT_EQ(pace.take(kStart + 26s, 5s), kStart + 30s);
  EXPECT_EQ(pace.take(kStart + 26s, 5s), kStart + 30s + 100ms);
}

}  // namespace
}  // namespace hark::social
