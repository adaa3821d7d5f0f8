// What agents write to customers.
#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/entry_build.h"
#include "conversation/once.h"
#include "conversation/redis/run.h"
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
  HARK_CO_TRY_VOID(check_words(request));
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
  // Those of who was merged wait in partitions that the store does not look into; nobody adds to them.
  if (sendable.refused.ok() && binding.channel == v1::CHANNEL_PHONE &&
      conversation.waiting_callbacks_size() > 0)
    sendable.refused = callback_waits(conversation.waiting_callbacks(0).entry_id());
  in.unsendable = !sendable.refused.ok();
  in.entry_id = new_id(IdKind::kEntry, partition);
  auto out =
      outbound_of(entry, in.entry_id, answered.conversation_id(), answered.thread_id(), request.from_name());
  out.set_in_reply_to(binding.in_reply_to);
  for (const auto& reference : binding.references) out.add_references(reference);
  entry.set_native_id(out.native_id_left());

  // Who holds the ticket, and what they have seen, may be different when the same reply is sent again because
  // nobody heard what became of it.
  in.assignment_token = request.assignment_token();
  in.seen_sequence = request.seen_sequence();
  request.clear_assignment_token();
  request.clear_seen_sequence();
  in.digest = digest_of(request);
  in.key = request.idempotency_key();
  in.conversation_id = answered.conversation_id();
  in.answers_entry_id = answered.id();
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

  const auto replies = [&](bool key_looked_up) {
    in.key_looked_up = key_looked_up;
    return store_.reply(now, in);
  };
  HARK_CO_TRY(const auto appended, co_await once(store_, in.conversation_id, in.key, in.digest, replies));
  if (appended.unsendable) co_return std::move(sendable.refused).error();
  replies_.add();
  // Read back rather than echo: a repeated key must answer with the first entry, not with this attempt's.
  HARK_CO_TRY(auto stored, co_await store_.entry(appended.entry_id));
  v1::ReplyResponse response;
  *response.mutable_entry() = std::move(stored);
  co_return response;
}

}  // namespace hark::conversation
