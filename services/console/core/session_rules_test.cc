#include "console/core/session_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace hark::console {
namespace {

constexpr FrameKind kAllButSignIn[] = {FrameKind::kSetPresence,   FrameKind::kAcceptOffer,
                                       FrameKind::kDeclineOffer,  FrameKind::kOpen,
                                       FrameKind::kClose,         FrameKind::kLoadTimeline,
                                       FrameKind::kCommand,       FrameKind::kListConversations,
                                       FrameKind::kListQuarantine};

TEST(MaySend, AllowsNothingButSigningInBeforeSignInIsDone) {
  for (const auto state : {SignInState::kSignedOut, SignInState::kSigningIn}) {
    for (const auto kind : kAllButSignIn) {
      const auto status = may_send(kind, {state, 0, 0});
      ASSERT_FALSE(status.ok());
      EXPECT_EQ(status.error().reason, Reason::kUnauthenticated);
    }
  }
  EXPECT_TRUE(may_send(FrameKind::kSignIn, {}).ok());
}

TEST(MaySend, AllowsEverythingButASecondSignInAfterwards) {
  for (const auto kind : kAllButSignIn) EXPECT_TRUE(may_send(kind, {SignInState::kSignedIn, 0, 0}).ok());
  EXPECT_FALSE(may_send(FrameKind::kSignIn, {SignInState::kSignedIn, 0, 0}).ok());
  EXPECT_FALSE(may_send(FrameKind::kSignIn, {SignInState::kSigningIn, 0, 0}).ok());
}

TEST(MaySend, HoldsThePageToItsLimits) {
  const SessionFacts open_at_limit{SignInState::kSignedIn, kOpenConversationsMax, 0};
  EXPECT_EQ(may_send(FrameKind::kOpen, open_at_limit).error().reason, Reason::kOverloaded);
  EXPECT_TRUE(may_send(FrameKind::kClose, open_at_limit).ok());
  const SessionFacts busy{SignInState::kSignedIn, 0, kRequestsInFlightMax};
  EXPECT_EQ(may_send(FrameKind::kClose, busy).error().reason, Reason::kOverloaded);
}

TEST(MaySend, RefusesAFrameThatAsksForNothing) {
  EXPECT_EQ(may_send(FrameKind::kNone, {SignInState::kSignedIn, 0, 0}).error().reason, Reason::kInvalidField);
}

TEST(IdempotencyKey, IsRequiredAndPrintable) {
  EXPECT_EQ(check_idempotency_key("").error().reason, Reason::kIdempotencyKeyMissing);
  EXPECT_TRUE(check_idempotency_key(std::string(128, 'k')).ok());
  EXPECT_FALSE(check_idempotency_key(std::string(129, 'k')).ok());
  EXPECT_FALSE(check_idempotency_key("a b").ok());
  EXPECT_FALSE(check_idempotency_key("a\n").ok());
  EXPECT_FALSE(check_idempotency_key("\xc4\x81").ok());
}

}  // namespace
}  // namespace hark::console
