#include "conversation/redis/decode.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

constexpr std::string_view kRememberedSeconds = "86400";

const redis::Script& call_script() {
  static const auto s = script("call", scripts::call_lua);
  return s;
}
const redis::Script& line_script() {
  static const auto s = script("line", scripts::line_lua);
  return s;
}
const redis::Script& talked_script() {
  static const auto s = script("talked", scripts::talked_lua);
  return s;
}
const redis::Script& withdraw_script() {
  static const auto s = script("withdraw", scripts::withdraw_lua);
  return s;
}

std::string_view goes_on(const v1::CallReport& report) {
  return report.progress().ended_at_ms() > 0 ? "0" : "1";
}

}  // namespace

Task<Result<bool>> Store::call(TimePoint now, const v1::CallReport& report, const v1::Entry& entry,
                               std::string_view state) {
  const auto revision = std::to_string(report.revision());
  const auto progress = report.progress().SerializeAsString();
  const auto channel = std::to_string(static_cast<int>(entry.channel()));
  HARK_CO_TRY(const auto reply,
              co_await run(call_script(), place(report.entry_id()), now,
                           {report.entry_id(), revision, progress, state, report.progress().agent_id(),
                            channel, entry.account_id(), goes_on(report)}));
  const auto what = reply[0].view();
  if (what == "ok" || what == "late") co_return reply[1].view() == "1";
  co_return refusal(TicketEvent::kReply, reply);
}

Task<Status> Store::line(TimePoint now, const Route& way, const v1::CallReport& report,
                         const v1::Entry& entry, std::string_view state) {
  const auto channel = std::to_string(static_cast<int>(entry.channel()));
  std::vector<std::string_view> args{
      way.conversation_id,          way.via, report.entry_id(), goes_on(report), state,
      report.progress().agent_id(), channel, entry.account_id()};
  HARK_CO_TRY(const auto reply,
              co_await run(line_script(), place(way.conversation_id), now, std::move(args)));
  if (reply[0].view() == "ok") co_return Status{};
  co_return refusal(TicketEvent::kReply, reply);
}

Task<Status> Store::talked(TimePoint now, const Talk& talk) {
  HARK_CO_TRY(const auto reply, co_await run(talked_script(), place(talk.conversation_id), now,
                                             {talk.conversation_id, talk.entry_id, talk.agent_id,
                                              talk.status.id, talk.status.bytes, kRememberedSeconds}));
  if (reply[0].view() == "ok") co_return Status{};
  co_return refusal(TicketEvent::kReply, reply);
}

Task<Result<std::int64_t>> Store::withdraw_callbacks(TimePoint now, std::string conversation_id,
                                                     std::string call_entry_id, std::string why) {
  HARK_CO_TRY(auto conversations, co_await parts_of(conversation_id));
  conversations.push_back(std::move(conversation_id));
  std::int64_t withdrawn = 0;
  for (const auto& one : conversations) {
    HARK_CO_TRY(const auto reply, co_await run(withdraw_script(), place(one), now,
                                               {one, call_entry_id, why, kRememberedSeconds}));
    withdrawn += reply[1].number();
  }
  co_return withdrawn;
}

}  // namespace hark::conversation
