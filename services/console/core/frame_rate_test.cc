#include "console/core/frame_rate.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

constexpr TimePoint kNow = from_ms(1'800'000'000'000);

TEST(FrameRate, LetsABurstThroughAndThenASteadyRate) {
  FrameRate rate{3, 2};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rate.take(kNow));
  EXPECT_FALSE(rate.take(kNow));
  EXPECT_FALSE(rate.take(kNow + Duration{499}));
  EXPECT_TRUE(rate.take(kNow + Duration{500}));
  EXPECT_FALSE(rate.take(kNow + Duration{500}));
}

TEST(FrameRate, NeverSavesUpMoreThanOneBurst) {
  FrameRate rate{3, 2};
  EXPECT_TRUE(rate.take(kNow));
  const auto much_later = kNow + std::chrono::hours{24 * 365};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rate.take(much_later));
  EXPECT_FALSE(rate.take(much_later));
}

TEST(FrameRate, IsNotMovedByAClockThatStepsBack) {
  FrameRate rate{1, 1};
  EXPECT_TRUE(rate.take(kNow));
  EXPECT_FALSE(rate.take(kNow - std::chrono::hours{1}));
  EXPECT_FALSE(rate.take(kNow));
  EXPECT_TRUE(rate.take(kNow + Duration{1000}));
}

}  // namespace
}  // namespace hark::console
