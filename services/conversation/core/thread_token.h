#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::conversation {

constexpr std::size_t kThreadTokenLength = 42;

/// Signs and reads the token of a thread, which stands in reply addresses and in our Message-IDs: the
/// thread's id and 80 bits of HMAC-SHA256 over it, in Crockford's base32, lower case. Case does not matter
/// when it is read, because mail systems change it. Who holds a token holds one mail of the thread; that
/// proves no identity.
class ThreadTokens {
 public:
  /// `secret`: at least 16 bytes, the same in every process and for the life of the store.
  explicit ThreadTokens(std::string secret);

  [[nodiscard]] std::string sign(std::string_view thread_id) const;

  /// The thread id, or INVALID_FIELD if the text is no token of ours.
  [[nodiscard]] Result<std::string> verify(std::string_view token) const;

  /// Left part of the Message-ID of an outbound entry: "<entry><dot><token>".
  [[nodiscard]] std::string message_id_left(std::string_view entry_id, std::string_view thread_id) const;

  /// What a Message-ID of ours (with or without "@domain") names.
  struct OwnMessage {
    std::string entry_id;
    std::string thread_id;
  };
  [[nodiscard]] Result<OwnMessage> read_message_id(std::string_view message_id) const;

 private:
  [[nodiscard]] std::string mac(std::string_view thread_id) const;
  std::string secret_;
};

}  // namespace hark::conversation
