// The one translation unit that instantiates Beast's WebSocket stream: it alone takes half a minute to
// compile.
#include "base/web/beast_websocket.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <iterator>
#include <list>
#include <memory>
#include <utility>

namespace hark::web {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

/// Room for a message before its length is known: most are shorter, and an idle socket keeps no more.
constexpr std::size_t kReadRoom = 512;
/// A read buffer that grew past this gives its memory back.
constexpr std::size_t kReadBufferKept = 4 * 1024;

class BeastWebSocket final : public WebSocketSession,
                             public OpenConnection,
                             public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(asio::ip::tcp::socket socket, WebSocketRoute& route, ServerState& state)
      : route_{route},
        state_{state},
        stream_{std::move(socket)},
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

  Task<bool> accept(const beast::http::request<beast::http::empty_body>& upgrade) {
    auto [error] = co_await stream_.async_accept(upgrade, as_result);
    if (error) co_return false;
    accepted_ = true;
    write_next();  // we may be winding down already
    co_return true;
  }

  void wind_down() override { close(CloseCode::kRestarting, "restarting: reconnect in a moment"); }

  [[nodiscard]] bool closing() const override { return closing_ || gone_; }
  [[nodiscard]] std::size_t queued_bytes() const override { return queued_bytes_; }

  Task<std::optional<std::string>> receive() override {
    if (closing()) co_return std::nullopt;
    do {
      // Once some of a message is there, Beast knows best how much room the rest needs.
      const std::size_t room = buffer_.size() == 0 ? kReadRoom : 0;
      auto [error, size] = co_await stream_.async_read_some(buffer_, room, as_result);
      if (error) {
        gone_ = true;
        co_return std::nullopt;
      }
    } while (!stream_.is_message_done());
    // What was said while we were closing is said again on the next connection.
    if (closing_) co_return std::nullopt;
    if (!stream_.got_text()) {
      close(CloseCode::kTextOnly, "only text messages are understood here");
      co_return std::nullopt;
    }
    std::string text{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    buffer_.clear();
    if (buffer_.capacity() > kReadBufferKept) buffer_.shrink_to_fit();
    co_return text;
  }

  bool send(std::string text) override {
    if (closing()) return false;
    queued_bytes_ += text.size();
    outbox_.push_back(std::move(text));
    if (queued_bytes_ > route_.outbox_size_max) {
      ++state_.stats.slow_closed_total;
      outbox_.erase(writing_ ? std::next(outbox_.begin()) : outbox_.begin(), outbox_.end());
      queued_bytes_ = writing_ ? outbox_.front().size() : 0;
      close(CloseCode::kSlow, "too slow: reconnect and load afresh");
      return false;
    }
    if (!writing_) write_next();
    return true;
  }

  void close(CloseCode code, std::string_view reason) override {
    if (closing()) return;
    closing_ = true;
    // Control frames carry at most 125 bytes, two of them the code (RFC 6455 section 5.5).
    close_reason_ = {static_cast<websocket::close_code>(code),
                     {reason.data(), std::min<std::size_t>(reason.size(), 120)}};
    cut_timer_.expires_after(state_.options.limits.close_timeout);
    cut_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->cut();
    });
    if (!writing_) write_next();
  }

  /// Returns when nothing is being written any more, the answer to our close included.
  Task<> written_out() {
    while (writing_) co_await written_out_.wait();
  }

  void ended() {
    gone_ = true;
    cut();
    cut_timer_.cancel();
    --route_.sockets_now;
    --state_.stats.websockets_now;
    state_.connections.erase(place_);
    state_.ended.notify_all();
  }

 private:
  /// Everything that is written goes through here: one message after the other, then the close; nothing
  /// before the upgrade is accepted, for Beast begins afresh there. No coroutine, since most sockets have
  /// nothing to say most of the time.
  void write_next() {
    writing_ = accepted_ && !gone_ && (!outbox_.empty() || closing_);
    if (!writing_) {
      written_out_.notify_all();
    } else if (!outbox_.empty()) {
      stream_.text(true);
      stream_.async_write(asio::buffer(outbox_.front()),
                          [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                            self->queued_bytes_ -= self->outbox_.front().size();
                            self->outbox_.pop_front();
                            if (error) self->gone_ = true;
                            self->write_next();
                          });
    } else {
      stream_.async_close(close_reason_, [self = shared_from_this()](const boost::system::error_code&) {
        self->gone_ = true;
        self->write_next();
      });
    }
  }

  /// Whatever is under way on the socket fails at once.
  void cut() {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

  WebSocketRoute& route_;
  ServerState& state_;
  websocket::stream<asio::ip::tcp::socket, false> stream_;
  beast::flat_buffer buffer_;
  /// Empty most of the time, and then costs nothing. The first one is being written while `writing_`.
  std::list<std::string> outbox_;
  std::size_t queued_bytes_ = 0;
  Notifier written_out_;
  asio::steady_timer cut_timer_;
  std::list<OpenConnection*>::iterator place_;
  websocket::close_reason close_reason_;
  bool accepted_ = false;
  bool closing_ = false;
  bool gone_ = false;
  bool writing_ = false;
};

/// Says that the session has ended however its handler leaves.
struct Ending {
  BeastWebSocket& session;
  ~Ending() { session.ended(); }
};

}  // namespace

Task<> serve_websocket(std::unique_ptr<Upgrade> upgrade, ServerState& state) {
  const auto session = std::make_shared<BeastWebSocket>(std::move(upgrade->socket), upgrade->route, state);
  const Ending ending{*session};
  if (!co_await session->accept(upgrade->head)) co_return;
  try {
    auto handler = upgrade->route.handler(session, upgrade->request);
    upgrade.reset();
    co_await std::move(handler);
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
