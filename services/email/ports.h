#pragma once

#include <string>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "hark/v1/channel_service.pb.h"

namespace hark::email {

/// A mail ready to go: what the relay is told, and the bytes.
struct OutgoingTransfer {
  std::string mail_from;
  std::vector<std::string> recipients;
  std::string mail;
  std::string name;  // stable over retries; a file name's stem
};

/// What became of one attempt.
struct TransferOutcome {
  enum class Kind {
    kSent,      // the relay took it, for all recipients
    kTryLater,  // refused for now, unreachable, or the answer was lost: the same mail, with its Message-ID,
                // again later
    kRefused,   // refused for good
    kNotBegun,  // Hark stops
  };
  Kind kind = Kind::kTryLater;
  std::string detail;  // the relay's words
};

/// Where mail goes out: an SMTP relay, or a folder when there is none.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Task<TransferOutcome> send(OutgoingTransfer transfer) = 0;
  /// What has not begun by now is not begun any more.
  virtual void stop() {}
};

/// What sending needs of conversation.
class ConversationPort {
 public:
  virtual ~ConversationPort() = default;
  virtual Task<Status> report(v1::Receipt receipt) = 0;
  virtual Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string conversation_id) = 0;
};

}  // namespace hark::email
