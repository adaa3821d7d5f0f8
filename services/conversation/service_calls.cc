// What the phone reports of calls.
#include "base/core/invalid.h"
#include "conversation/entry_build.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kProgressBytesMax = 64 << 10;

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
  if (report.progress().answered_at_ms() > 0 && entry.kind() == v1::ENTRY_KIND_INBOUND) {
    for (int attempt = 0;; ++attempt) {
      if (attempt == kRetriesMax) co_return merged_too_often();
      HARK_CO_TRY(const auto stream, co_await store_.conversation_of_entry(report.entry_id()));
      HARK_CO_TRY(const auto way, co_await store_.route(stream));
      const auto talked = co_await store_.talked(clock_.now(), way.conversation_id, report.entry_id());
      if (talked.ok()) break;
      if (!in_the_way_of_merges(talked.error())) co_return talked;
      HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
    }
  }
  co_return co_await store_.call(clock_.now(), report, entry, name_of(state));
}

}  // namespace hark::conversation
