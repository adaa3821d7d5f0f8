#include "conversation/core/address.h"

#include <gtest/gtest.h>

#include <set>

namespace hark::conversation {
namespace {

std::string normal(std::string_view address, std::string_view region = {}) {
  const auto result = normalise_address(address, region);
  return result.ok() ? *result : "refused: " + result.error().message;
}

TEST(Address, OfMailIsOneInEverySpelling) {
  EXPECT_EQ(normal("mailto:Ana.Ozola@X.LV"), "mailto:ana.ozola@x.lv");
  EXPECT_EQ(normal(" MAILTO: ana@x.lv. "), "mailto:ana@x.lv");
  EXPECT_EQ(normal("mailto:ana@bücher.example"), "mailto:ana@xn--bcher-kva.example");
  EXPECT_EQ(normal("mailto:JĀNIS@x.lv"), "mailto:jānis@x.lv");
}

TEST(Address, OfMailKeepsWhatTellsPeopleApart) {
  EXPECT_NE(normal("mailto:a.na@gmail.com"), normal("mailto:ana@gmail.com"));
  EXPECT_NE(normal("mailto:ana+work@x.lv"), normal("mailto:ana@x.lv"));
}

TEST(Address, ThatCannotBeMailIsRefusedWithWords) {
  for (const auto* bad :
       {"mailto:", "mailto:ana", "mailto:@x.lv", "mailto:ana@", "mailto:a na@x.lv", "mailto:ana@x..lv",
        "mailto:<ana@x.lv>", "ana@x.lv", "fax:1", "mailto:ana@x\r\nBcc: b@y"}) {
    const auto result = normalise_address(bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_EQ(result.error().reason, Reason::kAddressInvalid);
    EXPECT_FALSE(result.error().message.empty());
  }
}

// FIELD row 24: another way to write a number was another customer.
TEST(Address, OfAPhoneIsE164WhateverWasTyped) {
  EXPECT_EQ(normal("tel:+371 20 000 000"), "tel:+37120000000");
  EXPECT_EQ(normal("tel:20000000", "LV"), "tel:+37120000000");
  EXPECT_EQ(normal("tel:(202) 555-0143", "US"), "tel:+12025550143");
  EXPECT_EQ(normal("tel:+1 202 555 0143"), "tel:+12025550143");
}

TEST(Address, ThatIsNoPhoneNumberIsKeptAsText) {
  EXPECT_EQ(normal("tel:anonymous"), "tel:anonymous");
  EXPECT_EQ(normal("tel:Anonymous"), "tel:anonymous");
}

TEST(Address, OfANetworkIsExact) {
  EXPECT_EQ(normal("telegram:12345"), "telegram:12345");
  EXPECT_EQ(normal("messenger:Page:PSid"), "messenger:Page:PSid");
  EXPECT_TRUE(normal("messenger:psid").starts_with("refused"));
  EXPECT_TRUE(normal("chat:site:").starts_with("refused"));
}

TEST(Address, HasOneHomePartitionAndAllPartitionsAreUsed) {
  std::set<std::uint16_t> used;
  for (int i = 0; i < 2000; ++i) {
    const auto address = "mailto:user" + std::to_string(i) + "@x.lv";
    const auto home = home_partition(address, 64);
    EXPECT_LT(home, 64);
    EXPECT_EQ(home, home_partition(address, 64));
    used.insert(home);
  }
  EXPECT_EQ(used.size(), 64U);
}

}  // namespace
}  // namespace hark::conversation
