#include "social/core/split_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::social {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const auto& piece : pieces) all += piece;
  return all;
}

TEST(SplitText, KeepsWhatFitsWhole) {
  EXPECT_THAT(split_text("", 10, TextUnit::kBytes), IsEmpty());
  EXPECT_THAT(split_text("0123456789", 10, TextUnit::kBytes), ElementsAre("0123456789"));
}

TEST(SplitText, CutsAfterParagraphsThenLinesThenWords) {
  EXPECT_THAT(split_text("one two\n\nthree four", 13, TextUnit::kBytes),
              ElementsAre("one two\n\n", "three four"));
  EXPECT_THAT(split_text("one two\nthree four", 13, TextUnit::kBytes),
              ElementsAre("one two\n", "three four"));
  EXPECT_THAT(split_text("one two three", 9, TextUnit::kBytes), ElementsAre("one two ", "three"));
  EXPECT_THAT(split_text("abcdefgh", 5, TextUnit::kBytes), ElementsAre("abcde", "fgh"));
}

TEST(SplitText, NeverCutsACharacterAndCountsAsTheNetworkDoes) {
  EXPECT_THAT(split_text("āāāāā", 5, TextUnit::kBytes), ElementsAre("āā", "āā", "ā"));
  EXPECT_THAT(split_text("āāāāā", 5, TextUnit::kCodePoints), ElementsAre("āāāāā"));
  EXPECT_THAT(split_text("😀😀😀", 5, TextUnit::kUtf16), ElementsAre("😀😀", "😀"));
}

TEST(SplitText, LosesNothing) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += (i % 37 == 0 ? "\n\n" : i % 5 == 0 ? " " : "ž") + std::to_string(i);
  for (const std::size_t most : {4, 5, 17, 1000, 4096}) {
    const auto pieces = split_text(text, most, TextUnit::kBytes);
    EXPECT_EQ(joined(pieces), text);
    for (const auto& piece : pieces) EXPECT_LE(piece.size(), most);
  }
}

}  // namespace
}  // namespace hark::social
