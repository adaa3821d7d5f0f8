#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark::console {

/// What a session token says.
struct SessionClaim {
  std::string agent_id;
  /// Of the agent when the session began; a session of an earlier one is over.
  std::int64_t generation = 0;
  /// Of the session, over all its tokens: signing out ends them all.
  std::string session_id;
  TimePoint expires;

  friend bool operator==(const SessionClaim&, const SessionClaim&) = default;
};

/// Signs agents in again without their password: "<agent id>.<generation>.<session id>.<expiry,
/// ms>.<HMAC-SHA256 over all of it, base32>". A restart signs nobody out; whether a session is over before
/// its time is asked of the store (AgentStore) and of the agent's record.
class SessionTokens {
 public:
  /// `secret`: at least 16 bytes, the same in every console process and kept over restarts.
  explicit SessionTokens(std::string secret);

  [[nodiscard]] std::string sign(const SessionClaim& claim) const;

  /// UNAUTHENTICATED if the token is not ours, was altered, or has expired; the message says which of the two
  /// the person can do something about.
  [[nodiscard]] Result<SessionClaim> verify(std::string_view token, TimePoint now) const;

 private:
  [[nodiscard]] std::string mac(std::string_view claim) const;
  std::string secret_;
};

}  // namespace hark::console
