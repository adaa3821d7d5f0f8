#include "console/core/session_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

#include "base/core/check.h"
#include "base/core/ids.h"

namespace hark::console {
namespace {

constexpr std::size_t kSecretBytesMin = 16;
/// Keeps these tokens apart from anything else that is signed with the same secret.
constexpr std::string_view kPurpose = "hark console session 1\n";

Error not_signed_in(std::string message) {
  return {Code::kUnauthenticated, Reason::kUnauthenticated, std::move(message)};
}

}  // namespace

SessionTokens::SessionTokens(std::string secret) : secret_{std::move(secret)} {
  HARK_CHECK(secret_.size() >= kSecretBytesMin);
}

std::string SessionTokens::mac(std::string_view claim) const {
  const std::string text = std::string{kPurpose} + std::string{claim};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  HARK_CHECK(size == 32);
  return base32({digest, size});
}

std::string SessionTokens::sign(std::string_view agent_id, TimePoint expires) const {
  const std::string claim = std::string{agent_id} + "." + std::to_string(to_ms(expires));
  return claim + "." + mac(claim);
}

Result<std::string> SessionTokens::verify(std::string_view token, TimePoint now) const {
  const auto mac_dot = token.rfind('.');
  if (mac_dot == std::string_view::npos || mac_dot == 0)
    return not_signed_in("this is no session of ours; sign in");
  const auto claim = token.substr(0, mac_dot);
  const auto given = token.substr(mac_dot + 1);
  const auto expected = mac(claim);
  if (given.size() != expected.size() || CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) {
    return not_signed_in("this is no session of ours; sign in");
  }
  const auto expiry_dot = claim.rfind('.');
  HARK_CHECK(expiry_dot != std::string_view::npos);  // we signed it
  std::int64_t expires_ms = 0;
  std::from_chars(claim.data() + expiry_dot + 1, claim.data() + claim.size(), expires_ms);
  if (now >= from_ms(expires_ms)) return not_signed_in("the session has expired; sign in again");
  return std::string{claim.substr(0, expiry_dot)};
}

}  // namespace hark::console
