// Against a real server on a port of its own.
#include "base/http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/web/testing/running_server.h"

namespace hark::http {
namespace {

using ::testing::HasSubstr;
using web::HttpRequest;
using web::HttpResponse;

Task<HttpResponse> echo(HttpRequest request) {
  HttpResponse response;
  response.content_type = "text/plain";
  response.body = request.method + " " + std::string{request.header("Authorization")} + " " +
                  std::string{request.header("X-Note")} + " [" + request.body + "]";
  co_return response;
}

Task<HttpResponse> large(HttpRequest) {
  HttpResponse response;
  response.body.assign(2U << 20, 'x');
  co_return response;
}

Task<HttpResponse> busy(HttpRequest) {
  HttpResponse response;
  response.status = 503;
  response.headers = {{"Retry-After", "7"}};
  co_return response;
}

Task<HttpResponse> elsewhere(HttpRequest) {
  HttpResponse response;
  response.status = 302;
  response.headers = {{"Location", "/echo"}};
  co_return response;
}

class HttpClientTest : public ::testing::Test {
 protected:
  static void route(web::HttpServer& server, std::string method, std::string path, web::HttpHandler handler) {
    web::HttpRoute route;
    route.method = std::move(method);
    route.path = std::move(path);
    route.handler = std::move(handler);
    server.route(std::move(route));
  }

  Answer send(Request request, Limits limits = {}) {
    return server_.await(client_.send(std::move(request), std::move(limits)));
  }
  [[nodiscard]] std::string at(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }

  web::testing::RunningServer server_{[](web::HttpServer& server) {
    route(server, "GET", "/echo", echo);
    route(server, "POST", "/echo", echo);
    route(server, "GET", "/large", large);
    route(server, "GET", "/elsewhere", elsewhere);
    route(server, "GET", "/busy", busy);
  }};
  HttpClient client_{2};
};

TEST_F(HttpClientTest, SendsMethodHeadersPasswordAndBody) {
  const auto answer = send({.method = "POST",
                            .url = at("/echo"),
                            .headers = {"X-Note: n"},
                            .user = "u",
                            .password = "p",
                            .body = "a=b"});
  EXPECT_EQ(answer.kind, Answer::Kind::kAnswered);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST Basic dTpw n [a=b]");
  EXPECT_EQ(answer.content_type, "text/plain");
}

TEST_F(HttpClientTest, ConnectsToNoPrivateAddressForAStranger) {
  const auto answer = send({.url = at("/echo")}, {.public_only = true});
  EXPECT_EQ(answer.kind, Answer::Kind::kNotSent);
  EXPECT_EQ(answer.detail, "it is at a private address");
}

TEST_F(HttpClientTest, ReadsNoMoreThanItsLimit) {
  const auto answer = send({.url = at("/large")}, {.answer_bytes_max = 1U << 20});
  EXPECT_EQ(answer.kind, Answer::Kind::kUnknown);
  EXPECT_EQ(answer.detail, "it is larger than 1 MiB");
  EXPECT_TRUE(answer.too_large);
}

TEST_F(HttpClientTest, TellsWhenTheServerWantsItAgain) {
  const auto answer = send({.url = at("/busy")});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.retry_after, std::chrono::seconds{7});
}

TEST_F(HttpClientTest, GoesElsewhereOnlyIfItMay) {
  EXPECT_EQ(send({.url = at("/elsewhere")}).status, 302);
  EXPECT_EQ(send({.url = at("/elsewhere")}, {.redirects_max = 1}).status, 200);
}

TEST_F(HttpClientTest, SaysThatNothingHasLeft) {
  EXPECT_EQ(send({.url = "http://127.0.0.1:1/"}).kind, Answer::Kind::kNotSent);
  const auto late = send({.url = at("/echo")}, {.until = std::chrono::steady_clock::now()});
  EXPECT_EQ(late.kind, Answer::Kind::kNotSent);
  EXPECT_THAT(late.detail, HasSubstr("no time left"));
  EXPECT_EQ(send({.url = "file:///etc/passwd"}).kind, Answer::Kind::kNotSent);
}

}  // namespace
}  // namespace hark::http
