#include "console/core/sign_in_throttle.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

constexpr TimePoint kNow = from_ms(1'800'000'000'000);

TEST(SignInThrottle, HoldsUpOnlyTheAddressThatGuesses) {
  SignInThrottle throttle;
  for (int i = 0; i <= kSignInFailuresFree; ++i) {
    EXPECT_TRUE(throttle.may_try("ana", "10.0.0.1", kNow).ok());
    throttle.failed("ana", "10.0.0.1", kNow);
  }
  EXPECT_EQ(throttle.may_try("ana", "10.0.0.1", kNow).error().reason, Reason::kOverloaded);
  EXPECT_TRUE(throttle.may_try("ana", "10.0.0.2", kNow).ok());
  EXPECT_TRUE(throttle.may_try("bob", "10.0.0.1", kNow).ok());
}

TEST(SignInThrottle, WaitsLongerEachTimeUpToAMinuteAndForgivesASuccess) {
  SignInThrottle throttle;
  for (int i = 0; i < kSignInFailuresFree + 1; ++i) throttle.failed("ana", "a", kNow);
  EXPECT_FALSE(throttle.may_try("ana", "a", kNow + Duration{1'999}).ok());
  EXPECT_TRUE(throttle.may_try("ana", "a", kNow + Duration{2'000}).ok());
  for (int i = 0; i < 30; ++i) throttle.failed("ana", "a", kNow);
  EXPECT_FALSE(throttle.may_try("ana", "a", kNow + kSignInWaitMax - Duration{1}).ok());
  EXPECT_TRUE(throttle.may_try("ana", "a", kNow + kSignInWaitMax).ok());
  throttle.succeeded("ana", "a");
  throttle.failed("ana", "a", kNow);
  EXPECT_TRUE(throttle.may_try("ana", "a", kNow).ok());
}

}  // namespace
}  // namespace hark::console
