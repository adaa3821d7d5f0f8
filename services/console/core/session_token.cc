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
constexpr std::string_view kPurpose = "hark console session 2\n";

Error not_signed_in(std::string message) {
  return {Code::kUnauthenticated, Reason::kUnauthenticated, std::move(message)};
}

/// Takes the part after the last dot off the text: an agent's id may hold dots, so it is read from behind.
std::string_view cut_last(std::string_view& text) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos) return {};
  const auto last = text.substr(dot + 1);
  text.remove_suffix(text.size() - dot);
  return last;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
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

std::string SessionTokens::sign(const SessionClaim& claim) const {
  const std::string text = claim.agent_id + "." + std::to_string(claim.generation) + "." + claim.session_id +
                           "." + std::to_string(to_ms(claim.expires));
  return text + "." + mac(text);
}

Result<SessionClaim> SessionTokens::verify(std::string_view token, TimePoint now) const {
  const auto given = cut_last(token);
  const auto expected = mac(token);
  if (given.size() != expected.size() || CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) {
    return not_signed_in("this is no session of ours; sign in");
  }
  // From here on it is our own hand.
  SessionClaim claim;
  claim.expires = from_ms(number(cut_last(token)));
  claim.session_id = std::string{cut_last(token)};
  claim.generation = number(cut_last(token));
  claim.agent_id = std::string{token};
  if (now >= claim.expires) return not_signed_in("the session has expired; sign in again");
  return claim;
}

}  // namespace hark::console
