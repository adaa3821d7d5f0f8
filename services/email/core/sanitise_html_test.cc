#include "email/core/sanitise_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/testing/linear_time.h"

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string clean(std::string_view html) { return sanitise_html(html).html; }

TEST(SanitiseHtml, KeepsWhatIsHarmless) {
  EXPECT_EQ(clean("<p align=center>a <b>b</b><br>c</p>"), "<p align=\"center\">a <b>b</b><br>c</p>");
}

TEST(SanitiseHtml, DropsScriptsStylesAndEvents) {
  EXPECT_EQ(clean("a<script>alert(1)</script>b<style>p{}</style>c"), "abc");
  EXPECT_EQ(clean("<p onclick=x id=y class=z>a</p>"), "<p>a</p>");
  EXPECT_EQ(clean("<form action=x><input name=y><button>ok</button></form>"), "ok");
  EXPECT_EQ(clean("<svg/onload=alert(1)><math><mtext><table><mglyph><style><img src=x onerror=1>"),
            "<table></table>");
  EXPECT_EQ(clean("<scr<script>x</script>ipt>1"), "xipt&gt;1");
}

TEST(SanitiseHtml, LetsNoLinkOutButTheKnownKinds) {
  EXPECT_EQ(clean("<a href=\"java&Tab;script&colon;alert(1)\">x</a>"), "<a>x</a>");
  EXPECT_EQ(clean("<a href=\" jAvaScript:alert(1)\">x</a>"), "<a>x</a>");
  EXPECT_EQ(clean("<a href=\"data:text/html,x\">x</a>"), "<a>x</a>");
  EXPECT_EQ(
      clean("<a href=\"https://x.lv/?a=1&amp;b=2\" target=_top>x</a>"),
      "<a href=\"https://x.lv/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>");
  EXPECT_THAT(clean("<a href=mailto:a@x.lv>x</a>"), HasSubstr("mailto:a@x.lv"));
}

TEST(SanitiseHtml, LoadsNothingFromAfar) {
  const auto out =
      sanitise_html("<img src=\"http://x.lv/t.gif\" srcset=\"http://x.lv/2.gif 2x\"><img src=cid:a%40x>");
  EXPECT_EQ(out.html, "<img data-hark-src=\"http://x.lv/t.gif\"><img src=\"cid:a%40x\">");
  EXPECT_THAT(out.content_ids, ElementsAre("a@x"));
  EXPECT_TRUE(out.has_remote_images);
  EXPECT_EQ(clean("<table background=http://x><td style=\"background:url(http://x)\">a"),
            "<table><td>a</td></table>");
  EXPECT_EQ(clean("<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">"), "<img>");
}

TEST(SanitiseHtml, KeepsStyleByPropertyAndValue) {
  EXPECT_EQ(clean("<p style=\"color: RED; position:fixed; width:expression(x); font-family:'Arial', "
                  "sans-serif\">a</p>"),
            "<p style=\"color:RED;font-family:'Arial', sans-serif\">a</p>");
  EXPECT_EQ(clean("<p style=\"margin-left:-9999px;color:rgb(1,2,3);background-color:u\\72l(x)\">a</p>"),
            "<p style=\"color:rgb(1,2,3)\">a</p>");
}

TEST(SanitiseHtml, BalancesWhatIsNotBalanced) {
  EXPECT_EQ(clean("</div></td><b>a<i>b</b>c"), "<b>a<i>b</i></b>c");
  EXPECT_EQ(clean("<p>a<p>b"), "<p>a</p><p>b</p>");
  EXPECT_EQ(clean("<table><tr><td>a</div><td>b</table>c"), "<table><tr><td>a</td><td>b</td></tr></table>c");
}

TEST(SanitiseHtml, ClosesWhatABrowserWouldCloseByItself) {
  EXPECT_EQ(clean("<ul><li><div>a<li>b</div></ul>"), "<ul><li><div>a</div></li><li>b</li></ul>");
  EXPECT_EQ(clean("<ul><li>a<ul><li>b</ul><li>c</ul>"), "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>");
  EXPECT_EQ(clean("<p><span>a<div>b</div></span></p>"), "<p><span>a</span></p><div>b</div><br>");
  EXPECT_EQ(clean("<table><tr><td><div>a<td>b<tr><td>c"),
            "<table><tr><td><div>a</div></td><td>b</td></tr><tr><td>c</td></tr></table>");
  EXPECT_EQ(clean("<dl><dt>a<dd>b<dt>c</dl>"), "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>");
}

TEST(SanitiseHtml, EscapesWhatIsText) {
  EXPECT_EQ(clean("1 < 2 &lt;b&gt; &amp;amp; \"q\""), "1 &lt; 2 &lt;b&gt; &amp;amp; &quot;q&quot;");
  EXPECT_EQ(clean("<p title='\"><script>'>a</p>"), "<p title=\"&quot;&gt;&lt;script&gt;\">a</p>");
  EXPECT_EQ(clean("<!-- <b> --!>a<!-->b<!--x"), "ab");
}

TEST(SanitiseHtml, TakesLinearTimeOnHostileText) {
  const auto sanitise = [](const std::string& html) {
    sanitise_html(html);
    html_to_text(html);
  };
  for (const std::string_view piece : {"<div>", "<b>", "<table>", "<!----!>", "</", "<a b='", "<title></a>",
                                       "&amp", "<p ", "<font color=1><p>", "<!--", "</b>", "<style>"}) {
    const auto make = [&](std::size_t times) {
      std::string html;
      for (std::size_t i = 0; i < times; ++i) html += piece;
      return html;
    };
    EXPECT_TRUE(hark::testing::takes_linear_time(12'500, make, sanitise)) << piece;
  }
}

TEST(HtmlToText, WritesBlocksAsLines) {
  EXPECT_EQ(html_to_text("<div>a</div><div>b<br>c</div><p>d</p>"), "a\nb\nc\n\nd\n");
  EXPECT_EQ(html_to_text("<title>t</title><p> a \n b </p>"), "a b\n");
  EXPECT_EQ(html_to_text("<blockquote><p>a</p><p>b</p></blockquote>c"), "> a\n>\n> b\n\nc\n");
  EXPECT_EQ(html_to_text("<pre>a\n  b</pre>"), "a\n  b\n");
  EXPECT_EQ(html_to_text("<img alt=logo src=x> &euro;5 &#8364; &#128;"), "[logo] €5 € €\n");
}

}  // namespace
}  // namespace hark::email
