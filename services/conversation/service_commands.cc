// What agents, routing and integrators do to a conversation.
#include "base/async/all.h"
#include "base/core/invalid.h"
#include "conversation/entry_build.h"
#include "conversation/once.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kVerdictBytesMax = 8 << 10;
constexpr std::size_t kPassageBytesMax = 8 << 10;

/// Whom a note is for, as its event carries them.
Result<std::string> agents_named(const v1::AddNoteRequest& request) {
  if (request.mentions_size() > kMentionsMax) return invalid("mentions: a note names at most 20 agents");
  std::string out = request.whisper_to();
  for (const auto& agent : request.mentions()) out += out.empty() ? agent : " " + agent;
  return out;
}

Status check_verdict(const v1::TicketVerdict& verdict) {
  if (verdict.ByteSizeLong() > kVerdictBytesMax) return invalid("verdict: is larger than 8 KiB");
  return {};
}

}  // namespace

Store::StatusEntry Conversations::status_entry(std::string_view about, v1::StatusChange::Change change,
                                               std::string_view agent_id, std::string_view concerns,
                                               std::string_view reason, std::string_view answers_entry_id,
                                               std::string_view concerns_id) {
  const auto partition = partition_of(about);
  const auto now = clock_.now();
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_STATUS);
  entry.set_agent_id(std::string{agent_id});
  entry.set_reason(std::string{reason});
  entry.set_answers_entry_id(std::string{answers_entry_id});
  entry.mutable_status()->set_change(change);
  entry.mutable_status()->set_agent_id(std::string{concerns});
  entry.mutable_status()->set_concerns_id(std::string{concerns_id});
  return {ids_.next(IdKind::kEntry, partition.ok() ? *partition : 0, now), entry.SerializeAsString()};
}

Task<Result<v1::AddNoteResponse>> Conversations::add_note(v1::AddNoteRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY(auto way, co_await store_.route(request.conversation_id()));
  HARK_CO_TRY(const auto partition, partition_of(way.conversation_id));
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
  entry.set_whisper_to(request.whisper_to());
  *entry.mutable_mentions() = request.mentions();
  Store::NoteInput in;
  in.key = request.idempotency_key();
  in.digest = digest_of(request);  // of what was asked for, wherever the customer is now
  in.conversation_id = std::move(way.conversation_id);
  in.entry_id = new_id(IdKind::kEntry, partition);
  in.entry_bytes = entry.SerializeAsString();
  in.agent_id = request.agent_id();
  HARK_CO_TRY(in.for_agents, agents_named(request));
  const auto notes = [&](bool key_looked_up) {
    in.key_looked_up = key_looked_up;
    return store_.note(now, in);
  };
  HARK_CO_TRY(const auto appended, co_await once(store_, in.conversation_id, in.key, in.digest, notes));
  // Read back rather than echo: a repeated key must answer with the first entry, not with this attempt's.
  v1::AddNoteResponse response;
  HARK_CO_TRY(*response.mutable_entry(), co_await store_.entry(appended.entry_id));
  co_return response;
}

Task<Result<v1::AssignResponse>> Conversations::assign(v1::AssignRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  if (request.agent_id().empty()) co_return invalid("agent_id: is empty");
  HARK_CO_TRY_VOID(check_verdict(request.verdict()));
  const auto entry = status_entry(request.ticket_id(), v1::StatusChange::CHANGE_ASSIGNED,
                                  request.by_agent_id(), request.agent_id(), request.reason());
  HARK_CO_TRY(auto ticket, co_await store_.assign(clock_.now(), request, digest_of(request), entry));
  v1::AssignResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::AnnotateTicketResponse>> Conversations::annotate_ticket(v1::AnnotateTicketRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  if (!request.has_sla()) co_return invalid("sla: is not set");
  const bool missed = request.sla().percent() >= 100;
  auto entry =
      status_entry(request.ticket_id(),
                   missed ? v1::StatusChange::CHANGE_SLA_MISSED : v1::StatusChange::CHANGE_SLA_WARNING, "",
                   "", request.sla().policy());
  v1::Entry shown;
  shown.ParseFromString(entry.bytes);
  *shown.mutable_status()->mutable_sla() = request.sla();
  entry.bytes = shown.SerializeAsString();
  HARK_CO_TRY(auto ticket, co_await store_.annotate(clock_.now(), request, digest_of(request), entry));
  v1::AnnotateTicketResponse response;
  *response.mutable_ticket() = std::move(ticket);
  co_return response;
}

Task<Result<v1::SetVerdictsResponse>> Conversations::set_verdicts(v1::SetVerdictsRequest request) {
  if (request.verdicts_size() > kVerdictsMax) co_return invalid("verdicts: at most 1000");
  std::map<std::uint16_t, std::vector<Store::Verdict>> by_partition;
  for (const auto& [ticket_id, verdict] : request.verdicts()) {
    HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, ticket_id));
    HARK_CO_TRY_VOID(check_verdict(verdict));
    HARK_CO_TRY(const auto partition, partition_of(ticket_id));
    by_partition[partition].push_back({ticket_id, verdict.SerializeAsString()});
  }
  std::vector<Task<Status>> stored;
  for (auto& [partition, verdicts] : by_partition) {
    stored.push_back(
        store_.set_verdicts(partition, clock_.now(), request.fencing_token(), std::move(verdicts)));
  }
  for (auto& status : co_await all(std::move(stored))) {
    if (!status.ok()) co_return std::move(status).error();
  }
  co_return v1::SetVerdictsResponse{};
}

Task<Result<v1::TransferResponse>> Conversations::transfer(v1::TransferRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  for (const auto& skill : request.wanted_skills()) {
    if (skill.empty() || skill.find(' ') != std::string::npos)
      co_return invalid("wanted_skills: a skill has no spaces");
  }
  if (request.wanted_queue_id().size() > kQueueIdBytesMax)
    co_return invalid("wanted_queue_id: is longer than 64 bytes");
  if (request.virtual_start_ms() < 0 || request.virtual_start_ms() > to_ms(clock_.now()))
    co_return invalid("virtual_start_ms: must lie in the past");
  const auto change =
      request.fencing_token() > 0 ? v1::StatusChange::CHANGE_RETURNED : v1::StatusChange::CHANGE_TRANSFERRED;
  auto entry = status_entry(request.ticket_id(), change, request.agent_id(), request.wanted_agent_id(),
                            request.reason());
  if (!request.wanted_queue_id().empty() || request.wanted_skills_size() > 0) {
    v1::Entry shown;
    shown.ParseFromString(entry.bytes);
    shown.mutable_status()->set_queue_id(request.wanted_queue_id());
    *shown.mutable_status()->mutable_skills() = request.wanted_skills();
    entry.bytes = shown.SerializeAsString();
  }
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
  const auto digest = digest_of(request);  // of what was asked for, wherever the customer is now
  HARK_CO_TRY(auto way, co_await store_.route(request.conversation_id()));
  request.set_conversation_id(std::move(way.conversation_id));
  const auto now = clock_.now();
  const auto entry = status_entry(request.conversation_id(), v1::StatusChange::CHANGE_REOPENED,
                                  request.agent_id(), "", request.reason());
  const auto reopens = [&](bool key_looked_up) {
    return store_.reopen(now, request, digest, entry, key_looked_up);
  };
  HARK_CO_TRY_VOID(
      co_await once(store_, request.conversation_id(), request.idempotency_key(), digest, reopens));
  HARK_CO_TRY(auto conversation, co_await store_.conversation(request.conversation_id()));
  v1::ReopenResponse response;
  *response.mutable_ticket() = std::move(*conversation.mutable_ticket());
  co_return response;
}

Task<Result<v1::WaiveObligationResponse>> Conversations::waive_obligation(
    v1::WaiveObligationRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  if (request.reason().empty()) co_return invalid("reason: say why this message needs no answer");
  HARK_CO_TRY(const auto stream, co_await store_.conversation_of_entry(request.entry_id()));
  HARK_CO_TRY(const auto way, co_await store_.route(stream));
  const auto& conversation = way.conversation_id;
  const auto entry = status_entry(conversation, v1::StatusChange::CHANGE_WAIVED, request.agent_id(), "",
                                  request.reason(), request.entry_id());
  const auto now = clock_.now();
  const auto digest = digest_of(request);
  const auto waives = [&](bool key_looked_up) {
    return store_.waive(now, request, conversation, digest, entry, key_looked_up);
  };
  HARK_CO_TRY(const auto appended,
              co_await once(store_, conversation, request.idempotency_key(), digest, waives));
  v1::WaiveObligationResponse response;
  HARK_CO_TRY(*response.mutable_entry(), co_await store_.entry(appended.entry_id));
  co_return response;
}

Task<Result<v1::RaiseFenceResponse>> Conversations::raise_fence(v1::RaiseFenceRequest request) {
  if (request.fencing_token() <= 0) co_return invalid("fencing_token: must be positive");
  HARK_CO_TRY_VOID(co_await store_.raise_fence(clock_.now(), request.fencing_token()));
  co_return v1::RaiseFenceResponse{};
}

Task<Result<v1::SetShardsResponse>> Conversations::set_shards(v1::SetShardsRequest request) {
  if (request.fencing_token() <= 0) co_return invalid("fencing_token: must be positive");
  if (request.tickets_size() > kShardsSetMax) co_return invalid("tickets: at most 1000");
  std::map<std::uint16_t, std::vector<Store::ShardOf>> by_partition;
  for (const auto& [ticket_id, to] : request.tickets()) {
    HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, ticket_id));
    if (to.shard() < 1) co_return invalid("tickets: shards are counted from 1");
    HARK_CO_TRY(const auto partition, partition_of(ticket_id));
    if (to.passage().ByteSizeLong() > kPassageBytesMax)
      co_return invalid("tickets: a passage is larger than 8 KiB");
    by_partition[partition].push_back({ticket_id, to});
  }
  std::vector<Task<Status>> set;
  for (auto& [partition, tickets] : by_partition)
    set.push_back(store_.set_shards(partition, clock_.now(), request.fencing_token(), std::move(tickets)));
  for (auto& status : co_await all(std::move(set))) {
    if (!status.ok()) co_return std::move(status).error();
  }
  co_return v1::SetShardsResponse{};
}

}  // namespace hark::conversation
