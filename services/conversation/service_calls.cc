// What the phone reports of calls.
#include "base/core/invalid.h"
#include "conversation/entry_build.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kProgressBytesMax = 64 << 10;
constexpr std::size_t kCalledOffReasonBytesMax = 1000;

/// "answered" for CALL_STATE_ANSWERED.
std::string name_of(v1::CallState state) {
  constexpr std::string_view kPrefix = "CALL_STATE_";
  auto name = v1::CallState_Name(state).substr(kPrefix.size());
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return name;
}

}  // namespace

Task<Status> Conversations::receive_call(v1::CallReport report) {
  HARK_CO_TRY_VOID(parse_id(IdKind::kEntry, report.entry_id()));
  const auto state = report.progress().state();
  if (!v1::CallState_IsValid(state) || state == v1::CALL_STATE_UNSPECIFIED)
    co_return invalid("call.progress.state: is not set");
  if (report.progress().ByteSizeLong() > kProgressBytesMax)
    co_return Error{Code::kInvalidArgument, Reason::kTooLarge, "call.progress: is larger than 64 KiB"};
  HARK_CO_TRY(const auto entry, co_await store_.entry(report.entry_id()));
  // First, for readers who are told of the progress look at what is owed. A reply that called back has
  // settled it already.
  const bool talked = report.progress().answered_at_ms() > 0 && entry.call().answered_at_ms() == 0;
  if (talked && entry.kind() == v1::ENTRY_KIND_INBOUND)
    HARK_CO_TRY_VOID(co_await settle_by_talk(report.entry_id(), report.progress().agent_id()));
  HARK_CO_TRY(const bool merged, co_await store_.call(clock_.now(), report, entry, name_of(state)));
  if (!merged) co_return Status{};
  co_return co_await tell_line(std::move(report), entry);
}

/// The call's customer is part of another's conversation by now, whose ticket is to say that they are on the
/// line.
Task<Status> Conversations::tell_line(v1::CallReport report, v1::Entry entry) {
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    HARK_CO_TRY(const auto stream, co_await store_.conversation_of_entry(report.entry_id()));
    HARK_CO_TRY(const auto way, co_await store_.route(stream));
    if (way.via.empty()) co_return Status{};
    auto told = co_await store_.line(clock_.now(), way, report, entry, name_of(report.progress().state()));
    if (told.ok() || !in_the_way_of_merges(told.error())) co_return told;
    HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
  }
  co_return merged_too_often();
}

Task<Status> Conversations::settle_by_talk(std::string entry_id, std::string agent_id) {
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    HARK_CO_TRY(const auto stream, co_await store_.conversation_of_entry(entry_id));
    HARK_CO_TRY(const auto way, co_await store_.route(stream));
    auto settled = co_await try_to_settle_by_talk(way.conversation_id, entry_id, agent_id);
    if (settled.ok() || !in_the_way_of_merges(settled.error())) co_return settled;
    HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
  }
  co_return merged_too_often();
}

Task<Status> Conversations::try_to_settle_by_talk(std::string conversation_id, std::string entry_id,
                                                  std::string agent_id) {
  const auto now = clock_.now();
  HARK_CO_TRY(const auto withdrawn,
              co_await store_.withdraw_callbacks(now, conversation_id, entry_id,
                                                 "the customer rang, and was answered"));
  Store::Talk talk{conversation_id, entry_id, agent_id};
  if (withdrawn > 0) {
    talk.status = status_entry(conversation_id, v1::StatusChange::CHANGE_WITHDRAWN, agent_id, "",
                               "the customer rang, and was answered, before they were called back", entry_id);
  }
  co_return co_await store_.talked(now, talk);
}

Task<Result<v1::WithdrawCallbackResponse>> Conversations::withdraw_callback(
    v1::WithdrawCallbackRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kEntry, request.entry_id()));
  if (request.reason().empty()) co_return invalid("reason: say why the customer is not called back");
  if (request.reason().size() > kCalledOffReasonBytesMax)
    co_return invalid("reason: is longer than 1000 bytes");
  Store::DeliveryNews news;
  news.entry_id = request.entry_id();
  news.state = v1::DELIVERY_STATE_WITHDRAWN;
  news.detail = request.reason();
  news.called_off = {request.idempotency_key(), digest_of(request), request.agent_id(),
                     request.assignment_token()};
  HARK_CO_TRY_VOID(co_await record_delivery(std::move(news)));
  co_return v1::WithdrawCallbackResponse{};
}

}  // namespace hark::conversation
