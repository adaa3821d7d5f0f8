#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::redis {

/// Where a Redis listens: unix:/path/to/socket, redis://host:port (plain TCP), rediss://host:port (TLS).
struct Endpoint {
  enum class Kind { kUnix, kTcp, kTls };
  Kind kind = Kind::kUnix;
  std::string path;  // unix
  std::string host;  // tcp, tls
  std::string port;
};

Result<Endpoint> parse_endpoint(std::string_view url);

}  // namespace hark::redis
