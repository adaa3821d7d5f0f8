#include "chat/core/tokens.h"

#include <span>

#include "base/core/digest.h"
#include "base/core/ids.h"

namespace hark::chat {
namespace {

constexpr std::size_t kSecretBytesMin = 16;
constexpr std::size_t kVisitorIdMax = 64;
constexpr std::string_view kScheme = "chat:";
/// Keep what is signed for one purpose from being of use for another.
constexpr std::string_view kVisitorPurpose = "hark chat visitor 1\n";
constexpr std::string_view kFilePurpose = "hark chat file 1\n";

Error no_visitor() {
  return {Code::kUnauthenticated, Reason::kUnauthenticated, "this is no chat of ours; start a new one"};
}

}  // namespace

Result<Visitor> visitor_of_address(std::string_view address) {
  const auto colon = address.find(':', kScheme.size());
  if (!address.starts_with(kScheme) || colon == std::string_view::npos || colon == kScheme.size() ||
      colon + 1 == address.size() || address.size() - colon > kVisitorIdMax) {
    return Error{Code::kInvalidArgument, Reason::kInvalidField,
                 "'" + std::string{address.substr(0, 80)} + "' is no visitor's address"};
  }
  return Visitor{std::string{address.substr(kScheme.size(), colon - kScheme.size())},
                 std::string{address.substr(colon + 1)}};
}

Tokens::Tokens(std::string secret) : secret_{std::move(secret)} {
  HARK_CHECK(secret_.size() >= kSecretBytesMin);
}

std::string Tokens::mac(std::string_view text) const {
  const auto digest = hmac_sha256(secret_, text);
  return base32({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

std::string Tokens::sign(const Visitor& visitor) const {
  const auto claim = visitor.account_id + "." + visitor.id;
  return claim + "." + mac(std::string{kVisitorPurpose} + claim);
}

Result<Visitor> Tokens::verify(std::string_view token) const {
  const auto mac_dot = token.rfind('.');
  if (mac_dot == std::string_view::npos) return no_visitor();
  const auto claim = token.substr(0, mac_dot);
  if (!equal_in_constant_time(mac(std::string{kVisitorPurpose}.append(claim)), token.substr(mac_dot + 1)))
    return no_visitor();
  const auto dot = claim.rfind('.');
  HARK_CHECK(dot != std::string_view::npos);  // we signed it
  return Visitor{std::string{claim.substr(0, dot)}, std::string{claim.substr(dot + 1)}};
}

std::string Tokens::sign(const Visitor& visitor, const UploadedFile& file) const {
  std::string text{kFilePurpose};
  for (const std::string_view part : {std::string_view{visitor.account_id}, std::string_view{visitor.id},
                                      std::string_view{file.blob_id}, std::string_view{file.content_type}}) {
    text.append(part).append("\n");
  }
  text += std::to_string(file.size_bytes) + "\n" + file.file_name;
  return file.blob_id + "." + mac(text);
}

Result<std::string> Tokens::verify(const Visitor& visitor, const UploadedFile& file,
                                   std::string_view token) const {
  auto claimed = file;
  claimed.blob_id = token.substr(0, token.find('.'));
  if (!equal_in_constant_time(sign(visitor, claimed), token)) {
    return Error{Code::kPermissionDenied, Reason::kPermissionDenied,
                 "files: '" + file.file_name + "' was not uploaded by this visitor under this name"};
  }
  return claimed.blob_id;
}

}  // namespace hark::chat
