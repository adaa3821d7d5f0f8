#include "lmtp_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "workload.h"

namespace hark::load {

LmtpClient::LmtpClient(const std::string& host, int port)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("nobody listens for LMTP on " + host + ":" + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{30, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  expect("220");
  send("LHLO mx.example.com\r\n");
  expect("250");
}

LmtpClient::~LmtpClient() { ::close(socket_); }

std::chrono::steady_clock::duration LmtpClient::deliver(std::string_view sender, std::string_view data) {
  std::string commands = "MAIL FROM:<";
  commands += sender;
  commands += "> SIZE=";
  commands += std::to_string(data.size() - 3);
  commands += "\r\nRCPT TO:<";
  commands += kAccountAddress;
  commands += ">\r\nDATA\r\n";
  send(commands);
  expect("250");
  expect("250");
  expect("354");
  send(data);
  const auto sent = steady_now();
  expect("250");
  return steady_now() - sent;
}

void LmtpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("the LMTP connection broke");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// The last line of an answer is the one without a hyphen after the code.
void LmtpClient::expect(std::string_view code) {
  for (;;) {
    const auto text = line();
    if (!text.starts_with(code)) throw std::runtime_error("LMTP answered: " + std::string{text});
    if (text.size() < 4 || text[3] != '-') return;
  }
}

std::string_view LmtpClient::line() {
  for (;;) {
    const auto end = buffer_.find("\r\n", read_);
    if (end != std::string::npos) {
      const auto text = std::string_view{buffer_}.substr(read_, end - read_);
      read_ = end + 2;
      return text;
    }
    buffer_.erase(0, read_);
    read_ = 0;
    std::array<char, 4096> chunk;
    const auto count = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (count <= 0) throw std::runtime_error("the LMTP connection broke, or did not answer for 30 s");
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace hark::load
