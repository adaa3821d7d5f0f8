#include "routing/study/chart.h"

#include <gmock/gmock.h>

namespace hark::routing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Chart, HasABarForEachValueAndNoneWhereThereIsNothingToTell) {
  const std::string svg = svg_of("Days", {{"Service level, %",
                                           ChartPanel::Kind::kBars,
                                           {"a", "b"},
                                           {{"then", {80, 90}}, {"now", {{}, 95}}},
                                           100}});
  EXPECT_TRUE(svg.starts_with("<svg xmlns="));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(count(svg, "<title>"), 3U);
}

TEST(Chart, ALineBreaksWhereThereIsNothingToTell) {
  const std::string svg =
      svg_of("", {{"x", ChartPanel::Kind::kLines, {"1", "2", "3", "4"}, {{"y", {1, 2, {}, 3}}}, 0}});
  EXPECT_EQ(count(svg, "<circle"), 3U);
  EXPECT_EQ(count(svg, "M"), 2U + 5U);  // two pieces of the line, five of the grid
}

TEST(Chart, WordsDoNotBecomeMarkup) {
  const std::string svg = svg_of("<script>alert(\"&\")</script>", {});
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;alert(&quot;&amp;&quot;)"));
}

}  // namespace
}  // namespace hark::routing
