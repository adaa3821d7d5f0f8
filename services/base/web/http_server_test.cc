// A real server on a port of its own, and clients that say exactly which bytes they send.
#include "base/web/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/async/notifier.h"
#include "base/web/testing/running_server.h"
#include "base/web/testing/web_client.h"

namespace hark::web {
namespace {

using std::chrono::milliseconds;
using testing::fetch;
using ::testing::HasSubstr;
using testing::read_reply;
using testing::RunningServer;
using ::testing::StartsWith;
using testing::TestConnection;
using testing::TestWebSocket;

Task<HttpResponse> echo(HttpRequest request) {
  HttpResponse response;
  response.body = request.method + " " + request.path + " [" + request.body + "]";
  co_return response;
}

constexpr std::size_t kLarge = 16U << 20;

Task<HttpResponse> measure(HttpRequest request) {
  HttpResponse response;
  response.body = std::to_string(request.body.size());
  co_return response;
}

Task<HttpResponse> large(HttpRequest) {
  HttpResponse response;
  response.body.assign(kLarge, 'x');
  co_return response;
}

Task<HttpResponse> fail(HttpRequest) {
  throw std::runtime_error{"handler broke"};
  co_return HttpResponse{};
}

class Pieces final : public BodySource {
 public:
  Pieces(int count, bool fails) : left_{count}, fails_{fails} {}
  Task<Result<std::string>> next() override {
    if (left_-- > 0) co_return std::string(1000, 'x');
    if (fails_) co_return Error{Code::kUnavailable, Reason::kStoreUnavailable, "lost"};
    co_return std::string{};
  }

 private:
  int left_;
  bool fails_;
};

Task<HttpResponse> stream(HttpRequest request) {
  HttpResponse response;
  response.source = std::make_shared<Pieces>(3, request.query == "fails");
  if (request.query == "sized") response.source_size = 3000;
  if (request.query == "short") response.source_size = 4000;
  co_return response;
}

Task<HttpResponse> with_headers(HttpRequest) {
  HttpResponse response;
  response.headers = {{"Content-Security-Policy", "sandbox"},
                      {"Set-Cookie", "a=1"},
                      {"Set-Cookie", "b=2"},
                      {"X-Name", "one\r\nX-Injected: two"}};
  co_return response;
}

Task<> echo_socket(std::shared_ptr<WebSocketSession> session) {
  while (auto text = co_await session->receive()) {
    if (*text == "throw") throw std::runtime_error{"session broke"};
    if (*text == "bye") co_return;
    session->send("echo " + *text);
  }
}

/// Says far more than its client reads, then waits for the session to end.
Task<> flood(std::shared_ptr<WebSocketSession> session) {
  const std::string kilobytes(64 * 1024, 'f');
  const auto executor = co_await asio::this_coro::executor;
  for (int i = 0; i < 4096 && session->send(kilobytes); ++i)
    co_await asio::post(executor, asio::use_awaitable);
  while (co_await session->receive()) {
  }
}

WebSocketHandler serving(Task<> (*serve)(std::shared_ptr<WebSocketSession>)) {
  return [serve](std::shared_ptr<WebSocketSession> session, const HttpRequest&) {
    return serve(std::move(session));
  };
}

void set_up(HttpServer& server) {
  server.route({"GET", "/echo/*", echo});
  server.route({"POST", "/echo/*", echo, 1000});
  server.route({"POST", "/measure", measure, kLarge});
  server.route({"GET", "/large", large});
  server.route({"GET", "/fail", fail});
  server.route({"GET", "/stream", stream});
  server.route({"GET", "/headers", with_headers});
  server.websocket({"/ws", serving(echo_socket)});
  server.websocket({"/ws/flood", serving(flood), 512 * 1024, 1024 * 1024});
  server.websocket({"/ws/one", serving(echo_socket), 1000, 1000, 1});
}

HttpServerOptions quick() {
  HttpServerOptions options;
  options.limits.header_timeout = milliseconds{150};
  options.limits.body_timeout = milliseconds{150};
  options.limits.idle_timeout = milliseconds{150};
  options.limits.ping_interval = milliseconds{100};
  options.limits.close_timeout = milliseconds{300};
  return options;
}

/// Lets a server's idle_timeout pass.
void let_time_pass(RunningServer& server) { EXPECT_EQ(TestConnection{server.port()}.read_some(), ""); }

/// A transfer that lasts for this many of the server's idle_timeouts outlasts what each piece may take.
constexpr int kSlowSteps = 12;

HttpServerOptions quick_for_pieces() {
  auto options = quick();
  options.limits.body_timeout = options.limits.write_timeout =
      kSlowSteps * 2 / 3 * options.limits.idle_timeout;
  return options;
}

TEST(HttpServer, AnswersGetHeadAndPost) {
  RunningServer server{set_up};
  EXPECT_EQ(fetch(server.port(), "GET", "/echo/a%20b?q").body, "GET /echo/a b []");
  EXPECT_EQ(fetch(server.port(), "POST", "/echo/x", {}, "hello").body, "POST /echo/x [hello]");
  const auto head = fetch(server.port(), "HEAD", "/echo/x");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "15");
  EXPECT_EQ(head.body, "");
}

TEST(HttpServer, SaysWhatIsWrongWithPathAndMethod) {
  RunningServer server{set_up};
  EXPECT_EQ(fetch(server.port(), "GET", "/nowhere").status, 404);
  const auto reply = fetch(server.port(), "DELETE", "/echo/x");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(fetch(server.port(), "GET", "/ws").status, 426);
}

TEST(HttpServer, KeepsAConnectionForSeveralRequestsAlsoPipelined) {
  RunningServer server{set_up};
  TestConnection connection{server.port()};
  connection.send("GET /echo/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(read_reply(connection).body, "GET /echo/1 []");
  connection.send(
      "POST /echo/2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /echo/3 HTTP/1.1\r\nHost: x\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(read_reply(connection).body, "POST /echo/2 [abc]");
  EXPECT_EQ(read_reply(connection).body, "GET /echo/3 []");
  EXPECT_EQ(connection.read_some(), "");
  EXPECT_EQ(server.stats().requests_total, 3U);
}

TEST(HttpServer, ReadsChunkedBodiesAndSaysContinue) {
  RunningServer server{set_up};
  TestConnection connection{server.port()};
  connection.send(
      "POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_through("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(read_reply(connection).body, "POST /echo/x [abcde]");
}

TEST(HttpServer, SendsSecurityHeadersWithEveryAnswerUnlessTheHandlerSetItsOwn) {
  RunningServer server{set_up};
  for (const auto* path : {"/echo/x", "/nowhere"}) {
    const auto reply = fetch(server.port(), "GET", path);
    EXPECT_THAT(reply.header("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
    EXPECT_FALSE(reply.header("date").empty());
  }
  const auto own = fetch(server.port(), "GET", "/headers");
  EXPECT_EQ(own.header("content-security-policy"), "sandbox");
  EXPECT_EQ(own.header("x-injected"), "") << "a header value must not start another header";
  EXPECT_EQ(std::count_if(own.headers.begin(), own.headers.end(),
                          [](const auto& h) { return h.name == "Set-Cookie"; }),
            2);
}

TEST(HttpServer, AnswersMalformedRequestsWith400AndCloses) {
  RunningServer server{set_up};
  for (const std::string bad :
       {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "GET /echo/x HTTP/1.1\r\n\r\n",
        "GET /echo/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /a%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /echo/x HTTP/1.1\r\nHost x\r\n\r\n", "GET /echo/x HTTP/1.1\r\nHo st: x\r\n\r\n",
        "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3x\r\n\r\nabc",
        "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    TestConnection connection{server.port()};
    connection.send(bad);
    EXPECT_EQ(read_reply(connection).status, 400) << bad;
    EXPECT_EQ(connection.read_some(), "") << bad;
  }
}

TEST(HttpServer, RefusesHeadersAndBodiesOverTheirLimits) {
  RunningServer server{set_up};
  EXPECT_EQ(fetch(server.port(), "GET", "/echo/x", {{"X-Long", std::string(17 * 1024, 'a')}}).status, 431);
  EXPECT_EQ(fetch(server.port(), "GET", "/" + std::string(100 * 1024, 'a')).status, 431);
  EXPECT_EQ(fetch(server.port(), "POST", "/echo/x", {}, std::string(1000, 'b')).status, 200);
  EXPECT_EQ(fetch(server.port(), "POST", "/echo/x", {}, std::string(1001, 'b')).status, 413);
  EXPECT_EQ(fetch(server.port(), "POST", "/echo/x", {}, std::string(500'000, 'b')).status, 413);
  TestConnection chunked{server.port()};
  chunked.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  chunked.send("400\r\n" + std::string(1024, 'c') + "\r\n0\r\n\r\n");
  EXPECT_EQ(read_reply(chunked).status, 413);
}

TEST(HttpServer, RefusesByTheHeadersAloneBeforeABodyIsRead) {
  RunningServer server{[](HttpServer& http) {
    set_up(http);
    HttpRoute guarded{"POST", "/guarded", &echo};
    guarded.refuse = [](const HttpRequest& request) -> std::optional<HttpResponse> {
      if (request.header("authorization") == "let me") return std::nullopt;
      return plain_response(401, "who are you?");
    };
    http.route(std::move(guarded));
  }};
  TestConnection stranger{server.port()};
  stranger.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");  // and no body at all
  EXPECT_EQ(read_reply(stranger).status, 401);
  EXPECT_EQ(fetch(server.port(), "POST", "/guarded", {{"Authorization", "let me"}}, "body").status, 200);
}

TEST(HttpServer, ReadsOnlySoManyBodiesOfARouteAtOnce) {
  RunningServer server{[](HttpServer& http) {
    set_up(http);
    HttpRoute one{"POST", "/one", &echo};
    one.requests_max = 1;
    http.route(std::move(one));
  }};
  TestConnection slow{server.port()};
  slow.send("POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  slow.read_through("\r\n\r\n");  // its body is being read now
  EXPECT_EQ(fetch(server.port(), "POST", "/one", {}, "two").status, 503);
  slow.send("body");
  EXPECT_EQ(read_reply(slow).status, 200);
  EXPECT_EQ(fetch(server.port(), "POST", "/one", {}, "three").status, 200);
}

TEST(HttpServer, AConnectionOfWhichASmallRequestIsRefusedGoesOn) {
  RunningServer server{[](HttpServer& http) {
    set_up(http);
    HttpRoute guarded{"POST", "/guarded", &echo};
    guarded.refuse = [](const HttpRequest& request) -> std::optional<HttpResponse> {
      if (request.header("authorization") == "let me") return std::nullopt;
      return plain_response(401, "who are you?");
    };
    http.route(std::move(guarded));
  }};
  TestConnection one{server.port()};
  for (const std::size_t size : {0, 4, 60'000}) {
    one.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
             std::string(size, 'x'));
    EXPECT_EQ(read_reply(one).status, 401) << size;
  }
  one.send("POST /guarded HTTP/1.1\r\nHost: x\r\nAuthorization: let me\r\nContent-Length: 4\r\n\r\nbody");
  const auto taken = read_reply(one);
  EXPECT_EQ(taken.status, 200);
  one.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + std::string(70'000, 'x'));
  EXPECT_EQ(read_reply(one).status, 401);
  EXPECT_EQ(one.read_some(), "");
}

TEST(HttpServer, GivesUpOnAClientThatDripsItsHeadersOrItsBody) {
  RunningServer server{set_up, quick()};
  TestConnection headers{server.port()};
  headers.send("GET /echo/x HTTP/1.1\r\nHost:");
  EXPECT_EQ(headers.read_some(), "");
  TestConnection body{server.port()};
  body.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(body.read_some(), "");
}

TEST(HttpServer, TakesALargeBodyOverASlowLineForAsLongAsItKeepsComing) {
  RunningServer server{set_up, quick_for_pieces()};
  TestConnection slow{server.port()};
  slow.send("POST /measure HTTP/1.1\r\nHost: x\r\nContent-Length: " +
            std::to_string(kSlowSteps * kBodyPieceSize) + "\r\n\r\n");
  for (int i = 0; i < kSlowSteps; ++i) {
    let_time_pass(server);
    slow.send(std::string(kBodyPieceSize, 'x'));
  }
  EXPECT_EQ(read_reply(slow).body, std::to_string(kSlowSteps * kBodyPieceSize));
}

TEST(HttpServer, SendsALargeAnswerOverASlowLineForAsLongAsItIsTaken) {
  RunningServer server{set_up, quick_for_pieces()};
  TestConnection slow{server.port(), 4096};
  slow.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(slow.read_through("\r\n\r\n"));
  constexpr std::size_t kStep = kLarge / (kSlowSteps + 1);
  for (int i = 0; i < kSlowSteps; ++i) {
    let_time_pass(server);
    ASSERT_TRUE(slow.read_exactly(kStep));
  }
  EXPECT_TRUE(slow.read_exactly(kLarge - kSlowSteps * kStep));
}

TEST(HttpServer, GivesUpOnAClientThatTakesNothing) {
  auto options = quick();
  options.limits.write_timeout = milliseconds{150};
  RunningServer server{set_up, options};
  TestConnection stuck{server.port(), 4096};
  stuck.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(stuck.read_through("\r\n\r\n"));
  for (int i = 0; i < 100 && server.stats().connections_now > 0; ++i) let_time_pass(server);
  EXPECT_LT(stuck.read_to_end().size(), kLarge);
}

TEST(HttpServer, ClosesAnIdleConnectionWithoutAWord) {
  RunningServer server{set_up, quick()};
  TestConnection connection{server.port()};
  EXPECT_EQ(connection.read_some(), "");
}

TEST(HttpServer, AnswersAHandlerThatThrowsWith500AndGoesOn) {
  std::string reported;
  HttpServerOptions options;
  options.on_failure = [&](std::string_view where, std::string_view what) {
    reported = std::string{where} + ": " + std::string{what};
  };
  RunningServer server{set_up, options};
  const auto reply = fetch(server.port(), "GET", "/fail");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, ::testing::Not(HasSubstr("handler broke")));
  EXPECT_EQ(fetch(server.port(), "GET", "/echo/x").status, 200);
  server.stop();
  EXPECT_EQ(reported, "/fail: handler broke");
}

TEST(HttpServer, StreamsABodyAndBreaksOffWhenItsSourceFails) {
  RunningServer server{set_up};
  EXPECT_EQ(fetch(server.port(), "GET", "/stream").body.size(), 3000U);
  const auto sized = fetch(server.port(), "GET", "/stream?sized");
  EXPECT_EQ(sized.header("content-length"), "3000");
  EXPECT_EQ(sized.body.size(), 3000U);
  EXPECT_EQ(fetch(server.port(), "HEAD", "/stream?sized").header("content-length"), "3000");
  TestConnection fails{server.port()};
  fails.send("GET /stream?fails HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto all = fails.read_to_end();
  EXPECT_THAT(all, HasSubstr("xxxx"));
  EXPECT_FALSE(all.ends_with("0\r\n\r\n")) << "a broken download must not look whole";
  TestConnection too_short{server.port()};
  too_short.send("GET /stream?short HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(too_short.read_to_end().size(), 4000U);
  TestConnection old{server.port()};
  old.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.read_to_end().ends_with(std::string(3000, 'x')));
}

TEST(HttpServer, RefusesConnectionsOverItsLimitWith503) {
  HttpServerOptions options;
  options.limits.connections_max = 1;
  RunningServer server{set_up, options};
  TestConnection first{server.port()};
  first.send("GET /echo/x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(read_reply(first).status, 200);
  TestConnection second{server.port()};
  const auto reply = read_reply(second);
  EXPECT_EQ(reply.status, 503);
  EXPECT_FALSE(reply.header("retry-after").empty());
}

TEST(HttpServer, SaysClearlyThatAPortIsTaken) {
  RunningServer server{set_up};
  const auto result = server.run([&] {
    HttpServer second{server.executor()};
    return second.listen("127.0.0.1", server.port());
  });
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("port " + std::to_string(server.port())));
}

TEST(WebSocket, EchoesTextsAndClosesWhenItsHandlerReturns) {
  RunningServer server{set_up};
  TestWebSocket socket{server.port(), "/ws"};
  ASSERT_EQ(socket.status(), 101);
  socket.send_text("one");
  socket.send_text(std::string(100'000, 'y'));
  EXPECT_EQ(socket.receive_text(), "echo one");
  EXPECT_EQ(socket.receive_text()->size(), 100'005U);
  socket.send_text("bye");
  EXPECT_EQ(socket.receive_text(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 1000);
}

TEST(WebSocket, RefusesPagesOfOtherOrigins) {
  RunningServer server{set_up};
  EXPECT_EQ(TestWebSocket(server.port(), "/ws", {{"Origin", "http://evil.example"}}).status(), 403);
  EXPECT_EQ(
      TestWebSocket(server.port(), "/ws", {{"Origin", "http://localhost:" + std::to_string(server.port())}})
          .status(),
      101);
}

TEST(WebSocket, AnswersOneTooManyWith503AndLetsTheNextInWhenOneLeaves) {
  RunningServer server{set_up};
  TestWebSocket first{server.port(), "/ws/one"};
  EXPECT_EQ(first.status(), 101);
  EXPECT_EQ(TestWebSocket(server.port(), "/ws/one").status(), 503);
  first.close();
  EXPECT_EQ(first.connection().read_some(), "");
  while (server.stats().websockets_now > 0) std::this_thread::yield();
  EXPECT_EQ(TestWebSocket(server.port(), "/ws/one").status(), 101);
}

TEST(WebSocket, ClosesWith1009OverTheMessageLimitAnd1003OnBinaryAnd1007OnBrokenUtf8) {
  RunningServer server{set_up};
  TestWebSocket large{server.port(), "/ws"};
  large.send_text(std::string(512 * 1024 + 1, 'z'));
  EXPECT_EQ(large.receive_text(), std::nullopt);
  EXPECT_EQ(large.close_code(), 1009);
  TestWebSocket binary{server.port(), "/ws"};
  binary.send_frame(2, "\x01\x02");
  EXPECT_EQ(binary.receive_text(), std::nullopt);
  EXPECT_EQ(binary.close_code(), 1003);
  TestWebSocket broken{server.port(), "/ws"};
  broken.send_text("\xff\xfe");
  EXPECT_EQ(broken.receive_text(), std::nullopt);
  EXPECT_EQ(broken.close_code(), 1007);
}

TEST(WebSocket, EndsASessionThatBreaksTheProtocol) {
  RunningServer server{set_up};
  TestWebSocket reserved{server.port(), "/ws"};
  reserved.send_frame(3, "what");
  EXPECT_EQ(reserved.receive_text(), std::nullopt);
  EXPECT_EQ(reserved.close_code(), 1002);
  TestWebSocket unmasked{server.port(), "/ws"};
  unmasked.connection().send(std::string_view{"\x81\x02hi", 4});
  EXPECT_EQ(unmasked.receive_text(), std::nullopt);
  EXPECT_EQ(unmasked.close_code(), 1002);
}

TEST(WebSocket, ClosesWith1011WhenItsHandlerThrows) {
  RunningServer server{set_up};
  TestWebSocket socket{server.port(), "/ws"};
  socket.send_text("throw");
  EXPECT_EQ(socket.receive_text(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 1011);
}

TEST(WebSocket, PingsASilentClientAndDropsItWhenItNeverAnswers) {
  RunningServer server{set_up, quick()};
  TestWebSocket socket{server.port(), "/ws"};
  const auto ping = socket.receive_frame();
  ASSERT_TRUE(ping);
  EXPECT_EQ(ping->opcode, 9);
  while (socket.receive_frame()) {
  }
  while (server.stats().websockets_now > 0) std::this_thread::yield();
}

TEST(WebSocket, KeepsAClientThatAnswersPings) {
  RunningServer server{set_up, quick()};
  TestWebSocket socket{server.port(), "/ws"};
  for (int i = 0; i < 4; ++i) {
    const auto ping = socket.receive_frame();
    ASSERT_TRUE(ping);
    ASSERT_EQ(ping->opcode, 9);
    socket.send_frame(10, ping->payload);
  }
  socket.send_text("still here");
  EXPECT_EQ(socket.receive_text(), "echo still here");
}

TEST(WebSocket, ClosesASlowClientWith4008OnceItReadsOn) {
  RunningServer server{set_up};
  TestWebSocket socket{server.port(), "/ws/flood", {}, 4096};
  while (server.stats().slow_closed_total == 0) std::this_thread::yield();
  while (socket.receive_text()) {
  }
  EXPECT_EQ(socket.close_code(), 4008);
  EXPECT_THAT(socket.close_reason(), HasSubstr("reconnect"));
}

TEST(WebSocket, CutsAClientThatNeverReads) {
  RunningServer server{set_up, quick()};
  TestWebSocket socket{server.port(), "/ws/flood", {}, 4096};
  while (server.stats().slow_closed_total == 0) std::this_thread::yield();
  while (server.stats().websockets_now > 0) std::this_thread::yield();
}

TEST(Stop, ClosesWebSocketsWith1012AndIdleConnectionsAtOnce) {
  RunningServer server{set_up};
  TestConnection idle{server.port()};
  idle.send("GET /echo/x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(read_reply(idle).status, 200);
  TestWebSocket socket{server.port(), "/ws"};
  socket.send_text("hello");
  EXPECT_EQ(socket.receive_text(), "echo hello");
  auto stopped = std::async(std::launch::async, [&] { server.stop(); });
  EXPECT_EQ(socket.receive_text(), std::nullopt);
  EXPECT_EQ(socket.close_code(), 1012);
  EXPECT_EQ(idle.read_some(), "");
  stopped.get();
}

/// Waits for the test's word before it answers.
struct Gate {
  Notifier* opened = nullptr;
  bool is_open = false;
  bool reached = false;
};
Task<HttpResponse> wait_for(Gate& gate) {
  Notifier opened{co_await asio::this_coro::executor};
  gate.opened = &opened;
  gate.reached = true;
  while (!gate.is_open) co_await gate.opened->wait();
  co_return plain_response(200, "late");
}

TEST(Stop, LetsARequestUnderWayFinish) {
  Gate gate;
  RunningServer server{
      [&](HttpServer& s) { s.route({"GET", "/wait", [&](HttpRequest) { return wait_for(gate); }}); }};
  TestConnection connection{server.port()};
  connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!server.run([&] { return gate.reached; })) std::this_thread::yield();
  auto stopped = std::async(std::launch::async, [&] { server.stop(); });
  while (std::string{"refused"} != [&]() -> std::string {
    try {
      TestConnection probe{server.port()};
      return "open";
    } catch (const std::exception&) {
      return "refused";
    }
  }())
    std::this_thread::yield();
  asio::post(server.executor(), [&] {
    gate.is_open = true;
    gate.opened->notify_all();
  });
  const auto reply = read_reply(connection);
  EXPECT_EQ(reply.body, "200 late\n");
  EXPECT_EQ(reply.header("connection"), "close");
  stopped.get();
}

TEST(Stop, CancelsWhatDoesNotEndInTime) {
  Gate gate;
  RunningServer server{
      [&](HttpServer& s) { s.route({"GET", "/wait", [&](HttpRequest) { return wait_for(gate); }}); }};
  TestConnection connection{server.port()};
  connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!server.run([&] { return gate.reached; })) std::this_thread::yield();
  server.stop(milliseconds{20});
  EXPECT_EQ(connection.read_some(), "");
}

}  // namespace
}  // namespace hark::web
