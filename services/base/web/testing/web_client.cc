#include "base/web/testing/web_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace hark::web::testing {
namespace {

constexpr int kTimeoutSeconds = 10;

std::string lower_hex_size(std::string_view line) {
  return std::string{line.substr(0, line.find_first_of(";\r"))};
}

}  // namespace

TestConnection::TestConnection(std::uint16_t port, int receive_buffer) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval timeout{kTimeoutSeconds, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error{std::string{"connect: "} + std::strerror(errno)};
  }
}

TestConnection::~TestConnection() { ::close(socket_); }

bool TestConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TestConnection::finish() { ::shutdown(socket_, SHUT_WR); }

std::string TestConnection::read_some() {
  if (!pending_.empty()) return std::exchange(pending_, {});
  char buffer[16 * 1024];
  const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error{"the server said nothing for 10 s"};
  return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string{};
}

std::string TestConnection::read_to_end() {
  std::string all;
  for (std::string piece = read_some(); !piece.empty(); piece = read_some()) all += piece;
  return all;
}

std::optional<std::string> TestConnection::read_exactly(std::size_t size) {
  std::string got = std::exchange(pending_, {});
  while (got.size() < size) {
    const auto piece = read_some();
    if (piece.empty()) return std::nullopt;
    got += piece;
  }
  pending_ = got.substr(size);
  got.resize(size);
  return got;
}

std::optional<std::string> TestConnection::read_through(std::string_view delimiter) {
  std::string got = std::exchange(pending_, {});
  for (;;) {
    if (const auto at = got.find(delimiter); at != std::string::npos) {
      pending_ = got.substr(at + delimiter.size());
      got.resize(at + delimiter.size());
      return got;
    }
    const auto piece = read_some();
    if (piece.empty()) return std::nullopt;
    got += piece;
  }
}

std::string HttpReply::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

HttpReply read_reply(TestConnection& connection, bool to_head) {
  HttpReply reply;
  const auto head = connection.read_through("\r\n\r\n");
  if (!head || head->size() < 12) return reply;
  reply.status = std::stoi(head->substr(9, 3));
  std::string_view lines{*head};
  lines.remove_prefix(lines.find("\r\n") + 2);
  while (lines.size() > 2) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    const auto colon = line.find(": ");
    reply.headers.push_back({std::string{line.substr(0, colon)}, std::string{line.substr(colon + 2)}});
    lines.remove_prefix(line.size() + 2);
  }
  if (to_head || reply.status == 204 || reply.status == 304) return reply;
  if (reply.header("transfer-encoding") == "chunked") {
    for (;;) {
      const auto line = connection.read_through("\r\n");
      if (!line) break;
      const auto size = std::stoul(lower_hex_size(*line), nullptr, 16);
      const auto chunk = connection.read_exactly(size + 2);
      if (size == 0 || !chunk) break;
      reply.body += chunk->substr(0, size);
    }
  } else if (const auto length = reply.header("content-length"); !length.empty()) {
    if (auto body = connection.read_exactly(std::stoul(length))) reply.body = *std::move(body);
  } else {
    reply.body = connection.read_to_end();
  }
  return reply;
}

HttpReply fetch(std::uint16_t port, std::string_view method, std::string_view target,
                const std::vector<HttpHeader>& headers, std::string_view body) {
  TestConnection connection{port};
  std::string request = std::string{method} + " " + std::string{target} +
                        " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n";
  for (const auto& header : headers) request += header.name + ": " + header.value + "\r\n";
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n";
  connection.send(request + std::string{body});
  return read_reply(connection, method == "HEAD");
}

TestWebSocket::TestWebSocket(std::uint16_t port, std::string_view path,
                             const std::vector<HttpHeader>& headers, int receive_buffer)
    : connection_{port, receive_buffer} {
  std::string request = "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& header : headers) request += header.name + ": " + header.value + "\r\n";
  connection_.send(request + "\r\n");
  const auto head = connection_.read_through("\r\n\r\n");
  status_ = head && head->size() > 12 ? std::stoi(head->substr(9, 3)) : 0;
}

bool TestWebSocket::send_frame(int opcode, std::string_view payload) {
  std::string frame;
  frame.push_back(static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    frame.push_back(static_cast<char>(0x80 | 126));
    for (int shift = 8; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  }
  constexpr char kMask[] = {0x11, 0x22, 0x33, 0x44};
  frame.append(kMask, 4);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  return connection_.send(frame);
}

std::optional<TestWebSocket::Frame> TestWebSocket::receive_frame() {
  const auto head = connection_.read_exactly(2);
  if (!head) return std::nullopt;
  std::uint64_t size = static_cast<unsigned char>((*head)[1]) & 0x7f;
  if (size >= 126) {
    const auto more = connection_.read_exactly(size == 126 ? 2 : 8);
    if (!more) return std::nullopt;
    size = 0;
    for (const char c : *more) size = size << 8 | static_cast<unsigned char>(c);
  }
  auto payload = connection_.read_exactly(size);
  if (!payload) return std::nullopt;
  return Frame{(*head)[0] & 0x0f, *std::move(payload)};
}

std::optional<std::string> TestWebSocket::receive_text() {
  while (const auto frame = receive_frame()) {
    if (frame->opcode == 1) return frame->payload;
    if (frame->opcode == 9) send_frame(10, frame->payload);
    if (frame->opcode == 8) {
      close_code_ = 1005;
      if (frame->payload.size() >= 2) {
        close_code_ = static_cast<unsigned char>(frame->payload[0]) << 8 |
                      static_cast<unsigned char>(frame->payload[1]);
        close_reason_ = frame->payload.substr(2);
      }
      send_frame(8, frame->payload.substr(0, 2));
      connection_.finish();
      return std::nullopt;
    }
  }
  if (close_code_ == 0) close_code_ = 1006;
  return std::nullopt;
}

void TestWebSocket::close() {
  send_frame(8, std::string_view{"\x03\xe8", 2});
  while (receive_text()) {
  }
}

}  // namespace hark::web::testing
