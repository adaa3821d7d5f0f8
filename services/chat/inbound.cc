#include "chat/inbound.h"

#include "base/core/digest.h"

namespace hark::chat {
namespace {

constexpr std::size_t kDigestDigits = 32;

v1::InboundMessage message_of(const Visitor& visitor, std::string_view id, const std::string& text) {
  const auto address = visitor.address();
  v1::InboundMessage message;
  message.set_channel(v1::CHANNEL_CHAT);
  message.set_account_id(visitor.account_id);
  message.set_native_id(address + ":" + std::string{id});
  message.set_kind(v1::InboundMessage::KIND_MESSAGE);
  message.mutable_sender()->set_address(address);
  message.mutable_content()->set_text(text);
  message.mutable_content()->set_visible_text(text);
  // The visitor's address names the thread: the first message has it, each later one refers to it.
  message.mutable_thread()->set_own_reference(address);
  message.mutable_thread()->add_references(address);
  message.mutable_reply_route()->mutable_to()->set_address(address);
  return message;
}

}  // namespace

v1::InboundMessage inbound_message(const Visitor& visitor, const v1::ChatLogRecord& record) {
  const auto& item = record.item();
  auto message = message_of(visitor, item.client_id(), item.text());
  message.set_sent_at_ms(item.at_ms());
  auto& content = *message.mutable_content();
  for (int i = 0; i < item.files_size(); ++i) {
    auto& attachment = *content.add_attachments();
    attachment.set_file_name(item.files(i).file_name());
    attachment.set_content_type(item.files(i).content_type());
    *attachment.mutable_blob() = record.blobs(i);
  }
  return message;
}

void vouch(const Visit& visit, v1::InboundMessage& message) {
  message.mutable_sender()->set_name(visit.name);
  message.set_sender_verified(visit.identified);
  if (!visit.claims_told) message.mutable_claims()->Assign(visit.claims.begin(), visit.claims.end());
}

std::string digest_of(const v1::Introduction& said) {
  const auto text = said.name() + "\n" + said.email() + "\n" + said.phone();
  return text.size() == 2 ? "" : sha256_hex(text).substr(0, kDigestDigits);
}

v1::InboundMessage introduction_message(const Visitor& visitor, const v1::Introduction& said,
                                        std::string_view digest) {
  std::string text;
  for (const auto* part : {&said.name(), &said.email(), &said.phone()}) {
    if (!part->empty()) text += (text.empty() ? "" : "\n") + *part;
  }
  // No client id has a colon.
  auto message = message_of(visitor, "introduction:" + std::string{digest}, text);
  message.set_kind(v1::InboundMessage::KIND_AUTO_REPLY);
  return message;
}

v1::ChatLogRecord answer_record(const v1::OutboundMessage& message) {
  v1::ChatLogRecord record;
  auto& item = *record.mutable_item();
  item.set_at_ms(message.created_at_ms());
  item.set_agent_name(message.from_name());
  item.set_text(message.content().text());
  for (const auto& attachment : message.content().attachments()) {
    auto& file = *item.add_files();
    file.set_file_name(attachment.file_name());
    file.set_content_type(attachment.content_type());
    file.set_size_bytes(attachment.blob().size_bytes());
    *record.add_blobs() = attachment.blob();
  }
  record.set_entry_id(message.entry_id());
  record.set_conversation_id(message.conversation_id());
  return record;
}

}  // namespace hark::chat
