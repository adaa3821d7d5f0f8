#include "phone/core/number.h"

#include <gtest/gtest.h>

namespace hark::phone {
namespace {

TEST(Number, IsReadInTheWaysThatExchangesWriteIt) {
  for (const auto* shown : {"+37120000000", "37120000000", "0037120000000", "tel:+37120000000",
                            "sip:+37120000000@pbx;user=phone", "+371 20 000 000"})
    EXPECT_EQ(callable_number(shown, ""), "+37120000000") << shown;
  EXPECT_EQ(callable_number("20000000", "LV"), "+37120000000");
  EXPECT_EQ(callable_number("0037120000000", "LV"), "+37120000000");
}

TEST(Number, CannotBeCalledIfItIsNone) {
  for (const auto* shown :
       {"", "anonymous", "Anonymous", "client:Anonymous", "+266696687", "test123", "112", "sip:ana@x.lv"})
    EXPECT_FALSE(callable_number(shown, "LV")) << shown;
}

TEST(Caller, WithAWithheldNumberIsSomebodyElseEachTime) {
  const auto first = caller_address("anonymous", "LV", "line", "c1");
  EXPECT_TRUE(first.starts_with("tel:withheld-")) << first;
  EXPECT_EQ(first, caller_address("", "LV", "line", "c1"));
  EXPECT_NE(first, caller_address("anonymous", "LV", "line", "c2"));
  EXPECT_NE(first, caller_address("anonymous", "LV", "other", "c1"));
}

TEST(Caller, WithoutANumberIsKnownByWhatIsShown) {
  EXPECT_EQ(caller_address("test123", "", "line", "c1"), "tel:test123");
  EXPECT_EQ(caller_address("+37120000000", "", "line", "c1"), "tel:+37120000000");
  EXPECT_TRUE(caller_address("a b", "", "line", "c1").starts_with("tel:withheld-"));
}

TEST(Region, IsTheNumbersCountry) {
  EXPECT_EQ(region_of("+37120000000"), "LV");
  EXPECT_EQ(region_of("+12125550123"), "US");
  EXPECT_EQ(region_of("+80012345678"), "");
  EXPECT_EQ(region_of("nothing"), "");
}

}  // namespace
}  // namespace hark::phone
