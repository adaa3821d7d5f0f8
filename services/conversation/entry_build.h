#pragma once

#include <string>
#include <string_view>

#include "base/core/digest.h"
#include "conversation/core/reply_binding.h"
#include "conversation/redis/store.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/entry.pb.h"
#include "hark/v1/message.pb.h"

/// Making the messages that are stored, out of those that came in.
namespace hark::conversation {

/// Entry of a customer's message, without what the store gives it (id, sequence, ticket, thread).
v1::Entry inbound_entry(const v1::InboundMessage& message, std::int64_t now_ms);

/// What of a ticket never changes.
v1::Ticket ticket_attributes(const v1::InboundMessage& message);

/// The same of a stored entry, for a ticket that its message did not open.
v1::Ticket ticket_attributes(const v1::Entry& entry);

AnsweredMessage answered_message(const v1::Entry& entry);

/// First bytes of the text that end on a whole character, with white space folded.
std::string preview_of(std::string_view text, std::size_t bytes_max);

constexpr std::size_t kInlineBlobBytesMax = 256U << 10;  // together, per message

/// Inlined contents must be what their ids say: an entry that names a blob names these bytes for ever.
/// Errors: TOO_LARGE, INVALID_FIELD.
Status check_blobs(const google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs);

constexpr std::size_t kReplyTextBytesMax = 256U << 10;
/// What an agent wrote: something is said, and it is within the limits. Errors: INVALID_FIELD, TOO_LARGE.
Status check_words(const v1::ReplyRequest& request);
Status check_words(const v1::StartRequest& request);

/// The words of a request, which `text` may stand in for.
void set_words(v1::Content& content, const v1::ReplyRequest& request, const std::string& text);
void set_words(v1::Content& content, const v1::StartRequest& request, const std::string& text);

/// 1 to 128 characters. Errors: IDEMPOTENCY_KEY_MISSING.
Status check_key(std::string_view key);

/// A merge came between reading and writing: finish it, and try again.
bool in_the_way_of_merges(const Error& error);
Error merged_too_often();

Blobs take_blobs(google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs);

/// Digest of a request but for its key: the same key with another digest is a mistake of the caller.
template <class Request>
std::string digest_of(Request request) {
  request.clear_idempotency_key();
  return sha256_hex(request.GetTypeName() + request.SerializeAsString()).substr(0, 32);
}

}  // namespace hark::conversation
