// What agents write to customers.
#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/entry_build.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

struct Accounts {
  const std::map<std::string, OwnAccount, std::less<>>& all;
};

int channel_of_account(std::string_view id, const void* accounts) {
  const auto& all = static_cast<const Accounts*>(accounts)->all;
  const auto found = all.find(id);
  return found == all.end() ? 0 : static_cast<int>(found->second.channel);
}

v1::Participant participant(const Person& person) {
  v1::Participant out;
  out.set_address(person.address);
  out.set_name(person.name);
  return out;
}

/// Something is said, and it is within the limits. Errors: INVALID_FIELD, TOO_LARGE.
template <class Request>
Status check_words(const Request& request, bool has_template = false) {
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
void set_words(v1::Content& content, const Request& request, const std::string& text) {
  content.set_text(text);
  content.set_visible_text(text);
  content.set_html(request.html());
  *content.mutable_attachments() = request.attachments();
}

v1::Entry reply_entry(const v1::ReplyRequest& request, const v1::Entry& answered, const ReplyBinding& binding,
                      std::int64_t now_ms) {
  v1::Entry entry;
  entry.set_accepted_at_ms(now_ms);
  entry.set_kind(v1::ENTRY_KIND_REPLY);
  entry.set_channel(static_cast<v1::Channel>(binding.channel));
  entry.set_account_id(binding.account_id);
  entry.set_agent_id(request.agent_id());
  entry.set_answers_entry_id(answered.id());
  entry.set_customer_id(answered.customer_id());
  *entry.mutable_to() = participant(binding.to);
  for (const auto& cc : binding.cc) *entry.add_cc() = participant(cc);
  entry.set_is_public(binding.is_public);
  // Subjects are a thing of mail.
  if (binding.channel == v1::CHANNEL_EMAIL) entry.mutable_content()->set_subject(binding.subject);
  return entry;
}

Status check_subject(std::string_view subject) {
  if (subject.empty()) return invalid("subject: is empty");
  if (subject.size() > kSubjectBytesMax) return invalid("subject: has more than 998 bytes");
  for (const char c : subject) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return invalid("subject: has a line break or another control character");
  }
  return {};
}

}  // namespace

v1::OutboundMessage Conversations::outbound_of(const v1::Entry& entry, std::string_view entry_id,
                                               std::string_view conversation_id, std::string_view thread_id,
                                               std::string_view from_name) const {
  v1::OutboundMessage out;
  out.set_entry_id(std::string{entry_id});
  out.set_conversation_id(std::string{conversation_id});
  out.set_channel(entry.channel());
  out.set_account_id(entry.account_id());
  *out.mutable_to() = entry.to();
  *out.mutable_cc() = entry.cc();
  *out.mutable_content() = entry.content();
  out.set_native_id_left(tokens_.message_id_left(entry_id, thread_id));
  out.set_thread_token(tokens_.sign(thread_id));
  const auto account = settings_.accounts.find(entry.account_id());
  out.set_from_name(!from_name.empty()                    ? std::string{from_name}
                    : account != settings_.accounts.end() ? account->second.name
                                                          : "");
  out.set_created_at_ms(entry.accepted_at_ms());
  out.set_agent_id(entry.agent_id());
  out.set_is_public(entry.is_public());
  if (entry.has_template_()) *out.mutable_template_() = entry.template_();
  return out;
}

Task<Result<v1::ReplyResponse>> Conversations::reply(v1::ReplyRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(check_words(request, request.has_template_()));
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    auto replied = co_await try_to_reply(request);
    if (replied.ok() || !in_the_way_of_merges(replied.error())) co_return replied;
    HARK_CO_TRY_VOID(co_await finish_sagas_around(request.entry_id()));
  }
  co_return merged_too_often();
}

Task<Result<v1::ReplyResponse>> Conversations::try_to_reply(v1::ReplyRequest request) {
  HARK_CO_TRY(const auto answered, co_await store_.entry(request.entry_id()));
  HARK_CO_TRY(const auto conversation, co_await store_.conversation(answered.conversation_id()));

  std::optional<SwitchWish> wish;
  if (request.has_switch_()) {
    const auto& asked = request.switch_();
    HARK_CO_TRY(auto address, normalise_address(asked.address(), settings_.default_region));
    wish = SwitchWish{asked.channel(), asked.account_id(), std::move(address), asked.reason()};
  }
  std::vector<std::string> addresses;
  for (const auto& address : conversation.addresses()) addresses.push_back(address.address());
  const Accounts accounts{settings_.accounts};
  HARK_CO_TRY(const auto binding, bind_reply(answered_message(answered),
                                             request.privately() ? Audience::kWriter : Audience::kAsAnswered,
                                             wish, addresses, &channel_of_account, &accounts));

  const auto now = clock_.now();
  HARK_CO_TRY(const auto partition, partition_of(answered.conversation_id()));
  auto entry = reply_entry(request, answered, binding, to_ms(now));
  HARK_CO_TRY(auto sendable, co_await judge_sending(request, binding, conversation, answered));
  set_words(*entry.mutable_content(), request, sendable.text);
  if (sendable.filled) *entry.mutable_template_() = *std::move(sendable.filled);

  Store::ReplyInput in;
  in.unsendable = !sendable.refused.ok();
  in.entry_id = new_id(IdKind::kEntry, partition);
  auto out =
      outbound_of(entry, in.entry_id, answered.conversation_id(), answered.thread_id(), request.from_name());
  out.set_in_reply_to(binding.in_reply_to);
  for (const auto& reference : binding.references) out.add_references(reference);
  entry.set_native_id(out.native_id_left());

  in.digest = digest_of(request);
  in.key = request.idempotency_key();
  in.conversation_id = answered.conversation_id();
  in.answers_entry_id = answered.id();
  in.assignment_token = request.assignment_token();
  in.seen_sequence = request.seen_sequence();
  in.thread_id = answered.thread_id();
  in.answers_sequence = answered.sequence();
  if (!answered.customer_id().empty()) {
    HARK_CO_TRY(auto way, co_await store_.route(answered.customer_id()));
    if (way.conversation_id != in.conversation_id)
      co_return merged_too_often();  // since it was read; once more
    in.via = std::move(way.via);
  }
  in.entry_bytes = entry.SerializeAsString();
  in.outbound_bytes = out.SerializeAsString();
  in.account_id = binding.account_id;
  in.agent_id = request.agent_id();
  in.channel = binding.channel;
  in.blobs = take_blobs(*request.mutable_blobs());
  if (binding.switched) {
    v1::Entry record;
    record.set_accepted_at_ms(to_ms(now));
    record.set_kind(v1::ENTRY_KIND_CHANNEL_SWITCH);
    record.set_channel(entry.channel());
    record.set_account_id(binding.account_id);
    record.set_agent_id(request.agent_id());
    record.set_answers_entry_id(answered.id());
    record.set_customer_id(answered.customer_id());
    *record.mutable_to() = entry.to();
    record.set_reason(request.switch_().reason());
    in.switch_entry_id = new_id(IdKind::kEntry, partition);
    in.switch_entry_bytes = record.SerializeAsString();
  }

  HARK_CO_TRY(auto appended, co_await store_.reply(now, in));
  if (appended.look_up_key) {
    HARK_CO_TRY(appended, co_await store_.sent_before(in.conversation_id, in.key, in.digest));
    in.key_looked_up = true;
    if (appended.entry_id.empty()) {
      HARK_CO_TRY(appended, co_await store_.reply(now, in));
    }
  }
  if (appended.unsendable) co_return std::move(sendable.refused).error();
  replies_.add();
  // Read back rather than echo: a repeated key must answer with the first entry, not with this attempt's.
  HARK_CO_TRY(auto stored, co_await store_.entry(appended.entry_id));
  v1::ReplyResponse response;
  *response.mutable_entry() = std::move(stored);
  co_return response;
}

Task<Result<v1::StartResponse>> Conversations::start(v1::StartRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(check_words(request));
  HARK_CO_TRY_VOID(check_subject(request.subject()));
  const auto account = settings_.accounts.find(request.account_id());
  if (account == settings_.accounts.end() || account->second.channel != v1::CHANNEL_EMAIL) {
    co_return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                    "account_id: '" + request.account_id() + "' is no mail account of ours"};
  }
  HARK_CO_TRY(const auto address, normalise_address(request.to().address(), settings_.default_region));
  if (!address.starts_with("mailto:")) co_return invalid("to.address: a mail goes to a mailto: address");
  HARK_CO_TRY(const auto customer, co_await customer_of(address));
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    auto started = co_await try_to_start(request, customer, address);
    if (started.ok() || !in_the_way_of_merges(started.error())) co_return started;
    HARK_CO_TRY(const auto way, co_await store_.route(customer));
    HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
  }
  co_return merged_too_often();
}

Task<Result<v1::StartResponse>> Conversations::try_to_start(v1::StartRequest request, std::string customer,
                                                            std::string address) {
  HARK_CO_TRY(const auto way, co_await store_.route(customer));
  const auto& conversation = way.conversation_id;
  HARK_CO_TRY(const auto partition, partition_of(conversation));
  const auto now = clock_.now();
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_STARTED);
  entry.set_channel(v1::CHANNEL_EMAIL);
  entry.set_account_id(request.account_id());
  entry.set_agent_id(request.agent_id());
  if (conversation != customer) entry.set_customer_id(customer);
  entry.mutable_to()->set_address(address);
  entry.mutable_to()->set_name(request.to().name());
  entry.mutable_content()->set_subject(request.subject());
  set_words(*entry.mutable_content(), request, request.text());
  entry.set_reason(!request.reason().empty() ? request.reason()
                                             : "written first, by mail from " + request.account_id());

  Store::StartInput in;
  in.key = request.idempotency_key();
  in.digest = digest_of(request);
  in.conversation_id = conversation;
  in.entry_id = new_id(IdKind::kEntry, partition);
  in.thread_id = new_id(IdKind::kThread, partition);
  const auto out = outbound_of(entry, in.entry_id, conversation, in.thread_id, request.from_name());
  entry.set_native_id(out.native_id_left());
  in.entry_bytes = entry.SerializeAsString();
  in.outbound_bytes = out.SerializeAsString();
  in.account_id = request.account_id();
  in.agent_id = request.agent_id();
  in.channel = v1::CHANNEL_EMAIL;
  in.address = address;
  in.via = way.via;
  in.name = request.to().name();
  in.ticket_bytes = ticket_attributes(entry).SerializeAsString();
  in.blobs = take_blobs(*request.mutable_blobs());
  HARK_CO_TRY(auto appended, co_await store_.start(now, in));
  if (appended.look_up_key) {
    HARK_CO_TRY(appended, co_await store_.sent_before(conversation, in.key, in.digest));
    in.key_looked_up = true;
    if (appended.entry_id.empty()) {
      HARK_CO_TRY(appended, co_await store_.start(now, in));
    }
  }
  started_.add();
  HARK_CO_TRY(auto stored, co_await store_.entry(appended.entry_id));
  v1::StartResponse response;
  *response.mutable_entry() = std::move(stored);
  co_return response;
}

}  // namespace hark::conversation
