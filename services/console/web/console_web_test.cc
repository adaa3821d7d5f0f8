// A real server and real sockets around the service; behind it, fakes.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "base/web/testing/running_server.h"
#include "base/web/testing/web_client.h"
#include "console/testing/fakes.h"
#include "console/web/frames.h"
#include "console/web/routes.h"

namespace hark::console {
namespace {

using testing::conversation_id;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using web::testing::fetch;
using web::testing::TestWebSocket;

const std::string kOne = conversation_id('1');
constexpr std::size_t kFileMax = 1'000'000;
const std::string kBlob(64, 'a');

class ConsoleWebTest : public ::testing::Test {
 protected:
  ConsoleWebTest()
      : server{[this](web::HttpServer& http) {
          RouteOptions options;
          options.demo_login = "ana";
          options.demo_password = "dem\"o";
          options.sockets_max = 2;
          options.attachment_size_max = kFileMax;
          add_routes(http, [this] { return service; }, options);
        }} {
    server.run([this] {
      world = std::make_unique<FakeWorld>(server.executor());
      world->add_agent("ana");
      world->add_conversation(kOne, "ana");
      world->blobs.pieces[kBlob] = {"first ", "second"};
      service = std::make_shared<ConsoleService>(server.executor(), world->ports(), clock,
                                                 ConsoleOptions{"0123456789abcdef"});
      service->start();
    });
  }
  ~ConsoleWebTest() override {
    server.await(service->stop());
    server.stop();
    server.run([this] {
      service.reset();
      world.reset();
    });
  }

  static v1::ConsoleResponse decode(const std::string& json) {
    v1::ConsoleResponse response;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &response).ok()) << json;
    return response;
  }
  /// The answer to that request; what is told in between is skipped.
  static v1::ConsoleResponse ask(TestWebSocket& socket, const std::string& frame, std::int64_t id) {
    socket.send_text(frame);
    while (const auto text = socket.receive_text()) {
      auto response = decode(*text);
      if (response.request_id() == id) return response;
    }
    return {};
  }
  std::string sign_in(TestWebSocket& socket) {
    return ask(socket, R"({"requestId":1,"signIn":{"login":"ana","password":"right"}})", 1)
        .signed_in()
        .session_token();
  }
  std::string token() {
    TestWebSocket socket{server.port(), "/ws/console"};
    auto token = sign_in(socket);
    socket.close();
    return token;
  }

  SystemClock clock;
  std::shared_ptr<ConsoleService> service;
  std::unique_ptr<FakeWorld> world;
  web::testing::RunningServer server;
};

TEST_F(ConsoleWebTest, CarriesASessionFromSignInToAnOpenConversation) {
  TestWebSocket socket{server.port(), "/ws/console"};
  ASSERT_EQ(socket.status(), 101);
  EXPECT_FALSE(sign_in(socket).empty());
  const auto opened = ask(socket, R"({"requestId":"2","open":{"conversationId":")" + kOne + "\"}}", 2);
  ASSERT_EQ(opened.conversation().entries_size(), 1);
  EXPECT_EQ(opened.conversation().entries(0).content().text(), "hello");
  server.run([this] {
    world->conversations.add_inbound(kOne, "<b>again</b>");
    world->events.push(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2));
  });
  for (;;) {
    const auto text = socket.receive_text();
    ASSERT_TRUE(text);
    const auto told = decode(*text);
    if (!told.has_conversation()) continue;
    EXPECT_EQ(told.conversation().entries(0).content().text(), "<b>again</b>");
    break;
  }
}

TEST_F(ConsoleWebTest, AnswersAFrameThatItCannotReadByItsNumber) {
  TestWebSocket socket{server.port(), "/ws/console"};
  const auto unknown = ask(socket, R"({"requestId":"5","open":{"conversationId":"x","colour":"red"}})", 5);
  EXPECT_EQ(unknown.failed().reason(), "UNKNOWN_FIELD");
  EXPECT_THAT(unknown.failed().message(), HasSubstr("colour"));
  const auto broken = ask(socket, "not json", 0);
  EXPECT_EQ(broken.failed().reason(), "INVALID_FIELD");
  const auto deep = ask(socket, std::string(5'000, '['), 0);
  EXPECT_EQ(deep.failed().reason(), "INVALID_FIELD");
  EXPECT_FALSE(sign_in(socket).empty()) << "the session goes on";
}

TEST_F(ConsoleWebTest, HoldsSocketsToTheirNumber) {
  TestWebSocket first{server.port(), "/ws/console"}, second{server.port(), "/ws/console"};
  EXPECT_EQ(TestWebSocket(server.port(), "/ws/console").status(), 503);
}

TEST_F(ConsoleWebTest, SendsPagesAwayToComeBackWhenItStops) {
  TestWebSocket socket{server.port(), "/ws/console"};
  sign_in(socket);
  auto stopped = std::async(std::launch::async, [this] { server.await(service->stop()); });
  while (socket.receive_text()) {
  }
  EXPECT_EQ(socket.close_code(), 1012);
  stopped.get();
}

TEST_F(ConsoleWebTest, ServesThePageUnderAPolicyWithoutInlineScripts) {
  EXPECT_EQ(fetch(server.port(), "GET", "/").header("location"), "/console/");
  EXPECT_EQ(fetch(server.port(), "GET", "/console").header("location"), "/console/");
  const auto page = fetch(server.port(), "GET", "/console/");
  EXPECT_THAT(page.body, StartsWith("<!doctype html>"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script>")));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("script-src 'self';"));
  EXPECT_EQ(fetch(server.port(), "GET", "/console/app.js").header("content-type"),
            "text/javascript; charset=utf-8");
  EXPECT_EQ(fetch(server.port(), "GET", "/console/", {{"If-None-Match", page.header("etag")}}).status, 304);
  EXPECT_EQ(fetch(server.port(), "GET", "/console/nothing.js").status, 404);
  const auto plain = fetch(server.port(), "GET", "/console/app.js");
  const auto small = fetch(server.port(), "GET", "/console/app.js", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(small.header("content-encoding"), "gzip");
  EXPECT_LT(small.body.size(), 100'000u) << "a page's script is small enough for a slow line";
  EXPECT_LT(small.body.size(), plain.body.size());
  EXPECT_EQ(fetch(server.port(), "GET", "/console/info").body,
            R"({"demoLogin":"ana","demoPassword":"dem\"o"})");
}

TEST_F(ConsoleWebTest, GivesFilesOnlyToThoseWhoSignedIn) {
  const auto address =
      "/console/blob/" + kOne + "/" + kBlob + "?name=a.html&type=text/html&size=12&inlined=1&inline=1";
  EXPECT_EQ(fetch(server.port(), "GET", address).status, 401);
  EXPECT_EQ(fetch(server.port(), "GET", address, {{"Cookie", "hark_session=ana.9999999999999.XYZ"}}).status,
            401);
  const auto session = token();
  const auto kept =
      fetch(server.port(), "POST", "/console/session", {{"Authorization", "Bearer " + session}});
  EXPECT_EQ(kept.status, 204);
  EXPECT_THAT(kept.header("set-cookie"), HasSubstr("HttpOnly; SameSite=Strict"));
  const auto file = fetch(server.port(), "GET", address, {{"Cookie", "hark_session=" + session}});
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, "first second");
  EXPECT_EQ(file.header("content-type"), "application/octet-stream");
  EXPECT_THAT(file.header("content-disposition"), StartsWith("attachment;"));
  EXPECT_THAT(file.header("content-security-policy"), HasSubstr("sandbox"));
  EXPECT_EQ(file.header("x-content-type-options"), "nosniff");
  server.run([this] {
    ASSERT_EQ(world->blobs.asked.size(), 1U);
    EXPECT_EQ(world->blobs.asked[0].conversation_id(), kOne);
    EXPECT_TRUE(world->blobs.asked[0].blob().inlined());
    EXPECT_EQ(world->blobs.asked[0].blob().size_bytes(), 12);
  });
}

TEST_F(ConsoleWebTest, TellsAMissingFileFromABrokenAddressAndABrokenDownload) {
  const std::vector<web::HttpHeader> bearer{{"Authorization", "Bearer " + token()}};
  const auto base = "/console/blob/" + kOne + "/";
  EXPECT_EQ(fetch(server.port(), "GET", base + std::string(64, 'b'), bearer).status, 404);
  EXPECT_EQ(fetch(server.port(), "GET", base + "..%2f..%2fetc", bearer).status, 400);
  EXPECT_EQ(fetch(server.port(), "GET", "/console/blob/x", bearer).status, 400);
  server.run(
      [this] { world->blobs.fails_after = Error{Code::kUnavailable, Reason::kStoreUnavailable, "lost"}; });
  EXPECT_THAT(fetch(server.port(), "GET", base + kBlob, bearer).body, Not(HasSubstr("lost")));
}

TEST_F(ConsoleWebTest, KeepsNoSessionForAnotherSitesPage) {
  const auto session = token();
  EXPECT_EQ(fetch(server.port(), "POST", "/console/session",
                  {{"Authorization", "Bearer " + session}, {"Origin", "http://evil.example"}})
                .status,
            403);
  EXPECT_EQ(fetch(server.port(), "POST", "/console/session").status, 401);
  EXPECT_THAT(fetch(server.port(), "DELETE", "/console/session").header("set-cookie"),
              HasSubstr("Max-Age=0"));
}

TEST_F(ConsoleWebTest, TakesAFileInForAReplyAndNamesItSafely) {
  const auto address = "/console/attachments?name=..%2F%E2%80%AEr%C4%93%C4%B7ins.pdf&type=Application/PDF";
  EXPECT_EQ(fetch(server.port(), "POST", address, {}, "bytes").status, 401);
  const std::vector<web::HttpHeader> bearer{{"Authorization", "Bearer " + token()}};
  const auto answer = fetch(server.port(), "POST", address, bearer, std::string(600'000, 'x'));
  EXPECT_EQ(answer.status, 200);
  v1::Attachment attachment;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(answer.body, &attachment).ok()) << answer.body;
  EXPECT_EQ(attachment.file_name(), "r\u0113\u0137ins.pdf");
  EXPECT_EQ(attachment.content_type(), "application/pdf");
  EXPECT_EQ(attachment.blob().size_bytes(), 600'000);
  EXPECT_FALSE(attachment.blob().inlined());
  EXPECT_EQ(fetch(server.port(), "POST", address, bearer, "").status, 400);
  EXPECT_EQ(fetch(server.port(), "POST", address, bearer, std::string(kFileMax + 1, 'x')).status, 413);
  auto foreign = bearer;
  foreign.push_back({"Origin", "http://evil.example"});
  EXPECT_EQ(fetch(server.port(), "POST", address, foreign, "bytes").status, 403);
}

TEST_F(ConsoleWebTest, LetsNobodyInWithATokenThatWasSignedOut) {
  TestWebSocket socket{server.port(), "/ws/console"};
  const std::vector<web::HttpHeader> bearer{{"Authorization", "Bearer " + sign_in(socket)}};
  EXPECT_EQ(fetch(server.port(), "POST", "/console/session", bearer).status, 204);
  ask(socket, R"({"requestId":"9","signOut":{}})", 9);
  while (socket.receive_text()) {
  }
  EXPECT_EQ(socket.close_code(), 1000);
  EXPECT_EQ(fetch(server.port(), "POST", "/console/session", bearer).status, 401);
  EXPECT_EQ(fetch(server.port(), "GET", "/console/blob/" + kOne + "/" + kBlob, bearer).status, 401);
}

TEST_F(ConsoleWebTest, ClosesAConnectionThatSendsAMegabyteInOneFrame) {
  TestWebSocket socket{server.port(), "/ws/console"};
  socket.send_text(std::string(1 << 20, '{'));
  while (socket.receive_text()) {
  }
  EXPECT_EQ(socket.close_code(), 1009);
}

TEST_F(ConsoleWebTest, ClosesAConnectionThatSendsOnlyNonsense) {
  TestWebSocket socket{server.port(), "/ws/console"};
  for (int i = 0; i < 2 * kRefusalsAtOnce; ++i) socket.send_text("nonsense");
  int answered = 0;
  while (socket.receive_text()) ++answered;
  EXPECT_EQ(socket.close_code(), 1008);
  EXPECT_GE(answered, kRefusalsAtOnce);
  EXPECT_LT(answered, 2 * kRefusalsAtOnce);
}

TEST_F(ConsoleWebTest, ClosesAClientThatNeverReadsAndItsSessionCanBeResumed) {
  TestWebSocket deaf{server.port(), "/ws/console"};
  const auto signed_in =
      ask(deaf, R"({"requestId":1,"signIn":{"login":"ana","password":"right"}})", 1).signed_in();
  server.run([this] {
    for (int i = 0; i < 100; ++i) world->conversations.add_inbound(kOne, std::string(60'000, 'x'));
  });
  // Each answer is a quarter of a megabyte; none of them is read.
  for (int i = 0; i < 60; ++i)
    deaf.send_text(R"({"requestId":"2","open":{"conversationId":")" + kOne + "\"}}");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  std::size_t connected = 1;
  while (connected > 0 && std::chrono::steady_clock::now() < deadline)
    server.run([&] { connected = service->sessions(); });
  EXPECT_EQ(connected, 0U) << "it was let go of";
  TestWebSocket again{server.port(), "/ws/console"};
  const auto back = ask(again,
                        R"({"requestId":1,"signIn":{"sessionToken":")" + signed_in.session_token() +
                            R"(","resume":{"epoch":")" + signed_in.epoch() + R"(","offset":"0"}}})",
                        1);
  EXPECT_TRUE(back.has_signed_in());
  EXPECT_FALSE(back.signed_in().resumed()) << "too much was missed: it loads afresh, visibly";
}

TEST(Frames, SurviveTheRoundTrip) {
  v1::ConsoleResponse response;
  response.set_request_id(7);
  response.mutable_failed()->set_message("l\u0113ns \"q\" <b>");
  const auto json = encode_frame(response);
  v1::ConsoleResponse again;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &again).ok());
  EXPECT_EQ(again.failed().message(), response.failed().message());
}

}  // namespace
}  // namespace hark::console
