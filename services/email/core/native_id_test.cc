#include "email/core/native_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::email {
namespace {

TEST(NativeId, IsOneForTwoDeliveriesOfOneMail) {
  const std::string_view one =
      "Return-Path: <a@x.lv>\r\nReceived: from a\r\n by b\r\nDelivered-To: one@hark.example\r\nSubject: "
      "x\r\n\r\nhello\r\n";
  const std::string_view two =
      "From a@x.lv Mon May  2 16:07:05 2005\nX-Spam-Status: No,\n score=1\nDKIM-Signature: v=1;\n "
      "b=x\nSubject: x\n\nhello\n";
  EXPECT_EQ(native_id(one, "id@x.lv"), native_id(two, "id@x.lv"));
  EXPECT_THAT(native_id(one, "id@x.lv"), ::testing::MatchesRegex("id@x\\.lv#[0-9a-f]+"));
  EXPECT_EQ(native_id(one, "id@x.lv").size(), 8u + 32u);
}

TEST(NativeId, TellsApartTwoMailsThatShareAnId) {
  EXPECT_NE(native_id("Subject: x\n\nhello\n", "id@x.lv"),
            native_id("Subject: x\n\nhello again\n", "id@x.lv"));
  EXPECT_NE(native_id("Subject: x\n\nhello\n", "id@x.lv"), native_id("Subject: y\n\nhello\n", "id@x.lv"));
}

TEST(NativeId, IsMadeOfTheContentWhereThereIsNoId) {
  EXPECT_THAT(native_id("Subject: x\n\nhello\n", ""), ::testing::StartsWith("gen-"));
  EXPECT_EQ(native_id("Subject: x\n\nhello\n", ""), native_id("Received: y\nSubject: x\n\nhello\n", ""));
}

TEST(NativeId, ReadsTraceHeadersInTheHeaderAlone) {
  EXPECT_NE(native_id("Subject: x\n\nReceived: a\n", ""), native_id("Subject: x\n\nReceived: b\n", ""));
}

TEST(NativeId, DoesNotGrowWithTheId) {
  EXPECT_EQ(native_id("a: b\n\n", std::string(900, 'x')).size(), 200u + 1 + 32);
}

}  // namespace
}  // namespace hark::email
