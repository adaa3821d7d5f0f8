#include "conversation/entry_build.h"

#include "base/core/invalid.h"
#include "base/core/utf8.h"

namespace hark::conversation {
namespace {

Person person(const v1::Participant& participant) { return {participant.address(), participant.name()}; }

template <class Request>
Status check_words_of(const Request& request) {
  const bool has_template = request.has_template_();
  if (request.text().empty() && request.attachments().empty() && !has_template)
    return invalid("text: is empty");
  if (has_template && !(request.text().empty() && request.html().empty() && request.attachments().empty()))
    return invalid("template: goes out alone, without text, html and attachments");
  if (request.text().size() > kReplyTextBytesMax || request.html().size() > kReplyTextBytesMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge, "text: what we write has at most 256 KiB"};
  }
  return check_blobs(request.blobs());
}

template <class Request>
void set_words_of(v1::Content& content, const Request& request, const std::string& text) {
  content.set_text(text);
  content.set_visible_text(text);
  content.set_html(request.html());
  *content.mutable_attachments() = request.attachments();
}

}  // namespace

v1::Entry inbound_entry(const v1::InboundMessage& message, std::int64_t now_ms) {
  v1::Entry entry;
  entry.set_accepted_at_ms(now_ms);
  entry.set_kind(message.kind() == v1::InboundMessage::KIND_AUTO_REPLY ? v1::ENTRY_KIND_AUTO_REPLY
                                                                       : v1::ENTRY_KIND_INBOUND);
  entry.set_channel(message.channel());
  entry.set_account_id(message.account_id());
  *entry.mutable_content() = message.content();
  *entry.mutable_sender() = message.sender();
  entry.set_sender_verified(message.sender_verified());
  entry.set_native_id(message.native_id());
  entry.set_own_reference(message.thread().own_reference());
  if (message.has_reply_route()) *entry.mutable_reply_route() = message.reply_route();
  entry.set_sent_at_ms(message.sent_at_ms());
  entry.set_is_public(message.is_public());
  entry.set_group(message.group());
  entry.set_answerable_until_ms(message.answerable_until_ms());
  if (message.has_raw()) *entry.mutable_raw() = message.raw();
  return entry;
}

v1::Ticket ticket_attributes(const v1::InboundMessage& message) {
  v1::Ticket ticket;
  ticket.set_channel(message.channel());
  ticket.set_account_id(message.account_id());
  ticket.set_subject(preview_of(message.content().subject(), 200));
  const auto& content = message.content();
  ticket.set_preview(
      preview_of(content.visible_text().empty() ? content.text() : content.visible_text(), 500));
  *ticket.mutable_sender() = message.sender();
  ticket.set_wanted_queue_id(message.queue_id());
  ticket.set_virtual_start_ms(message.virtual_start_ms());
  return ticket;
}

v1::Ticket ticket_attributes(const v1::Entry& entry) {
  v1::Ticket ticket;
  ticket.set_channel(entry.channel());
  ticket.set_account_id(entry.account_id());
  ticket.set_subject(preview_of(entry.content().subject(), 200));
  const auto& content = entry.content();
  ticket.set_preview(
      preview_of(content.visible_text().empty() ? content.text() : content.visible_text(), 500));
  *ticket.mutable_sender() = entry.has_to() ? entry.to() : entry.sender();
  return ticket;
}

AnsweredMessage answered_message(const v1::Entry& entry) {
  AnsweredMessage out;
  out.is_inbound = entry.kind() == v1::ENTRY_KIND_INBOUND || entry.kind() == v1::ENTRY_KIND_AUTO_REPLY;
  out.channel = entry.channel();
  out.account_id = entry.account_id();
  out.sender = person(entry.sender());
  out.route_to = person(entry.reply_route().to());
  for (const auto& cc : entry.reply_route().cc()) out.route_cc.push_back(person(cc));
  out.subject = entry.content().subject();
  out.own_reference = entry.own_reference();
  out.is_public = entry.is_public();
  out.references = {entry.reply_route().references().begin(), entry.reply_route().references().end()};
  return out;
}

std::string preview_of(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (space && (out.empty() || out.back() == ' ')) continue;
    if (out.size() > bytes_max) break;
    out += space ? ' ' : c;
  }
  out.resize(first_bytes(out, bytes_max).size());
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Status check_blobs(const google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs) {
  std::size_t bytes = 0;
  for (const auto& blob : blobs) {
    bytes += blob.content().size();
    if (bytes > kInlineBlobBytesMax) {
      return Error{Code::kInvalidArgument, Reason::kTooLarge,
                   "blobs: more than 256 KiB together; put large ones with PutBlob first"};
    }
    if (sha256_hex(blob.content()) != blob.id()) {
      return Error{Code::kInvalidArgument, Reason::kInvalidField,
                   "blobs.id: is not the SHA-256 of the content"};
    }
  }
  return {};
}

Status check_key(std::string_view key) {
  if (key.empty() || key.size() > 128) {
    return Error{
        Code::kInvalidArgument, Reason::kIdempotencyKeyMissing,
        "idempotency_key: must have 1 to 128 characters; make one per command and keep it on a retry"};
  }
  return {};
}

bool in_the_way_of_merges(const Error& error) {
  return error.reason == Reason::kConversationMoved || error.reason == Reason::kMergeUnderWay;
}

Error merged_too_often() {
  return {Code::kAborted, Reason::kConversationMoved, "the conversation was merged again and again; retry"};
}

Blobs take_blobs(google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs) {
  Blobs out;
  for (auto& blob : blobs)
    out.emplace_back(std::move(*blob.mutable_id()), std::move(*blob.mutable_content()));
  blobs.Clear();
  return out;
}

Status check_words(const v1::ReplyRequest& request) { return check_words_of(request); }
Status check_words(const v1::StartRequest& request) { return check_words_of(request); }

void set_words(v1::Content& content, const v1::ReplyRequest& request, const std::string& text) {
  set_words_of(content, request, text);
}
void set_words(v1::Content& content, const v1::StartRequest& request, const std::string& text) {
  set_words_of(content, request, text);
}

}  // namespace hark::conversation
