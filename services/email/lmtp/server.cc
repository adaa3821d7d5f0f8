#include "email/lmtp/server.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "base/async/notifier.h"
#include "base/core/url.h"

namespace hark::email {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

constexpr std::size_t kReadBytes = 64U << 10;
constexpr std::chrono::milliseconds kIdleTimeout = 5min;  // RFC 5321 §4.5.3.2.7
constexpr std::chrono::milliseconds kWriteTimeout = 1min;

/// Cuts a socket off when an operation takes too long: the operation then fails.
class Deadline {
 public:
  Deadline(tcp::socket& socket, std::chrono::milliseconds after) : timer_{socket.get_executor(), after} {
    timer_.async_wait([&socket](const boost::system::error_code& error) {
      if (error) return;
      boost::system::error_code ignored;
      socket.cancel(ignored);
    });
  }

 private:
  asio::steady_timer timer_;
};

Task<bool> write_all(tcp::socket& socket, const std::string& bytes) {
  if (bytes.empty()) co_return true;
  const Deadline deadline{socket, kWriteTimeout};
  const auto [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
  co_return !error;
}

Task<> refuse(tcp::socket socket, std::string host_name) {
  co_await write_all(socket, "421 4.7.0 " + host_name + " too many sessions, try again later\r\n");
}

}  // namespace

LmtpServer::LmtpServer(asio::any_io_executor executor, Options options,
                       LmtpSession::KnowsRecipient knows_recipient, TakeMail take_mail)
    : options_{std::move(options)},
      knows_recipient_{std::move(knows_recipient)},
      take_mail_{std::move(take_mail)},
      acceptor_{executor},
      accepting_{executor},
      sessions_{executor} {}

Result<std::uint16_t> LmtpServer::listen() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options_.host, error);
  const tcp::endpoint endpoint{address, options_.port};
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return Error{
        Code::kUnavailable, Reason::kInvalidField,
        "cannot listen for LMTP on " + host_and_port(options_.host, options_.port) + ": " + error.message()};
  }
  accepting_.spawn("lmtp accept", accept_loop());
  return acceptor_.local_endpoint().port();
}

Task<> LmtpServer::accept_loop() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    if (stopping_) co_return;
    if (error) {
      // Out of descriptors: wait for sessions to end rather than spin.
      co_await sleep_for(50ms);
      continue;
    }
    if (sessions_.size() >= static_cast<std::size_t>(options_.sessions_max)) {
      options_.on_refusal("sessions");
      accepting_.spawn("lmtp refusal", refuse(std::move(socket), options_.session.host_name));
      continue;
    }
    sessions_.spawn("lmtp session", serve(std::move(socket)));
  }
}

Task<> LmtpServer::serve(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  LmtpSession session{options_.session, knows_recipient_};
  auto effects = session.start();
  std::vector<char> chunk(kReadBytes);
  for (;;) {
    if (effects.too_large) options_.on_refusal("too_large");
    if (!co_await write_all(socket, effects.replies)) co_return;
    if (effects.deliver) {
      const auto outcomes = co_await take_mail_(*std::move(effects.deliver));
      effects = session.delivered(outcomes);
      continue;
    }
    if (effects.close) co_return;
    if (stopping_ && !session.receiving_mail()) {
      effects = session.stop("shutting down");
      continue;
    }

    idle_.push_back(&socket);
    boost::system::error_code error;
    std::size_t size = 0;
    bool timed_out = false;
    {
      const auto started = std::chrono::steady_clock::now();
      const Deadline deadline{socket, kIdleTimeout};
      std::tie(error, size) = co_await socket.async_read_some(asio::buffer(chunk), as_result);
      timed_out = std::chrono::steady_clock::now() - started >= kIdleTimeout;
    }
    std::erase(idle_, &socket);
    if (error == asio::error::operation_aborted && (stopping_ || timed_out)) {
      effects = session.stop(stopping_ ? "shutting down" : "idle for too long");
      continue;
    }
    if (error) co_return;
    effects = session.feed({chunk.data(), size});
  }
}

Task<> LmtpServer::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  accepting_.cancel();
  co_await accepting_.wait();
  for (auto* socket : std::vector{idle_}) socket->cancel(ignored);
  const auto give_up = std::chrono::steady_clock::now() + grace;
  while (sessions_.size() > 0 && std::chrono::steady_clock::now() < give_up) co_await sleep_for(10ms);
  sessions_.cancel();
  co_await sessions_.wait();
}

}  // namespace hark::email
