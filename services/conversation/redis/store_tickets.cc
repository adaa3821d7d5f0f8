#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

/// The scripts, digested once.
const redis::Script& assign_script() {
  static const auto s = script("assign", scripts::assign_lua);
  return s;
}
const redis::Script& annotate_script() {
  static const auto s = script("annotate", scripts::annotate_lua);
  return s;
}
const redis::Script& verdicts_script() {
  static const auto s = script("verdicts", scripts::verdicts_lua);
  return s;
}
const redis::Script& transfer_script() {
  static const auto s = script("transfer", scripts::transfer_lua);
  return s;
}
const redis::Script& resolve_script() {
  static const auto s = script("resolve", scripts::resolve_lua);
  return s;
}
const redis::Script& reopen_script() {
  static const auto s = script("reopen", scripts::reopen_lua);
  return s;
}
const redis::Script& set_shards_script() {
  static const auto s = script("set_shards", scripts::set_shards_lua);
  return s;
}
const redis::Script& fence_script() {
  static const auto s = script("fence", scripts::fence_lua);
  return s;
}

/// The event of an assignment, of which the script tells only the place: as the log has it.
void complete(v1::Event& event, TimePoint now, const v1::Ticket& ticket, std::string_view entry_id,
              std::int64_t sequence) {
  event.set_type(v1::EVENT_TYPE_ASSIGNED);
  event.set_at_ms(to_ms(now));
  event.set_conversation_id(ticket.conversation_id());
  event.set_ticket_id(ticket.id());
  event.set_entry_id(std::string{entry_id});
  event.set_sequence(sequence);
  event.set_agent_id(ticket.agent_id());
  *event.mutable_ticket() = ticket;
}

constexpr std::string_view kWaiting = "q";

}  // namespace

Task<Result<v1::Ticket>> Store::assign(TimePoint now, const v1::AssignRequest& in, std::string_view digest,
                                       const StatusEntry& entry) {
  const auto fence = std::to_string(in.fencing_token());
  const auto verdict = in.has_verdict() ? in.verdict().SerializeAsString() : std::string{};
  // An offer that is accepted too late takes the ticket from nobody who has it by then.
  const bool taken_over = !in.by_agent_id().empty();
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     in.agent_id(),
                                     fence,
                                     taken_over ? transition(TicketEvent::kAssign).from : kWaiting,
                                     entry.id,
                                     entry.bytes,
                                     verdict,
                                     in.by_agent_id()};
  HARK_CO_TRY(auto ran, co_await run_untold(assign_script(), place(in.ticket_id()), now, std::move(args)));
  const auto sequence = ran.result[2].number();
  auto ticket = changed_ticket(TicketEvent::kAssign, in.ticket_id(), std::move(ran.result));
  if (!ran.events.empty()) complete(ran.events.front(), now, *ticket, entry.id, sequence);
  tell(std::move(ran.events));
  co_return ticket;
}

Task<Result<v1::Ticket>> Store::annotate(TimePoint now, const v1::AnnotateTicketRequest& in,
                                         std::string_view digest, const StatusEntry& entry) {
  const auto fence = std::to_string(in.fencing_token());
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     fence,
                                     transition(TicketEvent::kAnnotate).from,
                                     entry.id,
                                     entry.bytes,
                                     in.sla().percent() >= 100 ? "missed" : "warning"};
  co_return changed_ticket(TicketEvent::kAnnotate, in.ticket_id(),
                           co_await run(annotate_script(), place(in.ticket_id()), now, std::move(args)));
}

Task<Status> Store::set_verdicts(std::uint16_t partition, TimePoint now, std::int64_t fencing_token,
                                 std::vector<Verdict> verdicts) {
  const auto fence = std::to_string(fencing_token);
  std::vector<std::string_view> args{fence, transition(TicketEvent::kAnnotate).from};
  for (const Verdict& verdict : verdicts) {
    args.push_back(verdict.ticket_id);
    args.push_back(verdict.bytes);
  }
  HARK_CO_TRY(const auto reply, co_await run(verdicts_script(), partition, now, std::move(args)));
  if (reply[0].view() != "ok") co_return refusal(TicketEvent::kAnnotate, reply);
  co_return Status{};
}

Task<Result<v1::Ticket>> Store::transfer(TimePoint now, const v1::TransferRequest& in,
                                         std::string_view digest, const StatusEntry& entry) {
  const auto assignment = std::to_string(in.assignment_token());
  const auto token = in.fencing_token() > 0 ? std::string{} : assignment;
  // From this holder alone; a ticket that it is to be taken from whoever has it names none.
  const auto from = in.fencing_token() > 0 && in.assignment_token() > 0 ? assignment : std::string{};
  const auto fence = std::to_string(in.fencing_token());
  const auto skills = spaced(in.wanted_skills());
  const auto virtual_start = std::to_string(in.virtual_start_ms());
  // A supervisor need not be the holder; the token still says which assignment they mean.
  const auto event = in.by_supervisor() ? TicketEvent::kReassign : TicketEvent::kTransfer;
  const std::string_view holder = in.by_supervisor() ? std::string_view{} : in.agent_id();
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     holder,
                                     token,
                                     fence,
                                     transition(event).from,
                                     in.wanted_agent_id(),
                                     skills,
                                     entry.id,
                                     entry.bytes,
                                     in.wanted_queue_id(),
                                     virtual_start,
                                     from};
  co_return changed_ticket(event, in.ticket_id(),
                           co_await run(transfer_script(), place(in.ticket_id()), now, std::move(args)));
}

Task<Result<v1::Ticket>> Store::resolve(TimePoint now, const v1::ResolveRequest& in, std::string_view digest,
                                        const StatusEntry& entry, const StatusEntry& waiver) {
  const auto token = std::to_string(in.assignment_token());
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     in.agent_id(),
                                     token,
                                     transition(TicketEvent::kResolve).from,
                                     in.waive_reason().empty() ? "0" : "1",
                                     entry.id,
                                     entry.bytes,
                                     waiver.id,
                                     waiver.bytes,
                                     in.disposition()};
  co_return changed_ticket(TicketEvent::kResolve, in.ticket_id(),
                           co_await run(resolve_script(), place(in.ticket_id()), now, std::move(args)));
}

Task<Result<Store::Appended>> Store::reopen(TimePoint now, const v1::ReopenRequest& in,
                                            std::string_view digest, const StatusEntry& entry,
                                            bool key_looked_up) {
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.conversation_id(),
                                     in.agent_id(),
                                     transition(TicketEvent::kReopen).from,
                                     entry.id,
                                     entry.bytes,
                                     key_looked_up ? "1" : "0"};
  co_return appended(TicketEvent::kReopen,
                     co_await run(reopen_script(), place(in.conversation_id()), now, std::move(args)));
}

Task<Status> Store::set_shards(std::uint16_t partition, TimePoint now, std::int64_t fencing_token,
                               std::vector<ShardOf> tickets) {
  const auto fence = std::to_string(fencing_token);
  struct Texts {
    std::string shard, queued, passage;
  };
  std::vector<Texts> texts;
  for (const auto& [ticket_id, to] : tickets)
    texts.push_back({std::to_string(to.shard()), std::to_string(to.queued_at_ms()),
                     to.has_passage() ? to.passage().SerializeAsString() : std::string{}});
  std::vector<std::string_view> args{fence, transition(TicketEvent::kAnnotate).from};
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    const auto& [ticket_id, to] = tickets[i];
    args.insert(args.end(), {ticket_id, texts[i].shard, to.agent_id(), to.wanted_agent_id(), texts[i].queued,
                             to.forget_wanted_agent() ? "1" : "0", texts[i].passage});
  }
  HARK_CO_TRY(const auto reply, co_await run(set_shards_script(), partition, now, std::move(args)));
  if (reply[0].view() != "ok") co_return refusal(TicketEvent::kAnnotate, reply);
  co_return Status{};
}

Task<Status> Store::raise_fence(TimePoint now, std::int64_t token) {
  const auto text = std::to_string(token);
  for (std::uint16_t p = 0; p < partitions_; ++p) {
    HARK_CO_TRY(const auto reply, co_await run(fence_script(), p, now, {text}));
    if (reply[0].view() != "ok") co_return refusal(TicketEvent::kAssign, reply);
  }
  co_return Status{};
}

}  // namespace hark::conversation
