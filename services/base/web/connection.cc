#include "base/web/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <ctime>
#include <exception>

#include "base/web/beast_websocket.h"

namespace hark::web {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::chrono::milliseconds;

/// After refusing a body we read this much of it, so that the client gets to see the answer (a reset would
/// eat it).
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr milliseconds kLingerTime{2'000};
/// A body up to this of a request that was refused is skipped, and the connection goes on: where many are
/// refused, new connections would cost more than all the rest.
constexpr std::size_t kSkippedBodyBytesMax = 64 * 1024;
constexpr int kRetryAfterSeconds = 5;

using Head = http::request_parser<http::empty_body>;
using Reply = http::response<http::buffer_body>;

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
                kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text;
}

/// Nothing that a handler puts into a header may start another one.
std::string one_line(std::string_view value) {
  std::string out{value};
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

Reply make_head(const HttpResponse& response, unsigned version, bool keep_alive) {
  Reply reply{static_cast<http::status>(response.status), version};
  for (const auto& header : security_headers()) reply.set(header.name, header.value);
  for (const auto& header : response.headers) {
    // Cookies alone come several at a time; anything else replaces the default of its name.
    if (equal_ignoring_case(header.name, "set-cookie")) {
      reply.insert(header.name, one_line(header.value));
    } else {
      reply.set(header.name, one_line(header.value));
    }
  }
  reply.set(http::field::date, http_date());
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) reply.set(http::field::content_type, one_line(response.content_type));
  if (!response.source) {
    if (!bodiless) reply.content_length(response.body.size());
  } else if (response.source_size) {
    reply.content_length(*response.source_size);
  } else if (version >= 11) {
    reply.chunked(true);
  } else {
    keep_alive = false;  // HTTP/1.0 has no chunks: the end of the connection ends the body
  }
  reply.keep_alive(keep_alive);
  return reply;
}

/// Counts a request while it is read and answered.
class InService {
 public:
  explicit InService(std::size_t& count) : count_{count} { ++count_; }
  ~InService() { --count_; }
  InService(const InService&) = delete;
  InService& operator=(const InService&) = delete;

 private:
  std::size_t& count_;
};

/// Gives a transfer its time anew whenever another kBodyPieceSize has passed.
class Pace {
 public:
  Pace(beast::tcp_stream& stream, milliseconds per_piece) : stream_{stream}, per_piece_{per_piece} {
    stream_.expires_after(per_piece_);
  }
  void passed(std::size_t bytes) {
    passed_ += bytes;
    if (passed_ < kBodyPieceSize) return;
    passed_ = 0;
    stream_.expires_after(per_piece_);
  }

 private:
  beast::tcp_stream& stream_;
  milliseconds per_piece_;
  std::size_t passed_ = 0;
};

class Connection final : public OpenConnection {
 public:
  Connection(tcp::socket socket, ServerState& state)
      : state_{state},
        stream_{std::move(socket)},
        buffer_{state.options.limits.header_size_max + 64 * 1024},
        place_{state.connections.insert(state.connections.end(), this)} {
    boost::system::error_code error;
    const auto peer = stream_.socket().remote_endpoint(error);
    if (!error) remote_address_ = peer.address().to_string();
  }
  ~Connection() override {
    state_.connections.erase(place_);
    state_.ended.notify_all();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void wind_down() override {
    if (idle_) {
      boost::system::error_code ignored;
      stream_.socket().close(ignored);
    }
  }

  /// Serves requests until the connection ends, or becomes a WebSocket.
  Task<std::unique_ptr<Upgrade>> run() {
    if (state_.connections.size() > state_.options.limits.connections_max) {
      ++state_.stats.refused_total;
      co_await refuse(overloaded());
      co_return nullptr;
    }
    while (!state_.stopping && co_await request_arrives()) {
      if (!co_await serve_one()) break;
    }
    co_return std::move(upgrade_);
  }

 private:
  static HttpResponse overloaded() {
    auto response = plain_response(503, "too many connections; try again in a moment");
    response.headers.push_back({"Retry-After", std::to_string(kRetryAfterSeconds)});
    return response;
  }

  /// Waits between requests; false when the client went away or stayed silent for too long.
  Task<bool> request_arrives() {
    if (buffer_.size() > 0) co_return true;
    idle_ = true;
    stream_.expires_after(state_.options.limits.idle_timeout);
    auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), as_result);
    idle_ = false;
    if (error) co_return false;
    buffer_.commit(size);
    co_return true;
  }

  /// Reads, answers. False if the connection ends here.
  Task<bool> serve_one() {
    Head head;
    head.header_limit(static_cast<std::uint32_t>(state_.options.limits.header_size_max));
    head.body_limit(boost::none);  // the route's limit holds, below
    stream_.expires_after(state_.options.limits.header_timeout);
    auto [error, size] = co_await http::async_read_header(stream_, buffer_, head, as_result);
    if (error) {
      const auto answer = answer_to_bad_head(error);
      if (answer.status != 0) co_await refuse(answer);
      co_return false;
    }
    ++state_.stats.requests_total;
    auto request = read_head(head.get());
    if (!request.ok()) {
      co_await refuse(plain_response(400, request.error().message));
      co_return false;
    }
    if (auto* route = state_.routes.find_websocket(request->path)) {
      co_return co_await upgrade(head, *std::move(request), *route);
    }
    co_return co_await serve_http(head, *std::move(request));
  }

  /// Status 0: nobody is there to be answered (the client left, or Beast closed the socket when its time was
  /// up).
  static HttpResponse answer_to_bad_head(const beast::error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return plain_response(431, "the request's headers are too large");
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_method).category()) {
      HttpResponse none;
      none.status = 0;
      return none;
    }
    return plain_response(400, "malformed request: " + error.message());
  }

  Result<HttpRequest> read_head(const Head::value_type& message) const {
    HttpRequest request;
    request.method = std::string{message.method_string()};
    request.remote_address = remote_address_;
    for (const auto& field : message) {
      request.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
    }
    // RFC 9112 section 3.2: a request of HTTP/1.1 has exactly one Host.
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
      return Error{Code::kInvalidArgument, Reason::kInvalidField, "a request needs exactly one Host header"};
    }
    const auto target = message.target();
    HARK_TRY(auto parsed, parse_target({target.data(), target.size()}));
    request.path = std::move(parsed.path);
    request.query = std::move(parsed.query);
    return request;
  }

  Task<bool> serve_http(Head& head, HttpRequest request) {
    const auto match = state_.routes.find(request.method, request.path);
    if (!match.route) {
      HttpResponse response;
      if (match.allow.empty()) {
        response = plain_response(404, "nothing lives at this address");
      } else {
        response = plain_response(405, "only " + match.allow + " can be used here");
        response.headers.push_back({"Allow", match.allow});
      }
      co_return co_await respond_without_body_read(head, std::move(response));
    }
    if (match.route->refuse) {
      if (auto refusal = match.route->refuse(request))
        co_return co_await respond_without_body_read(head, *std::move(refusal));
    }
    if (match.route->requests_max > 0 && match.route->requests_now >= match.route->requests_max) {
      ++state_.stats.refused_total;
      co_return co_await respond_without_body_read(head, overloaded());
    }
    const InService in_service{match.route->requests_now};
    const auto length = head.content_length();
    if (length && *length > match.route->body_size_max)
      co_return co_await too_large(match.route->body_size_max);

    http::request_parser<http::string_body> parser{std::move(head)};
    parser.body_limit(match.route->body_size_max);
    if (!parser.is_done()) {
      if (!co_await say_continue(parser.get())) co_return false;
      const auto error = co_await read_body(parser);
      if (error == http::error::body_limit) co_return co_await too_large(match.route->body_size_max);
      if (error) {
        auto answer = answer_to_bad_head(error);
        if (answer.status != 0) co_await refuse(std::move(answer));
        co_return false;
      }
    }
    const bool keep_alive = parser.get().keep_alive() && !state_.stopping;
    const unsigned version = parser.get().version();
    const bool head_only = request.method == "HEAD";
    request.body = std::move(parser.get().body());
    auto response = co_await handle(*match.route, std::move(request));
    co_return co_await respond(std::move(response), version, keep_alive && !state_.stopping, head_only);
  }

  /// As long as it keeps coming.
  Task<beast::error_code> read_body(http::request_parser<http::string_body>& parser) {
    parser.eager(true);
    Pace pace{stream_, state_.options.limits.body_timeout};
    while (!parser.is_done()) {
      auto [error, size] = co_await http::async_read_some(stream_, buffer_, parser, as_result);
      if (error) co_return error;
      pace.passed(size);
    }
    co_return beast::error_code{};
  }

  Task<HttpResponse> handle(const HttpRoute& route, HttpRequest request) {
    stream_.expires_never();
    try {
      co_return co_await route.handler(std::move(request));
    } catch (const boost::system::system_error& e) {
      if (e.code() == asio::error::operation_aborted) throw;
      state_.report(route.path, e.what());
    } catch (const std::exception& e) {
      state_.report(route.path, e.what());
    }
    co_return plain_response(500, "internal error; the server's log has more");
  }

  template <class Message>
  Task<bool> say_continue(const Message& message) {
    const auto expect = message[http::field::expect];
    if (!equal_ignoring_case({expect.data(), expect.size()}, "100-continue")) co_return true;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.expires_after(state_.options.limits.write_timeout);
    auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kContinue), as_result);
    co_return !error;
  }

  Task<bool> upgrade(Head& head, HttpRequest request, WebSocketRoute& route) {
    const auto& message = head.get();
    if (!beast::websocket::is_upgrade(message)) {
      auto response = plain_response(426, "this address speaks WebSocket only");
      response.headers.push_back({"Upgrade", "websocket"});
      co_return co_await respond_without_body_read(head, std::move(response));
    }
    if (!route.origin_allowed(request)) {
      co_await refuse(plain_response(403, "pages of this origin may not open a socket here"));
      co_return false;
    }
    if (route.sockets_now >= route.sockets_max || state_.stopping) {
      ++state_.stats.refused_total;
      co_await refuse(overloaded());
      co_return false;
    }
    // Frames before our answer, or a body, would be taken for something that they are not.
    if (buffer_.size() > 0 || head.content_length().value_or(0) > 0 || head.chunked()) {
      co_await refuse(plain_response(400, "nothing may follow an upgrade request before its answer"));
      co_return false;
    }
    stream_.expires_never();
    upgrade_ = std::make_unique<Upgrade>(
        Upgrade{stream_.release_socket(), head.release(), std::move(request), route});
    co_return false;
  }

  Task<bool> too_large(std::size_t limit) {
    co_await refuse(
        plain_response(413, "the body is larger than the " + std::to_string(limit) + " bytes allowed here"));
    co_return false;
  }

  /// For answers that were clear from the headers alone. The connection can go on only if no body follows
  /// them.
  Task<bool> respond_without_body_read(Head& head, HttpResponse response) {
    const auto& message = head.get();
    const auto length = head.content_length().value_or(0);
    // Whoever waits to be told to continue may never send it.
    const bool unsure = head.chunked() || message.count(http::field::expect) > 0;
    if (length > kSkippedBodyBytesMax || (unsure && (head.chunked() || length > 0))) {
      co_await refuse(std::move(response));
      co_return false;
    }
    const bool goes_on =
        co_await respond(std::move(response), message.version(), message.keep_alive() && !state_.stopping,
                         message.method() == http::verb::head);
    co_return goes_on&& co_await skip_body(static_cast<std::size_t>(length));
  }

  /// False if it does not come.
  Task<bool> skip_body(std::size_t bytes) {
    stream_.expires_after(kLingerTime);
    for (;;) {
      const auto here = std::min(bytes, buffer_.size());
      buffer_.consume(here);
      bytes -= here;
      if (bytes == 0) co_return true;
      auto [error, size] =
          co_await stream_.async_read_some(buffer_.prepare(std::min<std::size_t>(bytes, 16384)), as_result);
      if (error) co_return false;
      buffer_.commit(size);
    }
  }

  /// Answers and ends the connection, reading on for a moment so that the answer is not lost with the socket.
  Task<> refuse(HttpResponse response) {
    if (!co_await respond(std::move(response), 11, false, false, true)) co_return;
    boost::system::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLingerTime);
    std::size_t total = 0;
    buffer_.clear();
    while (total < kLingerBytesMax) {
      auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), as_result);
      if (error) break;
      total += size;
    }
  }

  /// True if the connection may carry another request (or, with `lingers`, if the answer went out).
  Task<bool> respond(HttpResponse response, unsigned version, bool keep_alive, bool head_only,
                     bool lingers = false) {
    auto reply = make_head(response, version, keep_alive);
    const bool goes_on = lingers || reply.keep_alive();
    http::response_serializer<http::buffer_body> serializer{reply};
    stream_.expires_after(state_.options.limits.write_timeout);
    if (head_only || response.status == 204 || response.status == 304) {
      serializer.split(true);
      auto [error, size] = co_await http::async_write_header(stream_, serializer, as_result);
      co_return !error && goes_on;
    }
    if (response.source)
      co_return co_await send_source(*response.source, reply, serializer, response.source_size) && goes_on;
    reply.body().data = response.body.data();
    reply.body().size = response.body.size();
    reply.body().more = false;
    co_return !co_await write_piece(serializer) && goes_on;
  }

  /// As long as the client keeps taking it.
  Task<beast::error_code> write_piece(http::response_serializer<http::buffer_body>& serializer) {
    Pace pace{stream_, state_.options.limits.write_timeout};
    while (!serializer.is_done()) {
      auto [error, size] = co_await http::async_write_some(stream_, serializer, as_result);
      if (error) co_return error;
      pace.passed(size);
    }
    co_return beast::error_code{};
  }

  Task<bool> send_source(BodySource& source, Reply& reply,
                         http::response_serializer<http::buffer_body>& serializer,
                         std::optional<std::uint64_t> promised) {
    std::uint64_t sent = 0;
    for (;;) {
      stream_.expires_never();
      auto piece = co_await source.next();
      if (!piece.ok()) co_return false;
      sent += piece->size();
      if (promised && (sent > *promised || (piece->empty() && sent < *promised))) co_return false;
      reply.body().data = piece->empty() ? nullptr : piece->data();
      reply.body().size = piece->size();
      reply.body().more = !piece->empty();
      const auto error = co_await write_piece(serializer);
      if (error && error != http::error::need_buffer) co_return false;
      if (piece->empty()) co_return true;
    }
  }

  ServerState& state_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::list<OpenConnection*>::iterator place_;
  std::string remote_address_;
  std::unique_ptr<Upgrade> upgrade_;
  bool idle_ = false;
};

}  // namespace

namespace {

Task<std::unique_ptr<Upgrade>> serve_requests(asio::ip::tcp::socket socket, ServerState& state) {
  Connection connection{std::move(socket), state};
  co_return co_await connection.run();
}

}  // namespace

Task<> serve_connection(asio::ip::tcp::socket socket, ServerState& state) {
  // What HTTP needs is given back before the WebSocket's long life begins.
  auto upgrade = co_await serve_requests(std::move(socket), state);
  if (upgrade) co_await serve_websocket(std::move(upgrade), state);
}

}  // namespace hark::web
