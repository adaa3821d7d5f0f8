#include "conversation/core/search_text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hark::conversation {
namespace {

/// Whether all words were found.
bool finds(std::string_view query, std::string_view text) {
  const SearchQuery wanted{query};
  std::vector<bool> found(wanted.size());
  wanted.look_into(text, found);
  return std::ranges::all_of(found, [](bool one) { return one; });
}

TEST(SearchQuery, FindsWordsByTheirBeginningInAnyCaseAndWithoutAccents) {
  EXPECT_TRUE(finds("berzins", "Anna B\u0113rzi\u0146\u0161-Kalni\u0146a"));
  EXPECT_TRUE(finds("B\u0112RZ kaln", "Anna b\u0113rzi\u0146\u0161-kalni\u0146a"));
  EXPECT_TRUE(finds("STRASSE", "Hauptstr. / Stra\u00dfe 5"));
  EXPECT_TRUE(finds("\u041f\u0440\u0438\u0432\u0435\u0442", "\u043f\u0440\u0438\u0432\u0435\u0442!"));
  EXPECT_TRUE(finds("e\u0301t\u00e9", "\u00c9te\u0301s")) << "composed or not";
  EXPECT_FALSE(finds("zins", "b\u0113rzi\u0146\u0161"));
  EXPECT_FALSE(finds("anna peter", "anna paul"));
}

TEST(SearchQuery, FindsAddressesByTheirParts) {
  EXPECT_TRUE(finds("ana@x.lv", "mailto:ana@x.lv"));
  EXPECT_TRUE(finds("+371 2000", "tel:+371 20000000"));
  EXPECT_FALSE(finds("ana@y.lv", "mailto:ana@x.lv"));
}

TEST(SearchQuery, AsksForNothingWithoutWordsAndForNoMoreThanItsMost) {
  EXPECT_TRUE(SearchQuery{""}.empty());
  EXPECT_TRUE(SearchQuery{" -- \xff\xfe !"}.empty());
  EXPECT_EQ(SearchQuery{"a b c d e f g h i j k l m"}.size(), kQueryWordsMax);
  EXPECT_EQ(SearchQuery{"same SAME s\u00e4me"}.size(), 1U);
}

TEST(Excerpt, ShowsSomeWordsAroundThePlaceOnOneLine) {
  EXPECT_EQ(excerpt_around("short\n\ntext", 7), "short text");
  const std::string text = std::string(100, 'x') + " before the word and after " + std::string(300, 'y');
  const auto excerpt = excerpt_around(text, text.find("word"));
  EXPECT_NE(excerpt.find("before the word and after"), std::string::npos);
  EXPECT_LT(excerpt.size(), 220U);
  EXPECT_TRUE(excerpt.starts_with("\u2026"));
  const std::string wide(400, '\xc4');  // broken text must not matter
  EXPECT_FALSE(excerpt_around(wide, 200).empty());
}

TEST(SearchQuery, LooksNoFurtherIntoALongTextThanItsLimit) {
  const SearchQuery query{"needle"};
  std::vector<bool> found(1);
  const std::string hay(kSearchedTextBytesMax, ' ');
  EXPECT_FALSE(query.look_into(hay + "needle", found));
  EXPECT_TRUE(query.look_into(hay.substr(0, 4096) + "NEEDLEs", found));
  EXPECT_TRUE(SearchQuery::complete(found));
}

}  // namespace
}  // namespace hark::conversation
