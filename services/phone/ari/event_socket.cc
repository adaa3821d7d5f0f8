// The one translation unit that instantiates Beast's WebSocket stream as a client: it takes long to compile.
#include "phone/ari/event_socket.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

namespace hark::phone {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

constexpr std::chrono::seconds kOpenTimeout{10};
constexpr std::chrono::seconds kIdleTimeout{30};

Error broken(std::string_view what, const boost::system::error_code& error) {
  return {Code::kUnavailable, Reason::kUnspecified, std::string{what} + ": " + error.message()};
}

class BeastEventSocket final : public EventSocket {
 public:
  explicit BeastEventSocket(const asio::any_io_executor& executor) : stream_{executor} {}

  Task<Status> open(Target target) {
    asio::ip::tcp::resolver resolver{co_await asio::this_coro::executor};
    auto [unresolved, addresses] = co_await resolver.async_resolve(target.host, target.port, as_result);
    if (unresolved) co_return broken("its host is not found", unresolved);
    auto& tcp = stream_.next_layer();
    tcp.expires_after(kOpenTimeout);
    auto [unconnected, address] = co_await tcp.async_connect(addresses, as_result);
    if (unconnected) co_return broken("it does not take connections", unconnected);
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
    stream_.next_layer().socket().close(ignored);
  }

 private:
  websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

}  // namespace

Task<Result<std::shared_ptr<EventSocket>>> EventSocket::open(Target target) {
  auto socket = std::make_shared<BeastEventSocket>(co_await asio::this_coro::executor);
  HARK_CO_TRY_VOID(co_await socket->open(std::move(target)));
  co_return std::shared_ptr<EventSocket>{std::move(socket)};
}

}  // namespace hark::phone
