#include "base/web/http_message.h"

#include <gtest/gtest.h>

#include "base/web/routes.h"

namespace hark::web {
namespace {

TEST(ParseTarget, SplitsAndDecodesThePathButLeavesTheQueryAsSent) {
  const auto target = parse_target("/console/blob/con_1/a%20b?name=x%2Fy&z");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/console/blob/con_1/a b");
  EXPECT_EQ(target->query, "name=x%2Fy&z");
}

TEST(ParseTarget, AcceptsTheAbsoluteFormThatProxiesSend) {
  EXPECT_EQ(parse_target("http://hark.example:7470/console/?x=1")->path, "/console/");
  EXPECT_EQ(parse_target("HTTPS://hark.example")->path, "/");
  EXPECT_EQ(parse_target("http://hark.example?x")->query, "x");
}

TEST(ParseTarget, RefusesWhatIsNoTarget) {
  for (const auto* bad : {"", "*", "console", "ftp://x/y", "/a%", "/a%2", "/a%zz", "/a%00b", "/a%0d%0ab"}) {
    EXPECT_FALSE(parse_target(bad).ok()) << bad;
  }
}

TEST(HttpRequest, FindsHeadersInAnyCaseAndDecodesQueryValues) {
  HttpRequest request;
  request.headers = {{"Content-TYPE", "text/plain"}};
  request.query = "a=1&name=r%C4%93%C4%B7ins+1.pdf&name=second&flag&broken=%";
  EXPECT_EQ(request.header("content-type"), "text/plain");
  EXPECT_EQ(request.header("accept"), "");
  EXPECT_EQ(request.query_value("name"), "r\u0113\u0137ins 1.pdf");
  EXPECT_EQ(request.query_value("flag"), "");
  EXPECT_EQ(request.query_value("broken"), std::nullopt);
  EXPECT_EQ(request.query_value("missing"), std::nullopt);
}

TEST(HttpRequest, FindsACookieAmongOthersWithoutMatchingPartsOfNames) {
  HttpRequest request;
  request.headers = {{"Cookie", "xhark_session=no; hark_session=a.b=c;theme=dark"}};
  EXPECT_EQ(request.cookie("hark_session"), "a.b=c");
  EXPECT_EQ(request.cookie("theme"), "dark");
  EXPECT_EQ(request.cookie("session"), std::nullopt);
}

TEST(SameOrigin, AcceptsThisHostAndProgramsButNoOtherPage) {
  const auto with_origin = [](std::string origin) {
    HttpRequest request;
    request.headers = {{"Host", "hark.example:7470"}, {"Origin", std::move(origin)}};
    return same_origin(request);
  };
  EXPECT_TRUE(with_origin("http://hark.example:7470"));
  EXPECT_TRUE(with_origin("https://HARK.example:7470"));
  EXPECT_FALSE(with_origin("http://hark.example"));
  EXPECT_FALSE(with_origin("http://evil.example"));
  EXPECT_FALSE(with_origin("http://evil.example/hark.example:7470"));
  EXPECT_FALSE(with_origin("null"));
  EXPECT_FALSE(with_origin(""));
  EXPECT_TRUE(same_origin(HttpRequest{}));
}

Task<HttpResponse> nothing(HttpRequest) { co_return HttpResponse{}; }

TEST(RouteTable, PrefersTheExactPathThenTheLongestPrefix) {
  RouteTable table;
  table.add(HttpRoute{"GET", "/a/*", nothing});
  table.add(HttpRoute{"GET", "/a/b/*", nothing});
  table.add(HttpRoute{"GET", "/a/b/c", nothing});
  EXPECT_EQ(table.find("GET", "/a/b/c").route->path, "/a/b/c");
  EXPECT_EQ(table.find("GET", "/a/b/d").route->path, "/a/b/*");
  EXPECT_EQ(table.find("HEAD", "/a/x").route->path, "/a/*");
  EXPECT_EQ(table.find("GET", "/a").route, nullptr);
  EXPECT_TRUE(table.find("GET", "/ab").allow.empty());
}

TEST(RouteTable, TellsWhichMethodsAPathServesWhenTheAskedOneIsNotAmongThem) {
  RouteTable table;
  table.add(HttpRoute{"GET", "/session", nothing});
  table.add(HttpRoute{"POST", "/session", nothing});
  const auto match = table.find("PUT", "/session");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

}  // namespace
}  // namespace hark::web
