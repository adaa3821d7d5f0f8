#include "routing/redis/store.h"

#include <algorithm>
#include <array>

#include "routing/redis/journal.h"
#include "routing/redis/keys.h"
#include "routing/redis/scripts.h"

namespace hark::routing {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    out.push_back(text.substr(begin, end - begin));
  return out;
}

const redis::Script& lead_script() {
  static const redis::Script s{"lead", std::string{scripts::lead_lua}};
  return s;
}
const redis::Script& resign_script() {
  static const redis::Script s{"resign", std::string{scripts::resign_lua}};
  return s;
}
const redis::Script& save_agent_script() {
  static const redis::Script s{"save_agent", std::string{scripts::save_agent_lua}};
  return s;
}
const redis::Script& end_sessions_script() {
  static const redis::Script s{"end_sessions", std::string{scripts::end_sessions_lua}};
  return s;
}
const redis::Script& agents_script() {
  static const redis::Script s{"agents", std::string{scripts::agents_lua}};
  return s;
}
const redis::Script& commit_script() {
  static const redis::Script s{"commit", std::string{scripts::commit_lua}};
  return s;
}
const redis::Script& set_rules_script() {
  static const redis::Script s{"set_rules", std::string{scripts::set_rules_lua}};
  return s;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Error not_leading(const std::string& who_leads) {
  return {Code::kUnavailable, Reason::kNotLeader,
          "routing is led by another process now (" + who_leads + "); try again"};
}

Error unreadable(std::string_view what) {
  return {Code::kDataLoss, Reason::kInternal,
          "routing's store holds " + std::string{what} + " that cannot be read"};
}

}  // namespace

Store::Store(redis::Client& redis, std::uint16_t shard) : redis_{redis}, prefix_{keys::shard(shard)} {}

Task<Result<redis::Reply>> Store::command(std::string_view name, std::string_view suffix,
                                          std::string_view argument) {
  const std::string key = prefix_ + ":" + std::string{suffix};
  std::vector<std::string_view> args{name, key};
  if (!argument.empty()) args.push_back(argument);
  co_return co_await redis_.command(key, args);
}

Task<Result<Store::Lease>> Store::lead(std::string_view instance, std::chrono::milliseconds time,
                                       int leads_others) {
  return lease(instance, time, leads_others, true);
}
Task<Result<Store::Lease>> Store::renew(std::string_view instance, std::chrono::milliseconds time,
                                        int leads_others) {
  return lease(instance, time, leads_others, false);
}

Task<Result<Store::Lease>> Store::lease(std::string_view instance, std::chrono::milliseconds time,
                                        int leads_others, bool begins) {
  const std::string lease_ms = std::to_string(time.count()), others = std::to_string(leads_others),
                    wanted_ms = std::to_string(kWantedFor.count());
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 5> args{instance, lease_ms, begins ? "1" : "0", others, wanted_ms};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(lead_script(), keys, args));
  Lease out;
  out.leading = reply[0].number() == 1;
  if (out.leading) {
    out.token = reply[1].number();
    out.wanted_by = reply[2].text();
    out.leads_others = static_cast<int>(reply[3].number());
  } else {
    out.holder = reply[1].text();
    out.left = std::chrono::milliseconds{std::max<std::int64_t>(reply[2].number(), 0)};
  }
  co_return out;
}

Task<Status> Store::resign(std::string_view instance) {
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 1> args{instance};
  const auto reply = co_await redis_.eval(resign_script(), keys, args);
  if (!reply.ok()) co_return reply.error();
  co_return Status{};
}

Task<Result<std::int64_t>> Store::save_agent(const v1::Agent& agent, std::string_view password_hash,
                                             Expected expected) {
  v1::Agent record = agent;
  record.clear_presence();
  record.clear_used_units();
  record.clear_ticket_ids();
  record.clear_interrupted_by();
  record.clear_connections();
  record.clear_wrap_up_until_ms();
  record.clear_session_generation();
  record.clear_channels();
  record.clear_wrap_up_offered_ms();
  record.clear_wrap_up_forced();
  record.clear_away_after_missed();
  record.clear_paused_queue_ids();
  const std::string bytes = record.SerializeAsString();
  const std::array<std::string_view, 1> keys{prefix_};
  const std::string before = expected.value_or("");
  const std::array<std::string_view, 5> args{agent.id(), bytes, password_hash, expected ? "1" : "0", before};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(save_agent_script(), keys, args));
  co_return reply[0].number() == 1 ? reply[1].number() : -1;
}

Task<Result<std::int64_t>> Store::end_sessions(std::string_view agent_id) {
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 1> args{agent_id};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(end_sessions_script(), keys, args));
  co_return reply.number();
}

Task<Result<std::vector<Store::AgentRecord>>> Store::agents() {
  const std::array<std::string_view, 1> keys{prefix_};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(agents_script(), keys, {}));
  std::vector<AgentRecord> out;
  for (const redis::Reply& item : reply.items()) {
    AgentRecord record;
    if (!record.agent.ParseFromString(item[1].text()))
      co_return unreadable("the record of agent " + item[0].text());
    record.agent.set_session_generation(item[3].number());
    const auto presence = item[2].number();
    if (presence >= 1 && presence <= 3) record.presence = static_cast<Presence>(presence);
    if (!item[4].is_nil()) record.wraps_up_until = from_ms(item[4].number());
    record.wrap_up_forced = !item[5].is_nil();
    if (!item[6].is_nil()) record.channels = static_cast<ChannelMask>(item[6].number() & kAllChannels);
    if (!item[7].is_nil()) record.missed_offers = static_cast<int>(item[7].number());
    if (!item[8].is_nil()) record.paused_queue_ids = lines_of(item[8].text());
    out.push_back(std::move(record));
  }
  std::ranges::sort(out, {}, [](const AgentRecord& r) { return r.agent.id(); });
  co_return out;
}

Task<Result<std::optional<Store::Credentials>>> Store::credentials(std::string_view agent_id) {
  const std::string key = prefix_ + ":agent:" + std::string{agent_id};
  const std::array<std::string_view, 5> args{"HMGET", key, "record", "password", "generation"};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.command(key, args));
  if (reply[0].is_nil()) co_return std::optional<Credentials>{};
  Credentials out;
  if (!out.agent.ParseFromString(reply[0].text()))
    co_return unreadable("the record of agent " + std::string{agent_id});
  out.record = reply[0].text();
  out.password_hash = reply[1].text();
  out.agent.set_session_generation(reply[2].number());
  co_return std::optional{std::move(out)};
}

Task<Result<std::vector<Offer>>> Store::standing_offers() {
  HARK_CO_TRY(const redis::Reply reply, co_await command("HVALS", "offers", ""));
  std::vector<Offer> out;
  for (const redis::Reply& item : reply.items()) {
    v1::RoutingOffer offer;
    if (!offer.ParseFromString(item.text())) co_return unreadable("a standing offer");
    out.push_back(decode(offer));
  }
  std::ranges::sort(out, {}, &Offer::id);
  co_return out;
}

Task<Result<Store::Declines>> Store::declines() {
  HARK_CO_TRY(const redis::Reply reply, co_await command("HGETALL", "declined", ""));
  Declines out;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) out[reply[i].text()] = words(reply[i + 1].view());
  co_return out;
}

Task<Result<std::optional<Store::Accepted>>> Store::accepted(std::string_view offer_id) {
  HARK_CO_TRY(const redis::Reply reply, co_await command("GET", "accepted:" + std::string{offer_id}, ""));
  const auto parts = words(reply.view());
  if (parts.size() != 3) co_return std::optional<Accepted>{};
  co_return std::optional{Accepted{parts[0], parts[1], redis::Reply{parts[2]}.number()}};
}

void Store::Batch::offer_made(const Offer& offer) {
  changes.insert(changes.end(), {"offer", offer.id, encode(offer).SerializeAsString()});
}
void Store::Batch::offer_ended(std::string_view offer_id) {
  changes.insert(changes.end(), {"unoffer", std::string{offer_id}, ""});
}
void Store::Batch::declined(std::string_view ticket_id, std::string_view agent_id) {
  changes.insert(changes.end(), {"declined", std::string{ticket_id}, std::string{agent_id}});
}
void Store::Batch::forget(std::string_view ticket_id) {
  changes.insert(changes.end(), {"forget", std::string{ticket_id}, ""});
}
void Store::Batch::paused(std::string_view agent_id, const std::vector<std::string>& queue_ids) {
  std::string lines;
  for (const std::string& id : queue_ids) lines += id + "\n";
  changes.insert(changes.end(), {"paused", std::string{agent_id}, std::move(lines)});
}

void Store::Batch::presence(std::string_view agent_id, Presence presence, int missed_offers) {
  changes.insert(changes.end(),
                 {"presence", std::string{agent_id}, std::to_string(static_cast<int>(presence))});
  if (missed_offers > 0)
    changes.insert(changes.end(), {"missed", std::string{agent_id}, std::to_string(missed_offers)});
}
void Store::Batch::channels(std::string_view agent_id, ChannelMask channels) {
  changes.insert(changes.end(), {"channels", std::string{agent_id}, std::to_string(channels)});
}
void Store::Batch::wrap_up(std::string_view agent_id, std::optional<TimePoint> until, bool forced) {
  changes.insert(changes.end(), {forced ? "forced_wrap_up" : "wrap_up", std::string{agent_id},
                                 until ? std::to_string(to_ms(*until)) : ""});
}
void Store::Batch::accepted(std::string_view offer_id, const Accepted& a) {
  changes.insert(changes.end(), {"accepted", std::string{offer_id},
                                 a.ticket_id + " " + a.agent_id + " " + std::to_string(a.assignment_token)});
}

Task<Status> Store::commit(std::int64_t token, const Batch& batch) {
  const std::vector<std::string> head{std::to_string(token), std::to_string(batch.first_record),
                                      std::to_string(batch.records.size()), std::to_string(kJournalLotsMax)};
  std::vector<std::string_view> args;
  args.reserve(head.size() + batch.records.size() + batch.changes.size());
  for (const auto* part : {&head, &batch.records, &batch.changes})
    args.insert(args.end(), part->begin(), part->end());
  const std::array<std::string_view, 1> keys{prefix_};
  const auto reply = co_await redis_.eval(commit_script(), keys, args);
  if (!reply.ok()) co_return reply.error();
  if ((*reply)[0].view() == "not_leader") {
    co_return not_leading((*reply)[1].text());
  }
  co_return Status{};
}

Task<Result<std::int64_t>> Store::rules_number() {
  HARK_CO_TRY(const redis::Reply in_force, co_await command("GET", "rules", ""));
  co_return in_force.is_nil() ? std::int64_t{0} : in_force.number();
}

Task<Result<std::optional<v1::RoutingVersion>>> Store::rules(std::int64_t number) {
  if (number == 0) {
    HARK_CO_TRY(const redis::Reply in_force, co_await command("GET", "rules", ""));
    if (in_force.is_nil()) co_return std::optional<v1::RoutingVersion>{};
    number = in_force.number();
  }
  HARK_CO_TRY(const redis::Reply reply, co_await command("GET", "rules:" + std::to_string(number), ""));
  if (reply.is_nil()) co_return std::optional<v1::RoutingVersion>{};
  v1::RoutingVersion version;
  if (!version.ParseFromString(reply.text()))
    co_return unreadable("version " + std::to_string(number) + " of the rules");
  version.set_number(number);
  co_return std::optional{std::move(version)};
}

Task<Result<std::vector<v1::RoutingVersion>>> Store::rules_versions(int limit) {
  std::vector<v1::RoutingVersion> out;
  HARK_CO_TRY(auto newest, co_await rules(0));
  while (newest && static_cast<int>(out.size()) < limit) {
    const std::int64_t number = newest->number();
    out.push_back(*std::move(newest));
    if (number == 1) break;
    HARK_CO_TRY(newest, co_await rules(number - 1));
  }
  co_return out;
}

Task<Result<std::int64_t>> Store::set_rules(std::int64_t token, RulesRequest request,
                                            v1::RoutingVersion version) {
  version.clear_number();
  const std::string bytes = version.SerializeAsString();
  const std::string fence = std::to_string(token), expected = std::to_string(request.expected),
                    kept = std::to_string(kRulesVersionsMax);
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 6> args{fence, request.idempotency_key, request.digest, expected, bytes,
                                             kept};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(set_rules_script(), keys, args));
  const std::string_view how = reply[0].view();
  if (how == "ok" || how == "repeated") co_return reply[1].number();
  if (how == "reused") {
    co_return Error{Code::kInvalidArgument, Reason::kIdempotencyKeyReused,
                    "idempotency_key: was used within a day for another request"};
  }
  if (how == "changed") {
    co_return Error{Code::kAborted, Reason::kRoutingVersionChanged,
                    "version " + std::to_string(reply[1].number()) + " is in force, not " + expected +
                        "; look at what has changed, then try again"};
  }
  co_return not_leading(reply[1].text());
}

Task<Result<std::vector<Store::JournalItem>>> Store::journal(std::string_view after, int lots_max) {
  const std::string key = prefix_ + ":journal";
  const std::string from = after == "-" ? "-" : "(" + std::string{after};
  const std::string count = std::to_string(lots_max);
  const std::array<std::string_view, 6> args{"XRANGE", key, from, "+", "COUNT", count};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.command(key, args));
  std::vector<JournalItem> out;
  for (const redis::Reply& lot : reply.items()) {
    const auto last = lot[0].view();
    const auto dash = last.find('-');
    const auto number = std::strtoll(last.data() + dash + 1, nullptr, 10);
    const auto records = static_cast<std::int64_t>(lot[1].size() / 2);
    for (std::int64_t i = 0; i < records; ++i) {
      JournalItem& item = out.emplace_back();
      item.id = std::string{last.substr(0, dash + 1)} + std::to_string(number - records + 1 + i);
      const auto& record = lot[1][static_cast<std::size_t>(2 * i + 1)];
      if (!item.record.ParseFromString(record.text())) co_return unreadable("a journal record");
    }
  }
  co_return out;
}

}  // namespace hark::routing
