#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/async/task.h"
#include "base/core/result.h"

namespace hark::phone {

/// Largest event that is read; Asterisk's stay below 64 KiB.
constexpr std::size_t kEventBytesMax = 1U << 20;

/// A client's end of a WebSocket (RFC 6455), with TLS or without, that only listens. It pings by itself and
/// is broken after 30 s without an answer.
class EventSocket {
 public:
  struct Target {
    std::string host;
    std::string port;
    std::string path;  // with its query
    std::string authorization;
    std::string protocol;
    bool tls = false;
    std::string ca_file = {};  // whom to believe, in PEM; empty: whom this machine believes
  };

  virtual ~EventSocket() = default;
  /// The next message. Errors: UNAVAILABLE, with why the connection broke.
  virtual Task<Result<std::string>> read() = 0;
  /// Breaks the connection: who reads gets an error.
  virtual void cut() = 0;

  /// Errors: UNAVAILABLE, with why there is no connection, in at most 10 s.
  static Task<Result<std::shared_ptr<EventSocket>>> open(Target target);
};

}  // namespace hark::phone
