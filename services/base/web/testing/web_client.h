#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/web/http_message.h"

namespace hark::web::testing {

/// A blocking TCP connection to a server on this machine, for tests that say exactly which bytes go over the
/// wire. Every read gives up (throws) after ten seconds, so that a broken test ends.
class TestConnection {
 public:
  /// receive_buffer 0 keeps the system's default; a small one makes a client that takes little.
  explicit TestConnection(std::uint16_t port, int receive_buffer = 0);
  ~TestConnection();
  TestConnection(const TestConnection&) = delete;
  TestConnection& operator=(const TestConnection&) = delete;

  /// False if the server has closed its side.
  bool send(std::string_view bytes);
  /// Says that nothing more will be sent.
  void finish();
  /// What has come; empty when the server closed the connection (or reset it).
  std::string read_some();
  std::string read_to_end();
  /// Exactly this many bytes; nullopt if the connection ends before.
  std::optional<std::string> read_exactly(std::size_t size);
  /// Up to and with the delimiter.
  std::optional<std::string> read_through(std::string_view delimiter);

 private:
  int socket_ = -1;
  std::string pending_;
};

struct HttpReply {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// Reads one response; status 0 if none came. For an answer to HEAD no body is awaited.
HttpReply read_reply(TestConnection& connection, bool to_head = false);

/// One request on a connection of its own.
HttpReply fetch(std::uint16_t port, std::string_view method, std::string_view target,
                const std::vector<HttpHeader>& headers = {}, std::string_view body = {});

/// A WebSocket client that can also misbehave.
class TestWebSocket {
 public:
  TestWebSocket(std::uint16_t port, std::string_view path, const std::vector<HttpHeader>& headers = {},
                int receive_buffer = 0);

  struct Frame {
    int opcode = 0;  // 1 text, 2 binary, 8 close, 9 ping, 10 pong
    std::string payload;
  };

  /// 101 when the server agreed.
  [[nodiscard]] int status() const { return status_; }
  bool send_text(std::string_view text) { return send_frame(1, text); }
  bool send_frame(int opcode, std::string_view payload);
  /// Next frame of any kind, unanswered; nullopt when the connection has ended.
  std::optional<Frame> receive_frame();
  /// Next text; answers pings on the way. nullopt once closed, close_code() then says why.
  std::optional<std::string> receive_text();
  /// 0 until a close frame came; 1006 if the connection ended without one.
  [[nodiscard]] int close_code() const { return close_code_; }
  [[nodiscard]] const std::string& close_reason() const { return close_reason_; }
  /// Says goodbye and reads to the server's answer.
  void close();
  TestConnection& connection() { return connection_; }

 private:
  TestConnection connection_;
  int status_ = 0;
  int close_code_ = 0;
  std::string close_reason_;
};

}  // namespace hark::web::testing
