#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::chat {

/// Who is at the other end: one browser (or app) on one of our chats.
struct Visitor {
  std::string account_id;
  std::string id;  // made by us from 128 random bits

  /// In the grammar of addresses: chat:<account>:<visitor>.
  [[nodiscard]] std::string address() const { return "chat:" + account_id + ":" + id; }
  friend bool operator==(const Visitor&, const Visitor&) = default;
};

/// The visitor of an address of ours; INVALID_FIELD for any other text.
Result<Visitor> visitor_of_address(std::string_view address);

/// A file that one visitor has uploaded, as it was named then.
struct UploadedFile {
  std::string blob_id;
  std::int64_t size_bytes = 0;
  std::string file_name;
  std::string content_type;
};

/// What visitors hold to prove something to us. Nothing is kept here: the secret decides.
class Tokens {
 public:
  /// `secret`: at least 16 bytes, the same in every chat process and kept over restarts.
  explicit Tokens(std::string secret);

  /// "<account>.<visitor>.<HMAC-SHA256, base32>". Whoever has it is that visitor, for as long as the session
  /// lives.
  [[nodiscard]] std::string sign(const Visitor& visitor) const;
  /// UNAUTHENTICATED if it is not ours or was altered.
  [[nodiscard]] Result<Visitor> verify(std::string_view token) const;

  /// "<blob>.<HMAC-SHA256, base32>": this visitor uploaded these bytes under this name.
  [[nodiscard]] std::string sign(const Visitor& visitor, const UploadedFile& file) const;
  /// The blob's id; PERMISSION_DENIED for a file that this visitor did not upload, or under another name.
  [[nodiscard]] Result<std::string> verify(const Visitor& visitor, const UploadedFile& file,
                                           std::string_view token) const;

 private:
  [[nodiscard]] std::string mac(std::string_view text) const;
  std::string secret_;
};

}  // namespace hark::chat
