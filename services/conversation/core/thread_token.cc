#include "conversation/core/thread_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/core/ids.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kMacBytes = 10;
constexpr std::size_t kMacChars = 16;
static_assert(kIdBodyLength + kMacChars == kThreadTokenLength);

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Error no_token() { return {Code::kInvalidArgument, Reason::kInvalidField, "this is no reply token of ours"}; }

}  // namespace

ThreadTokens::ThreadTokens(std::string secret) : secret_{std::move(secret)} {
  HARK_CHECK(secret_.size() >= 16);
}

std::string ThreadTokens::mac(std::string_view thread_id) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(thread_id.data()), thread_id.size(), digest, &size);
  HARK_CHECK(size >= kMacBytes);
  return base32({digest, kMacBytes});
}

std::string ThreadTokens::sign(std::string_view thread_id) const {
  const auto prefix = prefix_of(IdKind::kThread);
  HARK_CHECK(thread_id.starts_with(prefix));
  return lower(thread_id.substr(prefix.size())) + lower(mac(thread_id));
}

Result<std::string> ThreadTokens::verify(std::string_view token) const {
  if (token.size() != kThreadTokenLength) return no_token();
  const auto id = parse_id(
      IdKind::kThread, std::string{prefix_of(IdKind::kThread)} + std::string{token.substr(0, kIdBodyLength)});
  if (!id.ok()) return no_token();
  const auto want = lower(mac(*id));
  const auto got = lower(token.substr(kIdBodyLength));
  if (CRYPTO_memcmp(want.data(), got.data(), want.size()) != 0) return no_token();
  return *id;
}

std::string ThreadTokens::message_id_left(std::string_view entry_id, std::string_view thread_id) const {
  return lower(entry_id.substr(prefix_of(IdKind::kEntry).size())) + "." + sign(thread_id);
}

Result<ThreadTokens::OwnMessage> ThreadTokens::read_message_id(std::string_view message_id) const {
  const auto left = message_id.substr(0, message_id.find('@'));
  const auto dot = left.find('.');
  if (dot != kIdBodyLength) return no_token();
  auto entry =
      parse_id(IdKind::kEntry, std::string{prefix_of(IdKind::kEntry)} + std::string{left.substr(0, dot)});
  auto thread = verify(left.substr(dot + 1));
  if (!entry.ok() || !thread.ok()) return no_token();
  return OwnMessage{*std::move(entry), *std::move(thread)};
}

}  // namespace hark::conversation
