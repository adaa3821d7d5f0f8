#pragma once

#include <map>
#include <string>

#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "social/files.h"
#include "social/ports.h"
#include "social/redis/store.h"
#include "social/settings.h"

namespace hark::social {

/// A request up to this rides with its message; a larger one, or one of many messages, becomes a blob first.
constexpr std::size_t kInlineBytesMax = 64U << 10;
/// Text kept in the entry; what is longer is in the raw request, and a remark says so.
constexpr std::size_t kEntryTextBytesMax = 512U << 10;

/// The thread of a customer with an account. It keeps the address as the network wrote it, which conversation
/// may write in another way; answers have to go to the former.
std::string thread_of(std::string_view account, std::string_view address);

/// Turns webhooks into what conversation accepts. Lives on its service's thread.
class Intake {
 public:
  Intake(ConversationPort& conversation, FileSource& files, Store& store, const Clock& clock,
         const Settings& settings, Metrics& metrics);

  /// The answer's body, once everything in the request is durable. Taken twice, it is there once.
  /// Errors: UNAUTHENTICATED for a wrong proof; anything else: not all of it is kept yet, it may come again.
  Task<Result<std::string>> take(const Account& via, Lookup header, std::string raw);

  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  struct Request;
  struct Counters {
    Counter taken;
    Counter refused;
    Counter not_kept;
  };

  Task<Result<std::string>> take_proved(const Account& via, std::string raw);
  Task<Status> take_item(Request& request, const Item& item, std::size_t index);
  Task<Status> accept(Request& request, const Account& account, const Said& said, std::size_t index);
  Task<Result<bool>> attach_files(const Account& account, const Said& said, v1::InboundMessage& message);
  Task<Status> note_heard(const Account& account, const Said& said, v1::InboundMessage& message);
  Task<Status> note(Request& request, const Account& account, const Progress& progress, std::size_t index);
  Task<Status> set_aside(Request& request, std::size_t index, std::string reason);
  Task<Result<v1::BlobRef>> keep(Request& request, google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs);

  ConversationPort& conversation_;
  Files files_;
  Store& store_;
  const Clock& clock_;
  const Settings& settings_;
  std::map<std::string, Counters, std::less<>> counters_;
};

}  // namespace hark::social
