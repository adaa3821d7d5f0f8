#include "chat/core/identity.h"

#include <gtest/gtest.h>

#include "base/core/digest.h"

namespace hark::chat {
namespace {

constexpr std::string_view kSecret = "a secret of the shop";
constexpr TimePoint kNow = from_ms(1'700'000'000'000);

Identity ana() {
  return {"site", "4711", "ana@x.lv", "+37120000000", "Ana Ozola", from_ms(1'700'000'060'000)};
}
std::string sign(const Identity& identity) { return hex(hmac_sha256(kSecret, text_to_sign(identity))); }

TEST(Identity, WhatIsSignedIsSevenLines) {
  EXPECT_EQ(text_to_sign(ana()),
            "hark-chat-identity-v1\nsite\n4711\nana@x.lv\n+37120000000\nAna Ozola\n1700000060000");
}

TEST(Identity, AgreesWithTheTestVectorOfRfc4231) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Identity, ASignatureOfTheSiteIsBelievedUntilItExpires) {
  EXPECT_EQ(check_identity(ana(), sign(ana()), kSecret, kNow).value(), Trust::kSigned);
  EXPECT_EQ(check_identity(ana(), sign(ana()), kSecret, ana().expires).value(), Trust::kExpired);
}

TEST(Identity, NothingThatIsSignedCanBeChanged) {
  const auto signature = sign(ana());
  for (auto change : {+[](Identity& i) { i.account_id = "other"; }, +[](Identity& i) { i.external_id = "1"; },
                      +[](Identity& i) { i.email = "eve@x.lv"; }, +[](Identity& i) { i.phone.clear(); },
                      +[](Identity& i) { i.name = "Eve"; }, +[](Identity& i) { i.expires += Duration{1}; }}) {
    auto altered = ana();
    change(altered);
    EXPECT_EQ(check_identity(altered, signature, kSecret, kNow).error().reason, Reason::kUnauthenticated);
  }
  EXPECT_FALSE(check_identity(ana(), "", kSecret, kNow).ok());
  EXPECT_FALSE(check_identity(ana(), signature, "", kNow).ok());
}

TEST(Identity, ALineFeedInAFieldCannotMoveWhatIsSignedIntoAnotherField) {
  auto sly = ana();
  sly.external_id = "4711\nana@x.lv";
  sly.email.clear();
  EXPECT_EQ(check_identity(sly, sign(sly), kSecret, kNow).error().reason, Reason::kInvalidField);
}

TEST(Identity, AUsersAddressHasNothingThatAnAddressCannotHave) {
  EXPECT_EQ(user_address("site", "4711"), "user:site:4711");
  EXPECT_EQ(user_address("site", "a b:\xC5\xA1"), "user:site:a%20b%3a%c5%a1");
}

}  // namespace
}  // namespace hark::chat
