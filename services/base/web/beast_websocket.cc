// The one translation unit that instantiates Beast's WebSocket stream: it alone takes half a minute to
// compile.
#include "base/web/beast_websocket.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <memory>

namespace hark::web {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

/// A read buffer that grew past this gives its memory back.
constexpr std::size_t kReadBufferKept = 16 * 1024;

class BeastWebSocket final : public WebSocketSession,
                             public OpenConnection,
                             public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(beast::tcp_stream stream, HttpRequest request, WebSocketRoute& route, ServerState& state)
      : request_{std::move(request)},
        route_{route},
        state_{state},
        stream_{std::move(stream)},
        wake_{state.tasks.executor()},
        written_out_{state.tasks.executor()},
        cut_timer_{state.tasks.executor()},
        place_{state.connections.insert(state.connections.end(), this)} {
    const auto& limits = state.options.limits;
    // Beast pings at half of the idle time and gives up at its end.
    stream_.set_option(websocket::stream_base::timeout{limits.close_timeout, 2 * limits.ping_interval, true});
    stream_.read_message_max(route.message_size_max);
    stream_.auto_fragment(false);  // a message is one frame, and one write
    ++route_.sockets_now;
    ++state_.stats.websockets_now;
  }
  ~BeastWebSocket() override = default;

  Task<bool> accept(beast::http::request<beast::http::empty_body> upgrade) {
    auto [error] = co_await stream_.async_accept(upgrade, as_result);
    co_return !error;
  }

  void wind_down() override { close(CloseCode::kRestarting, "restarting: reconnect in a moment"); }

  [[nodiscard]] const HttpRequest& request() const override { return request_; }
  [[nodiscard]] bool closing() const override { return closing_ || gone_; }
  [[nodiscard]] std::size_t queued_bytes() const override { return queued_bytes_; }

  Task<std::optional<std::string>> receive() override {
    if (closing()) co_return std::nullopt;
    auto [error, size] = co_await stream_.async_read(buffer_, as_result);
    if (error) {
      gone_ = true;
      wake_.notify_all();
      co_return std::nullopt;
    }
    // What was said while we were closing is said again on the next connection.
    if (closing_) co_return std::nullopt;
    if (!stream_.got_text()) {
      close(CloseCode::kTextOnly, "only text messages are understood here");
      co_return std::nullopt;
    }
    std::string text{static_cast<const char*>(buffer_.data().data()), size};
    buffer_.consume(size);
    if (buffer_.capacity() > kReadBufferKept) buffer_.shrink_to_fit();
    co_return text;
  }

  bool send(std::string text) override {
    if (closing()) return false;
    queued_bytes_ += text.size();
    outbox_.push_back(std::move(text));
    if (queued_bytes_ > route_.outbox_size_max) {
      ++state_.stats.slow_closed_total;
      outbox_.clear();
      queued_bytes_ = 0;
      close(CloseCode::kSlow, "too slow: reconnect and load afresh");
      return false;
    }
    wake_.notify_all();
    return true;
  }

  void close(CloseCode code, std::string_view reason) override {
    if (closing()) return;
    closing_ = true;
    // Control frames carry at most 125 bytes, two of them the code (RFC 6455 section 5.5).
    close_reason_ = {static_cast<websocket::close_code>(code),
                     {reason.data(), std::min<std::size_t>(reason.size(), 120)}};
    wake_.notify_all();
    cut_timer_.expires_after(state_.options.limits.close_timeout);
    cut_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->cut();
    });
  }

  /// Sends what is queued until the session is gone or closed. Everything that is written goes through here.
  static Task<> write_out(std::shared_ptr<BeastWebSocket> self) {
    while (!self->gone_) {
      if (self->outbox_.empty()) {
        if (self->closing_) break;
        co_await self->wake_.wait();
        continue;
      }
      const std::string text = std::move(self->outbox_.front());
      self->outbox_.pop_front();
      self->stream_.text(true);
      auto [error, size] = co_await self->stream_.async_write(asio::buffer(text), as_result);
      self->queued_bytes_ -= std::min(self->queued_bytes_, text.size());
      if (error) self->gone_ = true;
    }
    if (!self->gone_) {
      co_await self->stream_.async_close(self->close_reason_, as_result);
      self->gone_ = true;
    }
    self->cut_timer_.cancel();
    self->written_ = true;
    self->written_out_.notify_all();
  }

  Task<> written_out() {
    while (!written_) co_await written_out_.wait();
  }

  void ended() {
    gone_ = true;
    wake_.notify_all();
    cut_timer_.cancel();
    --route_.sockets_now;
    --state_.stats.websockets_now;
    state_.connections.erase(place_);
    state_.ended.notify_all();
  }

 private:
  /// Whatever is under way on the socket fails at once.
  void cut() {
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

  HttpRequest request_;
  WebSocketRoute& route_;
  ServerState& state_;
  websocket::stream<beast::tcp_stream, false> stream_;
  beast::flat_buffer buffer_;
  std::list<std::string> outbox_;  // empty most of the time, and then costs nothing
  std::size_t queued_bytes_ = 0;
  Notifier wake_;
  Notifier written_out_;
  asio::steady_timer cut_timer_;
  std::list<OpenConnection*>::iterator place_;
  websocket::close_reason close_reason_;
  bool closing_ = false;
  bool gone_ = false;
  bool written_ = false;
};

/// Says that the session has ended however its handler leaves.
struct Ending {
  BeastWebSocket& session;
  ~Ending() { session.ended(); }
};

}  // namespace

Task<> serve_websocket(Upgrade upgrade, ServerState& state) {
  auto& route = upgrade.route;
  const auto session =
      std::make_shared<BeastWebSocket>(std::move(upgrade.stream), std::move(upgrade.request), route, state);
  const Ending ending{*session};
  if (!co_await session->accept(std::move(upgrade.head))) co_return;
  state.tasks.spawn("websocket writer", BeastWebSocket::write_out(session));
  try {
    co_await route.handler(session);
    session->close(CloseCode::kNormal, "");
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted) throw;
    state.report("websocket handler", e.what());
    session->close(CloseCode::kInternal, "internal error");
  } catch (const std::exception& e) {
    state.report("websocket handler", e.what());
    session->close(CloseCode::kInternal, "internal error");
  }
  co_await session->written_out();
}

}  // namespace hark::web
