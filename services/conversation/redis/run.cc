#include "conversation/redis/run.h"

#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/scripts.h"

namespace hark::conversation {

redis::Script script(std::string_view name, std::string_view source) {
  return redis::Script{name, std::string{scripts::prelude_lua} + "local function change()\n" +
                                 std::string{source} + "\nend\nreturn { change() or false, emitted }\n"};
}

std::uint16_t place(std::string_view id) {
  const auto partition = partition_of(id);
  return partition.ok() ? *partition : 0;
}

Error callback_waits(std::string_view entry_id) {
  return {Code::kFailedPrecondition, Reason::kIllegalTransition,
          "the customer is to be called back already (" + std::string{entry_id} +
              "); withdraw that to call back anew"};
}

Error refusal(TicketEvent event, const redis::Reply& reply) {
  const auto what = reply[0].view();
  const auto detail = reply[1].text();
  if (what == "key_reused") {
    return {
        Code::kAlreadyExists, Reason::kIdempotencyKeyReused,
        "idempotency_key: was used within a day for a different request; make a new key for each command"};
  }
  if (what == "no_ticket") return {Code::kNotFound, Reason::kTicketNotFound, "there is no such ticket"};
  if (what == "no_conversation")
    return {Code::kNotFound, Reason::kConversationNotFound, "there is no such conversation"};
  if (what == "illegal") return illegal_transition(event, detail);
  if (what == "stale_assignment") {
    return {Code::kFailedPrecondition, Reason::kStaleAssignment,
            detail.empty() ? "the ticket is no longer assigned to you"
                           : "the ticket is held by " + detail + " now"};
  }
  if (what == "moved") {
    return {Code::kAborted, Reason::kConversationMoved, "the conversation is part of " + detail + " now"};
  }
  if (what == "moving") {
    return {Code::kAborted, Reason::kMergeUnderWay, "customers are being merged or unmerged; retry"};
  }
  if (what == "not_merged") {
    return {Code::kFailedPrecondition, Reason::kMergeImpossible, "this customer is not merged into another"};
  }
  if (what == "stale_fence") {
    return {Code::kAborted, Reason::kStaleFence, "a newer routing leader has raised the fence to " + detail};
  }
  if (what == "other_shard") {
    return {Code::kFailedPrecondition, Reason::kIllegalTransition,
            "the ticket belongs to routing's shard " + detail + " now"};
  }
  if (what == "newer") {
    return {Code::kFailedPrecondition, Reason::kNewerEntries,
            "the customer wrote again on this thread: " + detail +
                " message(s) that you have not seen; read them, then reply"};
  }
  if (what == "obligations") {
    return {Code::kFailedPrecondition, Reason::kObligationsOpen,
            detail + " message(s) of the customer are unanswered; reply, or waive them with a reason"};
  }
  if (what == "on_the_line") {
    return {Code::kFailedPrecondition, Reason::kIllegalTransition,
            "a call with the customer goes on; end it, then resolve the ticket"};
  }
  if (what == "callback_waits") return callback_waits(detail);
  if (what == "waits_no_more") {
    return {Code::kFailedPrecondition, Reason::kIllegalTransition,
            "entry_id: is no call back that waits; it was made or withdrawn, or is none"};
  }
  if (what == "held") {
    return {Code::kFailedPrecondition, Reason::kTicketHeld,
            detail + " holds the open ticket of this customer; write to " + detail +
                ", or have the ticket passed on"};
  }
  if (what == "not_owed") {
    return {Code::kFailedPrecondition, Reason::kInvalidField, "entry_id: this message awaits no answer"};
  }
  if (what == "no_entry") return {Code::kNotFound, Reason::kEntryNotFound, "there is no such outbound entry"};
  if (what == "withdrawn") {
    return {Code::kFailedPrecondition, Reason::kWithdrawn,
            "the call back was withdrawn: the customer was heard, or an agent called it off"};
  }
  if (what == "full") {
    return {Code::kResourceExhausted, Reason::kStoreFull,
            "the event log is at its cap; archive or add room, then send again"};
  }
  return {Code::kInternal, Reason::kInternal, "a script answered '" + std::string{what} + "'"};
}

Result<Store::Appended> appended(TicketEvent event, const Result<redis::Reply>& reply) {
  if (!reply.ok()) return reply.error();
  if ((*reply)[0].view() == "look") {
    Store::Appended look;
    look.look_up_key = true;
    return look;
  }
  if ((*reply)[0].view() == "unsendable") {
    Store::Appended nothing;
    nothing.unsendable = true;
    return nothing;
  }
  if ((*reply)[0].view() != "ok") return refusal(event, *reply);
  return Store::Appended{
      (*reply)[1].number(), (*reply)[2].text(), (*reply)[3].text(), (*reply)[4].text(), false, false};
}

Result<v1::Ticket> changed_ticket(TicketEvent event, std::string_view id, const Result<redis::Reply>& reply) {
  if (!reply.ok()) return reply.error();
  if ((*reply)[0].view() != "ok") return refusal(event, *reply);
  return decode_ticket(id, fields_of((*reply)[1]));
}

std::string spaced(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += out.empty() ? word : " " + word;
  return out;
}

}  // namespace hark::conversation
