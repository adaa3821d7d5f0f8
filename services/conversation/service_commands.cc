// What agents, routing and integrators do to a conversation.
#include "conversation/core/address.h"
#include "conversation/entry_build.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

Error invalid(std::string message) {
  return {Code::kInvalidArgument, Reason::kInvalidField, std::move(message)};
}

Status check_key(std::string_view key) {
  if (key.empty() || key.size() > 128) {
    return Error{
        Code::kInvalidArgument, Reason::kIdempotencyKeyMissing,
        "idempotency_key: must have 1 to 128 characters; make one per command and keep it on a retry"};
  }
  return {};
}

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

}  // namespace

Store::StatusEntry Conversations::status_entry(std::string_view about, v1::StatusChange::Change change,
                                               std::string_view agent_id, std::string_view concerns,
                                               std::string_view reason) {
  const auto partition = partition_of(about);
  const auto now = clock_.now();
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_STATUS);
  entry.set_agent_id(std::string{agent_id});
  entry.set_reason(std::string{reason});
  entry.mutable_status()->set_change(change);
  entry.mutable_status()->set_agent_id(std::string{concerns});
  return {ids_.next(IdKind::kEntry, partition.ok() ? *partition : 0, now), entry.SerializeAsString()};
}

Task<Result<v1::ReplyResponse>> Conversations::reply(v1::ReplyRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  if (request.text().empty()) co_return invalid("text: is empty");
  if (request.text().size() > kReplyTextBytesMax || request.html().size() > kReplyTextBytesMax) {
    co_return Error{Code::kInvalidArgument, Reason::kTooLarge, "text: a reply has at most 256 KiB"};
  }
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
  HARK_CO_TRY(const auto binding,
              bind_reply(answered_message(answered), wish, addresses, &channel_of_account, &accounts));

  const auto now = clock_.now();
  HARK_CO_TRY(const auto partition, partition_of(answered.conversation_id()));
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_REPLY);
  entry.set_channel(static_cast<v1::Channel>(binding.channel));
  entry.set_account_id(binding.account_id);
  entry.set_agent_id(request.agent_id());
  entry.set_answers_entry_id(answered.id());
  *entry.mutable_to() = participant(binding.to);
  for (const auto& cc : binding.cc) *entry.add_cc() = participant(cc);
  // Subjects are a thing of mail.
  if (binding.channel == v1::CHANNEL_EMAIL) entry.mutable_content()->set_subject(binding.subject);
  entry.mutable_content()->set_text(request.text());
  entry.mutable_content()->set_visible_text(request.text());
  entry.mutable_content()->set_html(request.html());
  *entry.mutable_content()->mutable_attachments() = request.attachments();

  Store::ReplyInput in;
  in.entry_id = new_id(IdKind::kEntry, partition);
  v1::OutboundMessage out;
  out.set_entry_id(in.entry_id);
  out.set_conversation_id(answered.conversation_id());
  out.set_channel(entry.channel());
  out.set_account_id(binding.account_id);
  *out.mutable_to() = entry.to();
  *out.mutable_cc() = entry.cc();
  *out.mutable_content() = entry.content();
  out.set_native_id_left(tokens_.message_id_left(in.entry_id, answered.thread_id()));
  out.set_in_reply_to(binding.in_reply_to);
  for (const auto& reference : binding.references) out.add_references(reference);
  out.set_thread_token(tokens_.sign(answered.thread_id()));
  const auto account = settings_.accounts.find(binding.account_id);
  out.set_from_name(!request.from_name().empty()          ? request.from_name()
                    : account != settings_.accounts.end() ? account->second.name
                                                          : "");
  out.set_created_at_ms(to_ms(now));
  entry.set_native_id(out.native_id_left());

  in.digest = digest_of(request);
  in.key = request.idempotency_key();
  in.conversation_id = answered.conversation_id();
  in.answers_entry_id = answered.id();
  in.assignment_token = request.assignment_token();
  in.seen_sequence = request.seen_sequence();
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
    *record.mutable_to() = entry.to();
    record.set_reason(request.switch_().reason());
    in.switch_entry_id = new_id(IdKind::kEntry, partition);
    in.switch_entry_bytes = record.SerializeAsString();
  }

  HARK_CO_TRY(const auto appended, co_await store_.reply(now, in));
  replies_.add();
  // Read back rather than echo: a repeated key must answer with the first entry, not with this attempt's.
  v1::ListTimelineRequest place;
  place.set_conversation_id(answered.conversation_id());
  place.set_after_sequence(appended.sequence - 1);
  place.set_limit(1);
  HARK_CO_TRY(auto page, co_await store_.timeline(place));
  v1::ReplyResponse response;
  if (page.entries_size() == 1) *response.mutable_entry() = std::move(*page.mutable_entries(0));
  co_return response;
}

Task<Result<v1::AddNoteResponse>> Conversations::add_note(v1::AddNoteRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY(const auto partition, partition_of(request.conversation_id()));
  if (request.text().empty()) co_return invalid("text: is empty");
  if (request.text().size() > kNoteTextBytesMax) {
    co_return Error{Code::kInvalidArgument, Reason::kTooLarge, "text: a note has at most 64 KiB"};
  }
  const auto now = clock_.now();
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_NOTE);
  entry.set_agent_id(request.agent_id());
  entry.mutable_content()->set_text(request.text());
  entry.mutable_content()->set_visible_text(request.text());
  const auto id = new_id(IdKind::kEntry, partition);
  HARK_CO_TRY(const auto appended, co_await store_.note(now, request.idempotency_key(), digest_of(request),
                                                        request.conversation_id(), id,
                                                        entry.SerializeAsString(), request.agent_id()));
  v1::AddNoteResponse response;
  entry.set_id(id);
  entry.set_conversation_id(request.conversation_id());
  entry.set_sequence(appended.sequence);
  entry.set_ticket_id(appended.ticket_id);
  *response.mutable_entry() = std::move(entry);
  co_return response;
}

Task<Result<v1::AssignResponse>> Conversations::assign(v1::AssignRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  if (request.agent_id().empty()) co_return invalid("agent_id: is empty");
  const auto entry =
      status_entry(request.ticket_id(), v1::StatusChange::CHANGE_ASSIGNED, "", request.agent_id(), "");
  HARK_CO_TRY(auto ticket, co_await store_.assign(clock_.now(), request, digest_of(request), entry));
  v1::AssignResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::TransferResponse>> Conversations::transfer(v1::TransferRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  for (const auto& skill : request.wanted_skills()) {
    if (skill.empty() || skill.find(' ') != std::string::npos)
      co_return invalid("wanted_skills: a skill has no spaces");
  }
  const auto change =
      request.fencing_token() > 0 ? v1::StatusChange::CHANGE_RETURNED : v1::StatusChange::CHANGE_TRANSFERRED;
  const auto entry = status_entry(request.ticket_id(), change, request.agent_id(), request.wanted_agent_id(),
                                  request.reason());
  HARK_CO_TRY(auto ticket, co_await store_.transfer(clock_.now(), request, digest_of(request), entry));
  v1::TransferResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::ResolveResponse>> Conversations::resolve(v1::ResolveRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  const auto entry = status_entry(request.ticket_id(), v1::StatusChange::CHANGE_RESOLVED, request.agent_id(),
                                  "", request.disposition());
  const auto waiver = status_entry(request.ticket_id(), v1::StatusChange::CHANGE_WAIVED, request.agent_id(),
                                   "", request.waive_reason());
  HARK_CO_TRY(auto ticket, co_await store_.resolve(clock_.now(), request, digest_of(request), entry, waiver));
  v1::ResolveResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::ReopenResponse>> Conversations::reopen(v1::ReopenRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.conversation_id()));
  const auto entry = status_entry(request.conversation_id(), v1::StatusChange::CHANGE_REOPENED,
                                  request.agent_id(), "", request.reason());
  HARK_CO_TRY(auto ticket, co_await store_.reopen(clock_.now(), request, digest_of(request), entry));
  v1::ReopenResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::WaiveObligationResponse>> Conversations::waive_obligation(
    v1::WaiveObligationRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  if (request.reason().empty()) co_return invalid("reason: say why this message needs no answer");
  HARK_CO_TRY(const auto place, co_await store_.locate_entry(request.entry_id()));
  v1::Entry shown;
  auto entry = status_entry(request.entry_id(), v1::StatusChange::CHANGE_WAIVED, request.agent_id(), "",
                            request.reason());
  shown.ParseFromString(entry.bytes);
  shown.set_answers_entry_id(request.entry_id());
  entry.bytes = shown.SerializeAsString();
  HARK_CO_TRY(const auto appended,
              co_await store_.waive(clock_.now(), request, place.conversation_id, digest_of(request), entry));
  v1::WaiveObligationResponse response;
  shown.set_id(entry.id);
  shown.set_conversation_id(place.conversation_id);
  shown.set_sequence(appended.sequence);
  *response.mutable_entry() = std::move(shown);
  co_return response;
}

Task<Result<v1::RaiseFenceResponse>> Conversations::raise_fence(v1::RaiseFenceRequest request) {
  if (request.fencing_token() <= 0) co_return invalid("fencing_token: must be positive");
  HARK_CO_TRY_VOID(co_await store_.raise_fence(clock_.now(), request.fencing_token()));
  co_return v1::RaiseFenceResponse{};
}

}  // namespace hark::conversation
