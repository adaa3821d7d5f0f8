#include "chat/core/identity.h"

#include <algorithm>

#include "base/core/digest.h"
#include "base/core/invalid.h"

namespace hark::chat {
namespace {

constexpr std::size_t kExternalIdBytesMax = 80;  // three times as long when escaped, within an address
constexpr std::size_t kFieldBytesMax = 254;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Status check_fields(const Identity& identity) {
  if (identity.external_id.empty()) return invalid("identity.external_id: is missing");
  if (identity.external_id.size() > kExternalIdBytesMax)
    return invalid("identity.external_id: is longer than 80 bytes");
  for (const std::string_view field :
       {std::string_view{identity.external_id}, std::string_view{identity.email},
        std::string_view{identity.phone}, std::string_view{identity.name}}) {
    if (has_control(field)) return invalid("identity: has control characters in a field");
    if (field.size() > kFieldBytesMax) return invalid("identity: has a field longer than 254 bytes");
  }
  return {};
}

}  // namespace

std::string text_to_sign(const Identity& identity) {
  std::string text{"hark-chat-identity-v1"};
  for (const std::string_view field :
       {std::string_view{identity.account_id}, std::string_view{identity.external_id},
        std::string_view{identity.email}, std::string_view{identity.phone},
        std::string_view{identity.name}}) {
    text.append("\n").append(field);
  }
  return text + "\n" + std::to_string(to_ms(identity.expires));
}

Result<Trust> check_identity(const Identity& identity, std::string_view signature, std::string_view secret,
                             TimePoint now) {
  HARK_TRY_VOID(check_fields(identity));
  if (secret.empty()) {
    return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                 "identity: this chat has no identity_secret, so no signature is believed"};
  }
  if (!equal_in_constant_time(hex(hmac_sha256(secret, text_to_sign(identity))), signature)) {
    return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                 "identity: the signature is wrong; the visitor goes on as a stranger"};
  }
  return now < identity.expires ? Trust::kSigned : Trust::kExpired;
}

std::string user_address(std::string_view account_id, std::string_view external_id) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@+";
  std::string out = "user:" + std::string{account_id} + ":";
  for (const char c : external_id) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += "%" + hex({&c, 1});
    }
  }
  return out;
}

}  // namespace hark::chat
