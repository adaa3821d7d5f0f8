#include "phone/core/text.h"

#include <gtest/gtest.h>

namespace hark::phone {
namespace {

TEST(CleanText, StaysAsItIsIfItIsText) {
  EXPECT_EQ(clean_text("Jānis 🙂\nBērziņš", 100), "Jānis 🙂\nBērziņš");
}

TEST(CleanText, IsCutBetweenCharacters) {
  EXPECT_EQ(clean_text("aā", 2), "a");
  EXPECT_EQ(clean_text("aā", 3), "aā");
  EXPECT_EQ(clean_text("🙂", 3), "");
}

TEST(CleanText, HasNothingInItThatIsNoText) {
  EXPECT_EQ(clean_text(std::string_view{"a\0b\x1b[2Jc", 8}, 100), "ab[2Jc");
  EXPECT_EQ(clean_text("\xff", 100), "?");
  EXPECT_EQ(clean_text("\xc0\xaf", 100), "??");       // overlong
  EXPECT_EQ(clean_text("\xed\xa0\x80", 100), "???");  // a surrogate
  EXPECT_EQ(clean_text("\xc4", 100), "?");            // cut off
}

}  // namespace
}  // namespace hark::phone
