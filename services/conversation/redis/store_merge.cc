// The steps of merging customers and of taking a merge back.
#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

const redis::Script& owe_again_script() {
  static const auto s = script("owe_again", scripts::owe_again_lua);
  return s;
}
const redis::Script& repeated_script() {
  static const auto s = script("repeated", scripts::repeated_lua);
  return s;
}
const redis::Script& merge_begin_script() {
  static const auto s = script("merge_begin", scripts::merge_begin_lua);
  return s;
}
const redis::Script& merge_cancel_script() {
  static const auto s = script("merge_cancel", scripts::merge_cancel_lua);
  return s;
}
const redis::Script& freeze_script() {
  static const auto s = script("freeze", scripts::freeze_lua);
  return s;
}
const redis::Script& join_script() {
  static const auto s = script("join", scripts::join_lua);
  return s;
}
const redis::Script& unmerge_begin_script() {
  static const auto s = script("unmerge_begin", scripts::unmerge_begin_lua);
  return s;
}
const redis::Script& part_script() {
  static const auto s = script("part", scripts::part_lua);
  return s;
}
const redis::Script& restore_script() {
  static const auto s = script("restore", scripts::restore_lua);
  return s;
}
const redis::Script& unmerge_end_script() {
  static const auto s = script("unmerge_end", scripts::unmerge_end_lua);
  return s;
}

Status done(const Result<redis::Reply>& reply) {
  if (!reply.ok()) return reply.error();
  const auto what = (*reply)[0].view();
  if (what == "ok" || what == "done" || what == "cancelled") return {};
  return refusal(TicketEvent::kReopen, *reply);
}

std::vector<std::pair<std::string, std::string>> pairs_of(const redis::Reply& flat) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) out.emplace_back(flat[i].text(), flat[i + 1].text());
  return out;
}

}  // namespace

Task<Status> Store::owe_again(TimePoint now, const OweAgain& in) {
  const auto seconds = std::to_string(kSeenFor.count());
  std::vector<std::string> owed;
  for (const auto& [entry, sequence] : in.owed) {
    owed.push_back(entry);
    owed.push_back(std::to_string(sequence));
  }
  std::vector<std::string_view> args{in.conversation_id, in.message_id, in.thread_id,    in.agent_id,
                                     in.detail,          in.status.id,  in.status.bytes, in.ticket_id,
                                     in.ticket_bytes,    seconds};
  args.insert(args.end(), owed.begin(), owed.end());
  co_return done(co_await run(owe_again_script(), place(in.conversation_id), now, std::move(args)));
}

Task<Result<std::optional<Store::Appended>>> Store::done_before(std::string conversation_id, std::string key,
                                                                std::string digest) {
  HARK_CO_TRY(auto places, co_await parts_of(conversation_id));
  HARK_CO_TRY(auto own, co_await head(conversation_id));
  if (!own.unmerged_from.empty()) places.push_back(std::move(own.unmerged_from));
  for (const auto& id : places) {
    HARK_CO_TRY(const auto reply, co_await run(repeated_script(), place(id), TimePoint{}, {key, digest}));
    if (reply[0].view() == "new") continue;
    HARK_CO_TRY(auto first, appended(TicketEvent::kReply, reply));
    co_return std::optional{std::move(first)};
  }
  co_return std::optional<Appended>{};
}

Task<Result<std::vector<Store::Saga>>> Store::sagas(std::uint16_t partition) {
  std::vector<Saga> out;
  HARK_CO_TRY(const auto losers, co_await command({"SMEMBERS", keys::in(partition, "sagas")}));
  for (const auto& loser : losers.items()) {
    HARK_CO_TRY(const auto record, co_await command({"HGETALL", keys::in(partition, "saga", loser.view())}));
    const auto fields = fields_of(record);
    if (fields.empty()) continue;  // done meanwhile
    const auto text = [&](std::string_view name) { return std::string{field(fields, name)}; };
    out.push_back({field(fields, "kind") == "unmerge", text("survivor"), loser.text(), text("agent"),
                   text("reason"), text("key"), text("digest"), text("id"), text("merge"),
                   from_ms(number(field(fields, "at")))});
  }
  co_return out;
}

Task<Result<bool>> Store::begin_saga(TimePoint now, Saga& saga) {
  const auto& begins = saga.takes_back ? unmerge_begin_script() : merge_begin_script();
  HARK_CO_TRY(const auto reply, co_await run(begins, place(saga.survivor), now,
                                             {saga.key, saga.digest, saga.survivor, saga.loser, saga.agent_id,
                                              saga.reason, saga.id}));
  if (reply[0].view() == "done") co_return false;
  if (reply[0].view() != "ok") co_return refusal(TicketEvent::kReopen, reply);
  saga.id = reply[1].text();
  saga.merge_id = reply[2].text();
  co_return true;
}

Task<Status> Store::freeze(TimePoint now, const Saga& saga, const StatusEntry& status) {
  co_return done(co_await run(freeze_script(), place(saga.loser), now,
                              {saga.loser, saga.survivor, status.id, status.bytes, saga.agent_id, saga.id}));
}

Task<Status> Store::cancel(TimePoint now, const Saga& saga) {
  co_return done(
      co_await run(merge_cancel_script(), place(saga.survivor), now, {saga.survivor, saga.loser, saga.id}));
}

Task<Result<Store::Carried>> Store::carried(std::string loser, std::string ticket_id) {
  Carried out;
  if (ticket_id.empty()) co_return out;
  HARK_CO_TRY(const auto ticket, co_await command({"HMGET", keys::in(place(loser), "tkt", ticket_id),
                                                   "carried", "waiting", "attrs", "wanted_agent", "chat",
                                                   "wanted_queue", "wanted_skills", "virtual", "opened"}));
  out.agent_id = ticket[0].text();
  out.waiting_ms = ticket[1].text();
  out.ticket_bytes = ticket[2].text();
  out.wanted_agent_id = ticket[3].text();
  out.chat = ticket[4].text();
  out.wanted_queue_id = ticket[5].text();
  out.wanted_skills = ticket[6].text();
  out.virtual_start_ms = ticket[7].is_nil() ? "0" : ticket[7].text();
  out.opened_ms = ticket[8].text();
  HARK_CO_TRY(const auto calls, co_await command({"SMEMBERS", keys::in(place(loser), "lines", loser)}));
  for (const auto& call : calls.items()) out.calls.push_back(call.text());
  co_return out;
}

Task<Result<std::vector<Store::Owed>>> Store::owed_by(std::string conversation_id,
                                                      const std::vector<TimelinePlace>& places) {
  std::vector<Owed> out;
  HARK_CO_TRY(const auto owed,
              co_await command({"HGETALL", keys::in(place(conversation_id), "obl", conversation_id)}));
  for (const auto& [entry, value] : pairs_of(owed)) {
    const auto sequence = static_cast<std::size_t>(number(value));
    if (sequence == 0 || sequence > places.size()) continue;
    out.push_back({entry, places[sequence - 1].place, value.substr(value.find(' ') + 1)});
  }
  co_return out;
}

Task<Status> Store::join(TimePoint now, const Saga& saga, const JoinInput& in) {
  const auto covers = std::to_string(in.covers);
  const auto count = std::to_string(in.places.size());
  const auto calls = std::to_string(in.carried.calls.size());
  std::vector<std::string_view> args{saga.survivor,
                                     saga.loser,
                                     covers,
                                     count,
                                     in.carried.agent_id,
                                     in.carried.waiting_ms,
                                     in.carried.ticket_bytes,
                                     in.carried.wanted_agent_id,
                                     in.ticket_id,
                                     in.status.id,
                                     in.status.bytes,
                                     saga.agent_id,
                                     saga.id,
                                     in.carried.chat,
                                     in.carried.wanted_queue_id,
                                     in.carried.wanted_skills,
                                     in.carried.virtual_start_ms,
                                     in.carried.opened_ms,
                                     calls};
  args.insert(args.end(), in.carried.calls.begin(), in.carried.calls.end());
  args.insert(args.end(), in.places.begin(), in.places.end());
  for (const auto& owed : in.owed) args.insert(args.end(), {owed.entry_id, owed.place, owed.thread_id});
  co_return done(co_await run(join_script(), place(saga.survivor), now, std::move(args)));
}

Task<Status> Store::part(TimePoint now, const Saga& saga, const PartInput& in) {
  std::vector<std::string> entries;
  for (const auto& [entry, sequence] : in.goes)
    entries.insert(entries.end(), {entry, std::to_string(sequence)});
  for (const auto& one : in.wants_answer)
    entries.insert(entries.end(), {one.entry_id, std::to_string(one.sequence), one.thread_id});
  const auto count = std::to_string(in.goes.size());
  std::vector<std::string_view> args{saga.survivor, saga.loser, in.status.id, in.status.bytes,
                                     saga.agent_id, count,      in.ticket_id, saga.id};
  args.insert(args.end(), entries.begin(), entries.end());
  co_return done(co_await run(part_script(), place(saga.survivor), now, std::move(args)));
}

Task<Result<Store::Parted>> Store::parted(const Saga& saga) {
  const auto list = keys::in(place(saga.survivor), "parted", saga.loser);
  Parted out;
  HARK_CO_TRY(const auto natives, co_await command({"LRANGE", list, "0", "-1"}));
  for (const auto& native : natives.items()) out.natives.push_back(number(native.view()));
  HARK_CO_TRY(const auto owed, co_await command({"LRANGE", list + ":owed", "0", "-1"}));
  out.owed = pairs_of(owed);
  HARK_CO_TRY(const auto settled, co_await command({"HGETALL", list + ":fold"}));
  out.settled = pairs_of(settled);
  co_return out;
}

Task<Result<std::int64_t>> Store::restore(TimePoint now, const Saga& saga, const RestoreInput& in) {
  const auto waiting = std::to_string(in.waiting_ms);
  const auto seconds = std::to_string(kSeenFor.count());
  const auto entries = std::to_string(in.entries.size());
  const auto owed = std::to_string(in.owed.size());
  std::vector<std::string> kept;
  for (const auto& entry : in.entries) {
    const bool inbound = entry.kind() == v1::ENTRY_KIND_INBOUND || entry.kind() == v1::ENTRY_KIND_AUTO_REPLY;
    v1::Entry stored = entry;
    if (stored.customer_id() == saga.loser) stored.clear_customer_id();
    kept.insert(kept.end(), {entry.id(), stored.SerializeAsString(), entry.thread_id(), entry.account_id(),
                             inbound ? std::to_string(entry.channel()) + ":" + entry.native_id() : "",
                             inbound ? entry.own_reference() : "",
                             inbound                                  ? entry.sender().address()
                             : entry.kind() == v1::ENTRY_KIND_STARTED ? entry.to().address()
                                                                      : ""});
  }
  std::vector<std::string_view> args{saga.loser,   saga.survivor,   in.ticket_id,  in.ticket_bytes, waiting,
                                     in.status.id, in.status.bytes, saga.agent_id, seconds,         entries,
                                     owed,         saga.key,        saga.merge_id};
  args.insert(args.end(), kept.begin(), kept.end());
  for (const auto& one : in.owed) args.insert(args.end(), {one.entry_id, one.place, one.thread_id});
  for (const auto& [entry, state] : in.settled) args.insert(args.end(), {entry, state});
  HARK_CO_TRY(const auto reply, co_await run(restore_script(), place(saga.loser), now, std::move(args)));
  if (reply[0].view() != "ok") co_return refusal(TicketEvent::kReopen, reply);
  co_return reply[1].number();
}

Task<Status> Store::end_unmerge(TimePoint now, const Saga& saga, const EndInput& in) {
  const auto first = std::to_string(in.first);
  const auto entries = std::to_string(in.entries.size());
  const auto threads = std::to_string(in.threads.size());
  std::vector<std::string_view> args{saga.survivor, saga.loser, first, entries, threads, saga.id};
  args.insert(args.end(), in.entries.begin(), in.entries.end());
  args.insert(args.end(), in.threads.begin(), in.threads.end());
  args.insert(args.end(), in.addresses.begin(), in.addresses.end());
  co_return done(co_await run(unmerge_end_script(), place(saga.survivor), now, std::move(args)));
}

}  // namespace hark::conversation
