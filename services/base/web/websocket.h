#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/async/task.h"

namespace hark::web {

/// Why a WebSocket was closed (RFC 6455 section 7.4.1; 4000-4999 are ours).
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kProtocolError = 1002,
  kTextOnly = 1003,
  kPolicy = 1008,
  kTooLarge = 1009,
  kInternal = 1011,
  /// The server goes down for a moment; come back after a jittered wait.
  kRestarting = 1012,
  /// The token that the client has is of no use: forget it, then come back.
  kBadToken = 4001,
  /// This page, site or person may not be here: do not come back by yourself.
  kNotWelcome = 4003,
  /// The client did not read as fast as it was told things; come back and load afresh.
  kSlow = 4008,
};

/// One client's WebSocket, text messages both ways, without compression.
///
/// Owned jointly by its handler and whoever sends to it. Lives on the server's executor and is called only
/// there. The session answers pings, sends its own, and is closed when its handler returns.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;

  /// The next message; nullopt once the session is closing or gone, whoever closed it. One caller at a time.
  /// While nobody calls it nothing is read, which is what slows down a client that talks too much.
  virtual Task<std::optional<std::string>> receive() = 0;

  /// Queues a message and returns at once. A client whose queue passes the route's limit is closed with
  /// kSlow. False if the message will never be sent: the session is closing, gone, or has just been closed
  /// for its slowness.
  virtual bool send(std::string text) = 0;

  /// Sends what is queued, then closes; if the client does not answer in time its socket is cut. The first
  /// call counts.
  virtual void close(CloseCode code, std::string_view reason) = 0;

  /// True from the first close() or the loss of the client on.
  [[nodiscard]] virtual bool closing() const = 0;

  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
};

}  // namespace hark::web
