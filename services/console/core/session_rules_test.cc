#include "console/core/session_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace hark::console {
namespace {

constexpr FrameKind kAllButSignIn[] = {FrameKind::kOpen, FrameKind::kAgents, FrameKind::kSupervisors};

TEST(MaySend, AllowsNothingButSigningInBeforeSignInIsDone) {
  for (const auto state : {SignInState::kSignedOut, SignInState::kSigningIn}) {
    for (const auto kind : kAllButSignIn) {
      const auto status = may_send(kind, {state, true, 0, 0});
      ASSERT_FALSE(status.ok());
      EXPECT_EQ(status.error().reason, Reason::kUnauthenticated);
    }
  }
  EXPECT_TRUE(may_send(FrameKind::kSignIn, {}).ok());
}

TEST(MaySend, AllowsEverythingButASecondSignInAfterwards) {
  for (const auto kind : kAllButSignIn)
    EXPECT_TRUE(may_send(kind, {SignInState::kSignedIn, true, 0, 0}).ok());
  EXPECT_FALSE(may_send(FrameKind::kSignIn, {SignInState::kSignedIn, false, 0, 0}).ok());
  EXPECT_FALSE(may_send(FrameKind::kSignIn, {SignInState::kSigningIn, false, 0, 0}).ok());
}

TEST(MaySend, HoldsThePageToItsLimits) {
  const SessionFacts open_at_limit{SignInState::kSignedIn, false, kOpenConversationsMax, 0};
  EXPECT_EQ(may_send(FrameKind::kOpen, open_at_limit).error().reason, Reason::kOverloaded);
  EXPECT_TRUE(may_send(FrameKind::kAgents, open_at_limit).ok());
  const SessionFacts busy{SignInState::kSignedIn, false, 0, kRequestsInFlightMax};
  EXPECT_EQ(may_send(FrameKind::kAgents, busy).error().reason, Reason::kOverloaded);
}

TEST(MaySend, LeavesSupervisorsWorkToSupervisors) {
  const SessionFacts agent{SignInState::kSignedIn, false, 0, 0},
      supervisor{SignInState::kSignedIn, true, 0, 0};
  EXPECT_EQ(may_send(FrameKind::kSupervisors, agent).error().reason, Reason::kPermissionDenied);
  EXPECT_TRUE(may_send(FrameKind::kSupervisors, supervisor).ok());
  EXPECT_TRUE(may_send(FrameKind::kAgents, supervisor).ok());
}

TEST(MaySend, RefusesAFrameThatAsksForNothing) {
  EXPECT_EQ(may_send(FrameKind::kNone, {SignInState::kSignedIn, false, 0, 0}).error().reason,
            Reason::kInvalidField);
}

TEST(IdempotencyKey, IsRequiredAndPrintable) {
  EXPECT_EQ(check_idempotency_key("").error().reason, Reason::kIdempotencyKeyMissing);
  EXPECT_TRUE(check_idempotency_key(std::string(128, 'k')).ok());
  EXPECT_FALSE(check_idempotency_key(std::string(129, 'k')).ok());
  EXPECT_FALSE(check_idempotency_key("a b").ok());
  EXPECT_FALSE(check_idempotency_key("a\n").ok());
  EXPECT_FALSE(check_idempotency_key("\xc4\x81").ok());
}

TEST(SupervisorsReason, IsNeverEmptyOrEndless) {
  EXPECT_FALSE(check_reason("").ok());
  EXPECT_FALSE(check_reason(" \n").ok());
  EXPECT_TRUE(check_reason("lunch").ok());
  EXPECT_FALSE(check_reason(std::string(kReasonBytesMax + 1, 'x')).ok());
}

}  // namespace
}  // namespace hark::console
