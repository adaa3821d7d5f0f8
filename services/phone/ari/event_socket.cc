// The one translation unit that instantiates Beast's WebSocket stream as a client: it takes long to compile.
#include "phone/ari/event_socket.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace hark::phone {
namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
namespace websocket = beast::websocket;

using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::seconds kOpenTimeout{10};
constexpr std::chrono::seconds kIdleTimeout{30};

Error broken(std::string_view what, const boost::system::error_code& error) {
  return {Code::kUnavailable, Reason::kUnspecified, std::string{what} + ": " + error.message()};
}

/// Believes the certificates of this file alone, or those that this machine believes.
Result<std::shared_ptr<ssl::context>> trust_in(const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code unread;
  if (ca_file.empty()) {
    context->set_default_verify_paths(unread);
  } else {
    context->load_verify_file(ca_file, unread);
  }
  if (unread) return broken("ca_file cannot be read", unread);
  context->set_verify_mode(ssl::verify_peer, unread);
  return context;
}

template <class Stream>
class BeastEventSocket final : public EventSocket {
 public:
  template <class... Made>
  explicit BeastEventSocket(std::shared_ptr<ssl::context> trust, Made&&... made)
      : trust_{std::move(trust)}, stream_{std::forward<Made>(made)...} {}

  Task<Status> open(Target target) {
    asio::ip::tcp::resolver resolver{co_await asio::this_coro::executor};
    auto [unresolved, addresses] = co_await resolver.async_resolve(target.host, target.port, as_result);
    if (unresolved) co_return broken("its host is not found", unresolved);
    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_after(kOpenTimeout);
    auto [unconnected, address] = co_await tcp.async_connect(addresses, as_result);
    if (unconnected) co_return broken("it does not take connections", unconnected);
    if constexpr (std::is_same_v<Stream, Secure>) HARK_CO_TRY_VOID(co_await secure(target.host));
    tcp.expires_never();
    stream_.set_option(websocket::stream_base::timeout{kOpenTimeout, kIdleTimeout, true});
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      request.set(beast::http::field::authorization, target.authorization);
      request.set(beast::http::field::sec_websocket_protocol, target.protocol);
    }));
    stream_.read_message_max(kEventBytesMax);
    websocket::response_type answer;
    auto [refused] =
        co_await stream_.async_handshake(answer, target.host + ":" + target.port, target.path, as_result);
    if (refused && answer.result_int() >= 400) {
      co_return Error{Code::kUnavailable, Reason::kUnspecified,
                      "it refuses events with " + std::to_string(answer.result_int())};
    }
    if (refused) co_return broken("it does not speak WebSocket", refused);
    co_return Status{};
  }

  Task<Result<std::string>> read() override {
    auto [error, size] = co_await stream_.async_read(buffer_, as_result);
    if (error) co_return broken("the line broke", error);
    auto message = beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    co_return message;
  }

  void cut() override {
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 private:
  /// Whoever answers must be the host that was asked for.
  Task<Status> secure(std::string host) {
    auto& tls = stream_.next_layer();
    tls.set_verify_callback(ssl::host_name_verification{host});
    boost::system::error_code is_name;
    asio::ip::make_address(host, is_name);
    if (is_name) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    auto [refused] = co_await tls.async_handshake(ssl::stream_base::client, as_result);
    if (refused) co_return broken("its certificate is not believed, or it does not speak TLS", refused);
    co_return Status{};
  }

  std::shared_ptr<ssl::context> trust_;  // null without TLS
  websocket::stream<Stream> stream_;
  beast::flat_buffer buffer_;
};

template <class Socket>
Task<Result<std::shared_ptr<EventSocket>>> opened(std::shared_ptr<Socket> socket,
                                                  EventSocket::Target target) {
  HARK_CO_TRY_VOID(co_await socket->open(std::move(target)));
  co_return std::shared_ptr<EventSocket>{std::move(socket)};
}

}  // namespace

Task<Result<std::shared_ptr<EventSocket>>> EventSocket::open(Target target) {
  const auto executor = co_await asio::this_coro::executor;
  if (!target.tls)
    co_return co_await opened(std::make_shared<BeastEventSocket<Plain>>(nullptr, executor),
                              std::move(target));
  HARK_CO_TRY(const auto trust, trust_in(target.ca_file));
  co_return co_await opened(std::make_shared<BeastEventSocket<Secure>>(trust, executor, *trust),
                            std::move(target));
}

}  // namespace hark::phone
