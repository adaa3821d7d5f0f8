#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark::console {

/// Signs agents in again without their password: "<agent id>.<expiry, ms>.<HMAC-SHA256 over both, base32>".
/// The server keeps nothing, so a restart signs nobody out; a token holds until it expires.
class SessionTokens {
 public:
  /// `secret`: at least 16 bytes, the same in every console process and kept over restarts.
  explicit SessionTokens(std::string secret);

  [[nodiscard]] std::string sign(std::string_view agent_id, TimePoint expires) const;

  /// The agent's id. UNAUTHENTICATED if the token is not ours, was altered, or has expired; the message says
  /// which of the two the person can do something about.
  [[nodiscard]] Result<std::string> verify(std::string_view token, TimePoint now) const;

 private:
  [[nodiscard]] std::string mac(std::string_view claim) const;
  std::string secret_;
};

}  // namespace hark::console
