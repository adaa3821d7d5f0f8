#include "chat/core/message_rules.h"

#include <gtest/gtest.h>

#include "chat/core/origins.h"

namespace hark::chat {
namespace {

TEST(MessageRules, AClientIdIsShortAndPlain) {
  EXPECT_TRUE(check_client_id("c-1_A").ok());
  EXPECT_FALSE(check_client_id("").ok());
  EXPECT_FALSE(check_client_id(std::string(65, 'a')).ok());
  for (const auto* wrong : {"a b", "a:b", "a{b}", "\xC5\xA1"})
    EXPECT_FALSE(check_client_id(wrong).ok()) << wrong;
}

TEST(MessageRules, AMessageSaysSomething) {
  EXPECT_TRUE(check_message("hi", 0).ok());
  EXPECT_TRUE(check_message("", 1).ok());
  EXPECT_FALSE(check_message("", 0).ok());
  EXPECT_FALSE(check_message("hi", 11).ok());
  EXPECT_EQ(check_message(std::string(kTextBytesMax + 1, 'a'), 0).error().reason, Reason::kTooLarge);
}

TEST(MessageRules, TextKeepsItsLinesAndLosesWhatNobodySees) {
  EXPECT_EQ(plain_text("  a\r\n\tb\x01\x7f c \n"), "a\n\tb c");
  EXPECT_EQ(plain_text(" \n "), "");
}

TEST(MessageRules, ALineIsNeverCutInsideACharacter) {
  EXPECT_EQ(one_line("a\xC5\xA1"
                     "b",
                     2),
            "a");
  EXPECT_EQ(one_line("a\nb", 10), "a b");
}

TEST(Origins, OnlyThoseThatAreListed) {
  const std::vector<std::string> shop{"https://shop.example.com"};
  EXPECT_TRUE(origin_listed(shop, "https://SHOP.example.com"));
  for (const auto* other : {"http://shop.example.com", "https://shop.example.com.evil.org", "null", ""})
    EXPECT_FALSE(origin_listed(shop, other)) << other;
  EXPECT_TRUE(origin_listed(std::vector<std::string>{"*"}, "https://anything.example"));
}

}  // namespace
}  // namespace hark::chat
