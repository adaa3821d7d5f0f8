#include "base/core/utf8.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

TEST(Utf8, ACharacterHasOneToFourBytes) {
  EXPECT_EQ(character_bytes("a", 0), 1U);
  EXPECT_EQ(character_bytes("\xC4\x81", 0), 2U);
  EXPECT_EQ(character_bytes("\xE2\x82\xAC", 0), 3U);
  EXPECT_EQ(character_bytes("\xF0\x9F\x99\x82", 0), 4U);
  EXPECT_EQ(character_bytes("a\xC4\x81", 1), 2U);
}

TEST(Utf8, WhatIsOverlongASurrogateBeyondUnicodeOrNotWholeIsNone) {
  for (const auto* none : {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xC4", "\xC4z", "\xE2\x82"})
    EXPECT_EQ(character_bytes(none, 0), 0U) << none;
  EXPECT_EQ(character_bytes("", 0), 0U);
  EXPECT_TRUE(is_utf8("Rīga €"));
  EXPECT_FALSE(is_utf8("R\xEEga"));
}

TEST(Utf8, ATextIsNeverCutInsideACharacter) {
  EXPECT_EQ(first_bytes("Rīga", 5), "Rīga");
  EXPECT_EQ(first_bytes("Rīga", 3), "Rī");
  EXPECT_EQ(first_bytes("Rīga", 2), "R");
  EXPECT_EQ(first_bytes("\xF0\x9F\x99\x82", 3), "");
  EXPECT_EQ(first_bytes("\x80\x80", 1), "");  // no text at all: nothing, rather than a piece of it
}

}  // namespace
}  // namespace hark
