#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark::chat {

/// Who a visitor is, as the embedding site says.
struct Identity {
  std::string account_id;
  std::string external_id;
  std::string email;
  std::string phone;
  std::string name;
  TimePoint expires;
};

/// What the site's server signs: seven lines, joined by one line feed each, none at the end.
///
///   hark-chat-identity-v1
///   <account id>
///   <external id>
///   <e-mail, or empty>
///   <phone, or empty>
///   <name, or empty>
///   <expiry, milliseconds since 1970 in decimal>
///
/// UTF-8 throughout. The signature is HMAC-SHA256 (RFC 2104) under the account's identity_secret, as 64
/// lower-case hex digits.
std::string text_to_sign(const Identity& identity);

/// An identity as `check_identity` found it.
enum class Trust {
  kSigned,
  /// Signed, but its time is over: good enough to go on as who one has been, not to become someone.
  kExpired,
};

/// Errors: INVALID_FIELD for fields that could be read in two ways (control characters, endless, no external
/// id), UNAUTHENTICATED for a wrong signature or an account that believes none.
Result<Trust> check_identity(const Identity& identity, std::string_view signature, std::string_view secret,
                             TimePoint now);

/// The address of a signed-in user of the site: user:<account>:<external id>, with every byte that an address
/// cannot have written as %XX.
std::string user_address(std::string_view account_id, std::string_view external_id);

}  // namespace hark::chat
