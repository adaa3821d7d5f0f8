#include "conversation/redis/store.h"

#include <array>

#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"

namespace hark::conversation {
namespace {

/// Changes whenever what a version writes cannot be read by the one before.
constexpr std::string_view kLayout = "2";
/// A server that was just started may still be loading.
constexpr auto kLoadingMax = std::chrono::minutes{1};

/// The scripts, digested once.
const redis::Script& accept_script() {
  static const auto s = script("accept", scripts::accept_lua);
  return s;
}
const redis::Script& reply_script() {
  static const auto s = script("reply", scripts::reply_lua);
  return s;
}
const redis::Script& start_script() {
  static const auto s = script("start", scripts::start_lua);
  return s;
}
const redis::Script& note_script() {
  static const auto s = script("note", scripts::note_lua);
  return s;
}
const redis::Script& waive_script() {
  static const auto s = script("waive", scripts::waive_lua);
  return s;
}
const redis::Script& lease_script() {
  static const auto s = script("lease", scripts::lease_lua);
  return s;
}
const redis::Script& receipt_script() {
  static const auto s = script("receipt", scripts::receipt_lua);
  return s;
}
const redis::Script& unfetched_script() {
  static const auto s = script("unfetched", scripts::unfetched_lua);
  return s;
}
const redis::Script& quarantine_script() {
  static const auto s = script("quarantine", scripts::quarantine_lua);
  return s;
}
const redis::Script& searchable_script() {
  static const auto s = script("searchable", scripts::searchable_lua);
  return s;
}
const redis::Script& tickets_script() {
  static const auto s = script("tickets", scripts::tickets_lua);
  return s;
}

const redis::Script& claims_script() {
  static const auto s = script("claims", scripts::claims_lua);
  return s;
}

void add_blobs(std::vector<std::string_view>& args, const Blobs& blobs) {
  for (const auto& [id, content] : blobs) {
    args.push_back(id);
    args.push_back(content);
  }
}

/// The event of an accept, of which the script tells only the place: as the log has it.
void complete(v1::Event& event, TimePoint now, const Store::Acceptance& in, const Store::Accepted& out,
              const redis::Reply& ticket) {
  event.set_type(v1::EVENT_TYPE_ACCEPTED);
  event.set_at_ms(to_ms(now));
  event.set_conversation_id(out.conversation_id);
  event.set_ticket_id(out.ticket_id);
  event.set_entry_id(out.entry_id);
  event.set_sequence(out.sequence);
  event.set_channel(static_cast<v1::Channel>(in.channel));
  event.set_account_id(in.account_id);
  if (!in.wants_answer) event.set_detail("auto_reply");
  if (!out.opened) return;
  auto fields = fields_of(ticket);
  fields.emplace("attrs", in.ticket_bytes);
  *event.mutable_ticket() = decode_ticket(out.ticket_id, fields);
}

/// What is added to the bytes of an entry that a reference leads to its thread: two messages one after the
/// other are both of them in one (protobuf's encoding). Only the script knows whether one does.
std::string led_by_reference() {
  v1::Entry added;
  added.set_threaded_by(v1::THREADED_BY_REFERENCE);
  return added.SerializeAsString();
}

}  // namespace

Store::Store(redis::Client& redis, std::uint16_t partitions) : redis_{redis}, partitions_{partitions} {}

Task<Result<Store::Ran>> Store::run_untold(const redis::Script& script, std::uint16_t partition,
                                           TimePoint now, std::vector<std::string_view> args) {
  const std::string key = keys::partition(partition);
  const std::string at = std::to_string(to_ms(now));
  args.insert(args.begin(), at);
  const std::array<std::string_view, 1> keys{key};
  HARK_CO_TRY(auto reply, co_await redis_.eval(script, keys, args));
  Ran ran;
  for (const auto& event : reply[1].items()) ran.events.push_back(decode_event(partition, event));
  if (reply.size() > 0) ran.result = std::move(reply.items().front());
  co_return ran;
}

Task<Result<redis::Reply>> Store::run(const redis::Script& script, std::uint16_t partition, TimePoint now,
                                      std::vector<std::string_view> args) {
  HARK_CO_TRY(auto ran, co_await run_untold(script, partition, now, std::move(args)));
  tell(std::move(ran.events));
  co_return std::move(ran.result);
}

void Store::tell(std::vector<v1::Event> events, std::shared_ptr<const v1::Entry> entry) const {
  if (!on_event) return;
  for (auto& event : events) {
    const bool of_it = entry && event.entry_id() == entry->id();
    on_event(std::move(event), of_it ? entry : nullptr);
  }
}

Task<Result<redis::Reply>> Store::command(std::vector<std::string> args) {
  const std::vector<std::string_view> views{args.begin(), args.end()};
  co_return co_await redis_.command(args.size() > 1 ? args[1] : args[0], views);
}

Task<Result<std::vector<v1::Ticket>>> Store::tickets(std::uint16_t partition, std::vector<std::string> ids) {
  std::vector<v1::Ticket> out;
  HARK_CO_TRY(const auto reply,
              co_await run(tickets_script(), partition, TimePoint{}, {ids.begin(), ids.end()}));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (reply[i].size() > 0) out.push_back(decode_ticket(ids[i], fields_of(reply[i])));
  }
  co_return out;
}

Task<Result<std::vector<Store::Searchable>>> Store::searchable(std::uint16_t partition,
                                                               std::vector<std::string> ids, int entries_each,
                                                               bool parts) {
  const auto each = std::to_string(entries_each);
  std::vector<std::string_view> args{each};
  args.insert(args.end(), ids.begin(), ids.end());
  HARK_CO_TRY(const auto reply, co_await run(searchable_script(), partition, TimePoint{}, std::move(args)));
  std::vector<Searchable> out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& found = reply[i];
    const auto con = fields_of(found[0]);
    if (con.empty() || field(con, "moved").empty() == parts) continue;
    Searchable& item = out.emplace_back();
    item.parts = words_of(field(con, "parts"));
    item.conversation.set_id(ids[i]);
    item.conversation.set_customer_name(std::string{field(con, "name")});
    item.conversation.set_last_sequence(number(field(con, "seq")));
    item.conversation.set_updated_at_ms(number(field(con, "updated")));
    for (const auto& [address, verified] : fields_of(found[1])) {
      auto& known = *item.conversation.add_addresses();
      known.set_address(address);
      known.set_verified(verified == "1");
    }
    if (const auto ticket = fields_of(found[2]); !ticket.empty())
      *item.conversation.mutable_ticket() = decode_ticket(field(con, "ticket"), ticket);
    for (const auto& entry : found[3].items()) item.newest_entries.push_back(decode_entry(ids[i], entry));
  }
  co_return out;
}

Task<Result<Store::Meta>> Store::open(redis::Client& redis, Meta wished) {
  auto known = co_await read_meta(redis);
  if (known.ok() || known.error().code != Code::kNotFound) co_return known;
  const auto key = keys::meta();
  const auto partitions = std::to_string(wished.partitions);
  const std::array<std::string_view, 4> set_layout{"HSETNX", key, "layout", kLayout};
  const std::array<std::string_view, 4> set_partitions{"HSETNX", key, "partitions", partitions};
  const std::array<std::string_view, 4> set_secret{"HSETNX", key, "secret", wished.secret};
  HARK_CO_TRY_VOID(co_await redis.command(key, set_layout));
  HARK_CO_TRY_VOID(co_await redis.command(key, set_secret));
  HARK_CO_TRY_VOID(co_await redis.command(key, set_partitions));
  co_return co_await read_meta(redis);
}

Task<Result<Store::Meta>> Store::read_meta(redis::Client& redis) {
  const auto key = keys::meta();
  const std::array<std::string_view, 5> get{"HMGET", key, "partitions", "secret", "layout"};
  HARK_CO_TRY(const auto found, co_await redis.command(key, get, kLoadingMax));
  if (found[0].is_nil())
    co_return Error{Code::kNotFound, Reason::kInvalidField, "this Redis holds no store of Hark"};
  if (found[2].view() != kLayout) {
    co_return Error{Code::kFailedPrecondition, Reason::kInvalidField,
                    "another version of Hark laid this store out: hark:meta names layout '" +
                        found[2].text() + "', this version reads '" + std::string{kLayout} +
                        "'; run that version on it, or start this one with another data folder"};
  }
  Meta meta{static_cast<std::uint16_t>(found[0].number()), found[1].text()};
  if (meta.partitions == 0 || meta.partitions > kPartitionsMax || meta.secret.size() < 16) {
    co_return Error{Code::kInternal, Reason::kInternal, "the store's hark:meta is damaged"};
  }
  co_return meta;
}

Task<std::string> Store::durability_gap(redis::Client& redis) {
  std::map<std::string, std::string> settings;
  for (const std::string_view pattern : {"append*", "no-appendfsync-on-rewrite", "maxmemory*"}) {
    const std::array<std::string_view, 3> get{"CONFIG", "GET", pattern};
    const auto reply = co_await redis.command("", get);
    if (!reply.ok()) co_return "its persistence settings cannot be read (" + reply.error().message + ")";
    for (std::size_t i = 0; i + 1 < reply->size(); i += 2)
      settings.emplace((*reply)[i].text(), (*reply)[i + 1].text());
  }
  if (settings["appendonly"] != "yes")
    co_return "appendonly is off: everything since its last snapshot is lost when Redis ends; turn it on";
  if (settings["appendfsync"] != "always") {
    co_return "appendfsync is " + settings["appendfsync"] +
        ": up to a second of acknowledged messages is lost when the machine fails; set it to always";
  }
  if (settings["no-appendfsync-on-rewrite"] == "yes") {
    co_return "no-appendfsync-on-rewrite is yes: what is acknowledged while the file is rewritten is lost when "
              "the machine fails; set it to no";
  }
  if (settings["maxmemory"] != "0" && settings["maxmemory-policy"] != "noeviction") {
    co_return "maxmemory-policy is " + settings["maxmemory-policy"] +
        ": when memory is short Redis deletes messages, or forgets which were sent; set it to noeviction";
  }
  co_return std::string{};
}

Task<Result<std::string>> Store::claim_address(std::string_view address, std::string_view candidate) {
  const auto key = keys::address(partitions_, address);
  const std::array<std::string_view, 5> args{"SET", key, candidate, "NX", "GET"};
  HARK_CO_TRY(auto reply, co_await redis_.command(key, args));
  co_return reply.is_nil() ? std::string{candidate} : std::move(reply).text();
}

Task<Status> Store::record_claims(TimePoint now, std::string_view conversation_id,
                                  const ClaimOutcome& claims) {
  if (claims.joined.empty() && claims.matches.empty()) co_return Status{};
  const auto most = std::to_string(kPossibleMatchesMax);
  const auto joined = std::to_string(claims.joined.size());
  std::vector<std::string_view> args{conversation_id, most, joined};
  args.insert(args.end(), claims.joined.begin(), claims.joined.end());
  for (const auto& match : claims.matches) {
    args.push_back(match.address);
    args.push_back(match.why);
  }
  HARK_CO_TRY_VOID(co_await run(claims_script(), place(conversation_id), now, std::move(args)));
  co_return Status{};
}

Task<Result<Store::Accepted>> Store::accept(TimePoint now, const Acceptance& in) {
  const auto entry_bytes = in.entry.SerializeAsString();
  const auto channel = std::to_string(in.channel);
  const auto seconds = std::to_string(kSeenFor.count());
  const auto events = std::to_string(kEventsMax);
  static const std::string kLedByReference = led_by_reference();
  const auto references = std::to_string(in.references.size());
  const auto reopen_within = std::to_string(in.reopen_within.count());
  const auto answerable_until =
      std::to_string(in.entry.is_public() ? 0 : std::max<std::int64_t>(0, in.entry.answerable_until_ms()));
  std::vector<std::string_view> args{in.conversation_id,
                                     in.entry_id,
                                     in.ticket_id,
                                     in.thread_id,
                                     channel,
                                     in.account_id,
                                     in.native_id,
                                     in.wants_answer ? "message" : "auto_reply",
                                     entry_bytes,
                                     in.ticket_bytes,
                                     in.address,
                                     in.verified ? "1" : "0",
                                     in.name,
                                     in.proved_thread_id,
                                     in.own_reference,
                                     seconds,
                                     events,
                                     in.via,
                                     in.parts_looked_up ? "1" : "0",
                                     answerable_until,
                                     in.claim_address ? "1" : "0",
                                     kLedByReference,
                                     reopen_within,
                                     in.reopening.id,
                                     in.reopening.bytes,
                                     references};
  args.insert(args.end(), in.references.begin(), in.references.end());
  add_blobs(args, in.blobs);
  HARK_CO_TRY(auto ran,
              co_await run_untold(accept_script(), place(in.conversation_id), now, std::move(args)));
  const auto& reply = ran.result;
  Accepted out;
  const auto what = reply[0].view();
  out.moved_to = what == "moved" ? reply[1].text() : "";
  out.owned_by = what == "owned" ? reply[1].text() : "";
  out.look_up_parts = what == "look";
  if (!out.moved_to.empty() || !out.owned_by.empty() || out.look_up_parts) co_return out;
  if (what != "accepted" && what != "duplicate") co_return refusal(TicketEvent::kReply, reply);
  out.duplicate = what == "duplicate";
  out.entry_id = reply[1].text();
  out.sequence = reply[2].number();
  out.ticket_id = reply[3].text();
  out.opened = reply[4].view() == "1";
  out.conversation_id = reply[5].text();
  const std::size_t reopened = !out.duplicate && reply[8].view() == "1" ? 1 : 0;  // told before the message
  if (!out.duplicate) complete(ran.events.at(reopened), now, in, out, reply[7]);
  std::shared_ptr<v1::Entry> entry;
  if (in.tell_entry && !out.duplicate) {
    entry = std::make_shared<v1::Entry>(in.entry);
    entry->set_id(out.entry_id);
    entry->set_conversation_id(out.conversation_id);
    entry->set_sequence(out.sequence);
    entry->set_ticket_id(out.ticket_id);
    entry->set_thread_id(reply[6].text());
    if (in.proved_thread_id.empty() && entry->thread_id() != in.thread_id)
      entry->set_threaded_by(v1::THREADED_BY_REFERENCE);
    if (entry->kind() == v1::ENTRY_KIND_INBOUND) entry->set_obligation(v1::OBLIGATION_STATE_OPEN);
  }
  tell(std::move(ran.events), std::move(entry));
  co_return out;
}

Task<Result<Store::Appended>> Store::reply(TimePoint now, const ReplyInput& in) {
  const auto token = std::to_string(in.assignment_token);
  const auto seen = std::to_string(in.seen_sequence);
  const auto channel = std::to_string(in.channel);
  const auto answered = std::to_string(in.answers_sequence);
  std::vector<std::string_view> args{in.key,
                                     in.digest,
                                     in.conversation_id,
                                     in.answers_entry_id,
                                     token,
                                     seen,
                                     transition(TicketEvent::kReply).from,
                                     in.entry_id,
                                     in.entry_bytes,
                                     in.outbound_bytes,
                                     in.account_id,
                                     channel,
                                     in.agent_id,
                                     in.switch_entry_id,
                                     in.switch_entry_bytes,
                                     in.thread_id,
                                     answered,
                                     in.via,
                                     in.key_looked_up ? "1" : "0",
                                     in.unsendable ? "1" : "0",
                                     in.channel == v1::CHANNEL_PHONE ? "1" : "0"};
  add_blobs(args, in.blobs);
  co_return appended(TicketEvent::kReply,
                     co_await run(reply_script(), place(in.conversation_id), now, std::move(args)));
}

Task<Result<Store::Appended>> Store::start(TimePoint now, const StartInput& in) {
  const auto channel = std::to_string(in.channel);
  const auto events = std::to_string(kEventsMax);
  std::vector<std::string_view> args{in.key,
                                     in.digest,
                                     in.conversation_id,
                                     in.entry_id,
                                     in.entry_bytes,
                                     in.outbound_bytes,
                                     in.account_id,
                                     channel,
                                     in.agent_id,
                                     in.thread_id,
                                     in.address,
                                     in.name,
                                     in.ticket_bytes,
                                     events,
                                     in.via,
                                     in.key_looked_up ? "1" : "0",
                                     in.reference};
  add_blobs(args, in.blobs);
  co_return appended(TicketEvent::kReply,
                     co_await run(start_script(), place(in.conversation_id), now, std::move(args)));
}

Task<Result<Store::Appended>> Store::note(TimePoint now, const NoteInput& in) {
  std::vector<std::string_view> args{
      in.key,         in.digest,   in.conversation_id, in.entry_id,
      in.entry_bytes, in.agent_id, in.for_agents,      in.key_looked_up ? "1" : "0"};
  co_return appended(TicketEvent::kReply,
                     co_await run(note_script(), place(in.conversation_id), now, std::move(args)));
}

Task<Result<Store::Appended>> Store::waive(TimePoint now, const v1::WaiveObligationRequest& in,
                                           std::string_view conversation_id, std::string_view digest,
                                           const StatusEntry& entry, bool key_looked_up) {
  const auto token = std::to_string(in.assignment_token());
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     conversation_id,
                                     in.entry_id(),
                                     in.agent_id(),
                                     token,
                                     entry.id,
                                     entry.bytes,
                                     key_looked_up ? "1" : "0"};
  co_return appended(TicketEvent::kReply,
                     co_await run(waive_script(), place(conversation_id), now, std::move(args)));
}

Task<Result<Store::Leases>> Store::lease(TimePoint now, std::uint16_t partition, std::string_view account_id,
                                         TimePoint ends, std::string_view lease_id, int most) {
  const auto until = std::to_string(to_ms(ends));
  const auto limit = std::to_string(most);
  HARK_CO_TRY(const auto reply,
              co_await run(lease_script(), partition, now, {account_id, until, lease_id, limit}));
  Leases leases;
  if (!reply[0].text().empty())
    leases.next_due = from_ms(static_cast<std::int64_t>(std::strtod(reply[0].text().c_str(), nullptr)));
  for (std::size_t i = 1; i < reply.size(); ++i) {
    leases.messages.push_back(
        {reply[i][0].text(), reply[i][1].text(), static_cast<int>(reply[i][2].number())});
  }
  co_return leases;
}

Task<Result<Store::Lost>> Store::record_delivery(TimePoint now, const DeliveryNews& news) {
  const auto state = std::to_string(static_cast<int>(news.state));
  const auto retry = std::to_string(to_ms(news.retry_at));
  const auto seconds = std::to_string(kSeenFor.count());
  const auto token = std::to_string(news.called_off.assignment_token);
  const auto watched = news.watched == v1::CHANNEL_UNSPECIFIED ? "" : std::to_string(news.watched);
  std::vector<std::string_view> args{news.entry_id,
                                     news.lease_id,
                                     state,
                                     news.detail,
                                     retry,
                                     news.report_native_id,
                                     seconds,
                                     news.not_arrived.id,
                                     news.not_arrived.bytes,
                                     news.ticket_id,
                                     news.owed_elsewhere ? "1" : "0",
                                     watched,
                                     news.called_off.key,
                                     news.called_off.digest,
                                     news.called_off.agent_id,
                                     token};
  add_blobs(args, news.blobs);
  HARK_CO_TRY(const auto reply, co_await run(receipt_script(), place(news.entry_id), now, std::move(args)));
  const auto what = reply[0].view();
  Lost lost;
  if (what == "ok" || what == "known") co_return lost;
  if (what != "elsewhere") co_return refusal(TicketEvent::kReply, reply);
  lost.conversation_id = reply[1].text();
  lost.thread_id = reply[2].text();
  lost.agent_id = reply[3].text();
  for (std::size_t i = 4; i < reply.size(); ++i) lost.settled.push_back(reply[i].text());
  co_return lost;
}

Task<Result<std::optional<TimePoint>>> Store::tell_unfetched(TimePoint now, std::uint16_t partition,
                                                             TimePoint cutoff, int most) {
  const auto upto = std::to_string(to_ms(cutoff));
  const auto limit = std::to_string(most);
  std::vector<std::string_view> args{upto, limit};
  HARK_CO_TRY(const auto reply, co_await run(unfetched_script(), partition, now, std::move(args)));
  const auto since = reply[0].text();
  if (since.empty()) co_return std::optional<TimePoint>{};
  co_return from_ms(static_cast<std::int64_t>(std::strtod(since.c_str(), nullptr)));
}

Task<Result<std::string>> Store::quarantine(TimePoint now, const QuarantineInput& in) {
  const auto channel = std::to_string(in.channel);
  const auto size = std::to_string(in.raw.size_bytes());
  const auto seconds = std::to_string(kSeenFor.count());
  std::vector<std::string_view> args{in.id,     channel,     in.account_id, in.native_id,
                                     in.reason, in.raw.id(), size,          in.raw.inlined() ? "1" : "0",
                                     seconds};
  add_blobs(args, in.blobs);
  HARK_CO_TRY(const auto reply, co_await run(quarantine_script(), place(in.id), now, std::move(args)));
  co_return reply[1].text();
}

}  // namespace hark::conversation
