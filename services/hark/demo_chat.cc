#include "hark/demo_chat.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <optional>

#include "base/core/ids.h"
#include "base/web/json_frame.h"
#include "hark/v1/chat.pb.h"

namespace hark {
namespace {

namespace asio = boost::asio;

constexpr unsigned char kText = 1, kClose = 8, kPing = 9, kPong = 10;
constexpr std::size_t kMessageBytesMax = 1U << 20;

}  // namespace

/// A visitor's end of a WebSocket (RFC 6455), as much as a chat needs: whole text messages, pings answered.
struct DemoChat::Line {
  Line(std::string to_host, int to_port) : host{std::move(to_host)}, port{to_port} {}

  void open() {
    asio::ip::tcp::resolver resolver{context};
    asio::connect(socket, resolver.resolve(host, std::to_string(port)));
    const auto request = "GET /ws/chat HTTP/1.1\r\nHost: " + host + ":" + std::to_string(port) +
                         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: aGFyayBkZW1vIHZpc2l0b3I=\r\n\r\n";
    asio::write(socket, asio::buffer(request));
    const auto size = asio::read_until(socket, asio::dynamic_buffer(input), "\r\n\r\n");
    if (!input.starts_with("HTTP/1.1 101")) throw std::runtime_error{input.substr(0, input.find('\r'))};
    input.erase(0, size);
  }

  void say(const v1::ChatRequest& request) { send(kText, web::write_json_frame(request)); }

  void send(unsigned char opcode, const std::string& payload) {
    std::string frame{static_cast<char>(0x80 | opcode)};
    const auto size = payload.size();
    if (size < 126) {
      frame += static_cast<char>(0x80 | size);
    } else {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(size >> 8);
      frame += static_cast<char>(size & 0xff);
    }
    // A mask of zeros is a mask: it guards proxies against pages, and no page is here.
    frame += std::string(4, '\0') + payload;
    asio::write(socket, asio::buffer(frame));
  }

  std::string read(std::size_t size) {
    if (input.size() < size) {
      asio::read(socket, asio::dynamic_buffer(input), asio::transfer_at_least(size - input.size()));
    }
    auto out = input.substr(0, size);
    input.erase(0, size);
    return out;
  }

  /// The next message; nothing once the server has said goodbye.
  std::optional<v1::ChatResponse> hear() {
    for (;;) {
      const auto head = read(2);
      const auto opcode = static_cast<unsigned char>(head[0]) & 0x0f;
      std::size_t size = static_cast<unsigned char>(head[1]) & 0x7f;
      if (size >= 126) {
        std::size_t longer = 0;
        for (const char c : read(size == 126 ? 2 : 8)) longer = (longer << 8) | static_cast<unsigned char>(c);
        size = longer;
      }
      if (size > kMessageBytesMax)
        throw std::runtime_error{"the server sent a frame of " + std::to_string(size) + " bytes"};
      const auto payload = read(size);
      if (opcode == kClose) return std::nullopt;
      if (opcode == kPing) send(kPong, payload);
      if (opcode != kText) continue;
      v1::ChatResponse response;
      if (web::read_json_frame(payload, response).ok()) return response;
    }
  }

  std::string host;
  int port;
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  std::string input;
};

const std::vector<DemoVisitor>& demo_visitors() {
  static const std::vector<DemoVisitor> all{
      {"Grace",
       "grace@example.org",
       {"Hi! I also wrote a mail: my card was charged twice.", "It is order 48401."},
       "That was quick, thank you!"},
      {"Ieva", "", {"Labdien! Vai zilā tējkanna vēl ir noliktavā?"}, "Paldies, tad pasūtīšu!"},
      {"Piotr", "", {"Dzień dobry, ile kosztuje wysyłka do Krakowa?"}, "Dziękuję!"},
  };
  return all;
}

DemoChat::DemoChat(const DemoVisitor& visitor, std::string host, int port, std::string account)
    : visitor_{visitor}, account_{std::move(account)}, line_{std::make_unique<Line>(std::move(host), port)} {}

DemoChat::~DemoChat() = default;

void DemoChat::leave() {
  left_ = true;
  ::shutdown(line_->socket.native_handle(), SHUT_RDWR);
}

Status DemoChat::run(const std::function<void()>& pause) try {
  line_->open();
  if (left_) return {};
  v1::ChatRequest hello;
  hello.mutable_hello()->set_account_id(account_);
  hello.mutable_hello()->mutable_introduction()->set_name(std::string{visitor_.name});
  hello.mutable_hello()->mutable_introduction()->set_email(std::string{visitor_.email});
  line_->say(hello);
  const auto write = [&](std::string_view text) {
    v1::ChatRequest request;
    request.mutable_write()->set_client_id("demo-" + std::to_string(secure_random()));
    request.mutable_write()->set_text(std::string{text});
    line_->say(request);
    std::printf("%-14s chats: %s\n", std::string{visitor_.name}.c_str(), std::string{text}.c_str());
    std::fflush(stdout);
  };
  for (const auto text : visitor_.messages) {
    write(text);
    pause();
  }
  while (auto heard = line_->hear()) {
    if (heard->has_failed())
      return Error{Code::kFailedPrecondition, Reason::kInvalidField, heard->failed().message()};
    if (!heard->has_item()) continue;
    v1::ChatRequest seen;
    seen.mutable_seen()->set_delivered(heard->item().offset());
    seen.mutable_seen()->set_read(heard->item().offset());
    line_->say(seen);
    if (heard->item().agent_name().empty()) continue;
    write(visitor_.thanks);
    while (auto answer = line_->hear()) {
      if (answer->has_acked()) return {};
    }
  }
  return {};
} catch (const boost::system::system_error& failure) {
  return Error{Code::kUnavailable, Reason::kStoreUnavailable, failure.code().message()};
} catch (const std::exception& failure) {
  return Error{Code::kUnavailable, Reason::kStoreUnavailable, failure.what()};
}

}  // namespace hark
