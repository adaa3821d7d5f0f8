#include "chat/core/rate_limit.h"

#include <gtest/gtest.h>

namespace hark::chat {
namespace {

constexpr TimePoint kNow = from_ms(1'700'000'000'000);

TEST(RateLimit, LetsABurstThroughAndThenOneAtATime) {
  RateLimit limit{60, 3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("ana", kNow), Duration{0});
  EXPECT_EQ(limit.take("ana", kNow), Duration{1'000});
  EXPECT_EQ(limit.take("ana", kNow + Duration{999}), Duration{1});
  EXPECT_EQ(limit.take("ana", kNow + Duration{1'000}), Duration{0});
  EXPECT_EQ(limit.take("ana", kNow + Duration{1'000}), Duration{1'000});
}

TEST(RateLimit, WhoWasRefusedHasNotPaid) {
  RateLimit limit{60, 1};
  EXPECT_EQ(limit.take("ana", kNow), Duration{0});
  for (int i = 0; i < 100; ++i) EXPECT_GT(limit.take("ana", kNow), Duration{0});
  EXPECT_EQ(limit.take("ana", kNow + Duration{1'000}), Duration{0});
}

TEST(RateLimit, WhatCostsMoreIsPaidInFull) {
  RateLimit limit{60, 10};
  EXPECT_EQ(limit.take("ana", kNow, 8), Duration{0});
  EXPECT_EQ(limit.wait("ana", kNow, 4), Duration{2'000});
  EXPECT_EQ(limit.take("ana", kNow, 4), Duration{2'000});
  EXPECT_EQ(limit.take("ana", kNow, 2), Duration{0});
  EXPECT_EQ(limit.take("ana", kNow + Duration{10'000}, 10), Duration{0});
}

TEST(RateLimit, WhoHasToWaitForOneHasNotPaidForAnother) {
  RateLimit visitors{60, 1};
  RateLimit addresses{60, 1};
  EXPECT_EQ(take_all({{visitors, "ana"}, {addresses, "home"}}, kNow), Duration{0});
  EXPECT_EQ(take_all({{visitors, "bob"}, {addresses, "home"}}, kNow), Duration{1'000});
  EXPECT_EQ(take_all({{visitors, "ana"}, {addresses, "office"}}, kNow), Duration{1'000});
  EXPECT_EQ(visitors.wait("bob", kNow), Duration{0});
  EXPECT_EQ(addresses.wait("office", kNow), Duration{0});
}

TEST(RateLimit, OneDoesNotHoldUpAnother) {
  RateLimit limit{60, 1};
  EXPECT_EQ(limit.take("ana", kNow), Duration{0});
  EXPECT_EQ(limit.take("bob", kNow), Duration{0});
}

TEST(RateLimit, IsBackInFullAfterARest) {
  RateLimit limit{60, 3};
  for (int i = 0; i < 5; ++i) limit.take("ana", kNow);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("ana", kNow + Duration{60'000}), Duration{0});
  EXPECT_GT(limit.take("ana", kNow + Duration{60'000}), Duration{0});
}

TEST(RateLimit, MoreNamesThanItRemembersShareOneAllowance) {
  RateLimit limit{60, 1};
  for (std::size_t i = 0; i < kRateLimitKeysMax; ++i) limit.take(std::to_string(i), kNow);
  EXPECT_EQ(limit.take("one more", kNow), Duration{0});
  EXPECT_GT(limit.take("yet another", kNow), Duration{0});
  EXPECT_EQ(limit.take("later", kNow + Duration{60'000}), Duration{0});
}

}  // namespace
}  // namespace hark::chat
