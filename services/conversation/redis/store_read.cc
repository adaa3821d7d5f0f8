// The reading half of Store.
#include <algorithm>
#include <set>

#include "base/async/all.h"
#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

const redis::Script& outbox_script() {
  static const auto s = script("outbox", scripts::outbox_lua);
  return s;
}

Error no_conversation(std::string_view id) {
  return {Code::kNotFound, Reason::kConversationNotFound, "there is no conversation " + std::string{id}};
}

}  // namespace

Task<Result<v1::Ticket>> Store::ticket(std::string_view ticket_id) {
  HARK_CO_TRY(const auto partition, partition_of(ticket_id));
  HARK_CO_TRY(const auto reply, co_await command({"HGETALL", keys::in(partition, "tkt", ticket_id)}));
  if (reply.size() == 0) {
    co_return Error{Code::kNotFound, Reason::kTicketNotFound, "there is no ticket " + std::string{ticket_id}};
  }
  co_return decode_ticket(ticket_id, fields_of(reply));
}

Task<Status> Store::add_addresses(std::string customer, v1::Conversation& out) {
  HARK_CO_TRY(const auto addresses,
              co_await command({"HGETALL", keys::in(place(customer), "adr", customer)}));
  for (std::size_t i = 0; i + 1 < addresses.size(); i += 2) {
    auto* address = out.add_addresses();
    address->set_address(addresses[i].text());
    address->set_verified(addresses[i + 1].view() == "1");
    if (customer != out.id()) address->set_customer_id(customer);
  }
  co_return Status{};
}

Task<Status> Store::add_windows(std::string customer, v1::Conversation& out) {
  HARK_CO_TRY(const auto windows, co_await command({"HGETALL", keys::in(place(customer), "win", customer)}));
  for (std::size_t i = 0; i + 1 < windows.size(); i += 2) {
    const auto where = windows[i].view();
    const auto space = where.find(' ');
    auto& windows_of_both = *out.mutable_reply_windows();
    const auto same = [&](const v1::ReplyWindow& known) {
      return known.account_id() == where.substr(0, space) && known.address() == where.substr(space + 1);
    };
    auto known = std::ranges::find_if(windows_of_both, same);
    auto& window = known == windows_of_both.end() ? *windows_of_both.Add() : *known;
    window.set_account_id(std::string{where.substr(0, space)});
    window.set_address(std::string{where.substr(space + 1)});
    window.set_closes_at_ms(std::max(window.closes_at_ms(), windows[i + 1].number()));
  }
  co_return Status{};
}

Task<Status> Store::add_callbacks(std::string customer, v1::Conversation& out) {
  HARK_CO_TRY(const auto waiting,
              co_await command({"SMEMBERS", keys::in(place(customer), "back", customer)}));
  for (const auto& item : waiting.items()) {
    HARK_CO_TRY(const auto entry_of, co_await entry(item.text()));
    auto& callback = *out.add_waiting_callbacks();
    callback.set_entry_id(item.text());
    callback.set_agent_id(entry_of.agent_id());
    callback.set_not_before_ms(entry_of.delivery_again_at_ms());
    callback.set_detail(entry_of.delivery_detail());
  }
  co_return Status{};
}

Task<Status> Store::keep_rules(std::string account_id, std::string bytes) {
  if (bytes.empty()) {
    HARK_CO_TRY_VOID(co_await command({"DEL", keys::rules(account_id)}));
  } else {
    HARK_CO_TRY_VOID(co_await command({"SET", keys::rules(account_id), bytes}));
  }
  co_return Status{};
}

Task<Result<std::optional<v1::SendingRules>>> Store::rules(std::string account_id) {
  HARK_CO_TRY(const auto reply, co_await command({"GET", keys::rules(account_id)}));
  v1::SendingRules rules;
  if (reply.is_nil() || !rules.ParseFromString(reply.text())) co_return std::optional<v1::SendingRules>{};
  co_return std::optional{std::move(rules)};
}

Task<Result<v1::Conversation>> Store::conversation(std::string_view conversation_id) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  const std::string id{conversation_id};
  HARK_CO_TRY(const auto con,
              co_await command({"HMGET", keys::in(partition, "con", id), "seq", "name", "ticket", "updated",
                                "parts", "moved", "windows", "preferred", "called_back"}));
  if (con[0].is_nil()) co_return no_conversation(id);
  if (!con[5].is_nil()) co_return co_await conversation(con[5].view());
  v1::Conversation out;
  out.set_id(id);
  out.set_last_sequence(con[0].number());
  out.set_customer_name(con[1].text());
  out.set_updated_at_ms(con[3].number());
  for (auto& agent : words_of(con[7].view())) out.add_preferred_agent_ids(std::move(agent));
  HARK_CO_TRY_VOID(co_await add_addresses(id, out));
  if (!con[6].is_nil()) HARK_CO_TRY_VOID(co_await add_windows(id, out));
  if (!con[8].is_nil()) HARK_CO_TRY_VOID(co_await add_callbacks(id, out));
  if (!con[4].is_nil()) {
    HARK_CO_TRY(const auto parts, co_await parts_of(id));
    for (const auto& part : parts) {
      out.add_merged_customer_ids(part);
      HARK_CO_TRY_VOID(co_await add_addresses(part, out));
      HARK_CO_TRY_VOID(co_await add_windows(part, out));
      HARK_CO_TRY_VOID(co_await add_callbacks(part, out));
    }
  }
  HARK_CO_TRY(const auto owed, co_await command({"HKEYS", keys::in(partition, "obl", id)}));
  for (const auto& entry : owed.items()) out.add_open_obligations(entry.text());
  if (!con[2].is_nil()) {
    auto found = co_await ticket(con[2].view());
    if (!found.ok()) co_return std::move(found).error();
    *out.mutable_ticket() = *std::move(found);
  }
  co_return out;
}

Task<Result<std::string>> Store::address_owner(std::string_view address) {
  HARK_CO_TRY(auto owner, co_await command({"GET", keys::address(partitions_, address)}));
  co_return std::move(owner).text();
}

Task<Status> Store::add_possible_matches(v1::Conversation& conversation) {
  std::set<std::string> own{conversation.id()};
  own.insert(conversation.merged_customer_ids().begin(), conversation.merged_customer_ids().end());
  for (const auto& customer : own) {
    HARK_CO_TRY(const auto found, co_await command({"HGETALL", keys::in(place(customer), "mat", customer)}));
    for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
      HARK_CO_TRY(auto owner, co_await address_owner(found[i].view()));
      if (own.contains(owner)) continue;
      auto& match = *conversation.add_possible_matches();
      match.set_address(found[i].text());
      match.set_why(found[i + 1].text());
      match.set_conversation_id(std::move(owner));
    }
  }
  co_return Status{};
}

Task<Result<std::vector<Store::OpenTicketRef>>> Store::index(std::uint16_t partition, bool all,
                                                             const OpenTicketRef& after, int limit) {
  // Members with equal times come in order of their id, so (time, id) is a total order to page by.
  HARK_CO_TRY(const auto reply, co_await command({"ZRANGE", keys::in(partition, all ? "all" : "open"),
                                                  std::to_string(after.at_ms), "+inf", "BYSCORE", "LIMIT",
                                                  "0", std::to_string(limit + 100), "WITHSCORES"}));
  std::vector<OpenTicketRef> out;
  for (std::size_t i = 0; i + 1 < reply.size() && static_cast<int>(out.size()) < limit; i += 2) {
    OpenTicketRef ref{number(reply[i + 1].view()), reply[i].text()};
    if (ref.at_ms == after.at_ms && ref.id <= after.id) continue;
    out.push_back(std::move(ref));
  }
  co_return out;
}

Task<Result<std::vector<Store::OpenTicketRef>>> Store::newest(std::uint16_t partition,
                                                              const OpenTicketRef& before, int limit) {
  // Of those that changed in the same millisecond some were seen already.
  const int same_time = before.at_ms > 0 ? 100 : 0;
  const auto from = before.at_ms > 0 ? std::to_string(before.at_ms) : std::string{"+inf"};
  HARK_CO_TRY(const auto reply,
              co_await command({"ZRANGE", keys::in(partition, "all"), from, "-inf", "BYSCORE", "REV", "LIMIT",
                                "0", std::to_string(limit + same_time), "WITHSCORES"}));
  std::vector<OpenTicketRef> out;
  for (std::size_t i = 0; i + 1 < reply.size() && static_cast<int>(out.size()) < limit; i += 2) {
    OpenTicketRef ref{number(reply[i + 1].view()), reply[i].text()};
    if (before.at_ms > 0 && ref.at_ms == before.at_ms && ref.id >= before.id) continue;
    out.push_back(std::move(ref));
  }
  co_return out;
}

Task<Result<std::vector<v1::Ticket>>> Store::tickets_of(std::string_view conversation_id, int limit) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  HARK_CO_TRY(const auto current,
              co_await command({"HGET", keys::in(partition, "con", conversation_id), "ticket"}));
  HARK_CO_TRY(const auto past, co_await command({"LRANGE", keys::in(partition, "past", conversation_id),
                                                 std::to_string(-limit), "-1"}));
  std::vector<std::string> ids;
  if (!current.is_nil()) ids.push_back(current.text());
  for (std::size_t i = past.size(); i > 0 && static_cast<int>(ids.size()) < limit; --i) {
    if (past[i - 1].view() != current.view()) ids.push_back(past[i - 1].text());
  }
  co_return co_await tickets(partition, std::move(ids));
}

Task<Result<std::vector<Store::OpenTicketRef>>> Store::held_by(std::uint16_t partition,
                                                               std::string agent_id) {
  HARK_CO_TRY(const auto reply, co_await command({"SMEMBERS", keys::in(partition, "held", agent_id)}));
  std::vector<OpenTicketRef> out;
  for (const auto& item : reply.items()) out.push_back({0, item.text()});
  co_return out;
}

Task<Result<std::vector<v1::QuarantinedInput>>> Store::quarantined(std::uint16_t partition, int limit) {
  HARK_CO_TRY(const auto reply, co_await command({"XREVRANGE", keys::in(partition, "qua"), "+", "-", "COUNT",
                                                  std::to_string(limit)}));
  std::vector<v1::QuarantinedInput> out;
  for (const auto& item : reply.items()) {
    const auto fields = fields_of(item[1]);
    v1::QuarantinedInput input;
    input.set_id(std::string{field(fields, "id")});
    input.set_at_ms(number(field(fields, "at")));
    input.set_channel(static_cast<v1::Channel>(number(field(fields, "h"))));
    input.set_account_id(std::string{field(fields, "u")});
    input.set_reason(std::string{field(fields, "reason")});
    input.mutable_raw()->set_id(std::string{field(fields, "raw")});
    input.mutable_raw()->set_size_bytes(number(field(fields, "size")));
    input.mutable_raw()->set_inlined(field(fields, "inlined") == "1");
    out.push_back(std::move(input));
  }
  co_return out;
}

Task<Result<std::string>> Store::blob(std::uint16_t partition, std::string_view blob_id) {
  HARK_CO_TRY(auto reply, co_await command({"GET", keys::in(partition, "blob", blob_id)}));
  if (reply.is_nil())
    co_return Error{Code::kNotFound, Reason::kBlobNotFound, "there is no blob " + std::string{blob_id}};
  co_return std::move(reply).text();
}

Task<Result<Store::ThreadInfo>> Store::thread(std::string_view thread_id) {
  HARK_CO_TRY(const auto partition, partition_of(thread_id));
  HARK_CO_TRY(const auto reply,
              co_await command({"HMGET", keys::in(partition, "thr", thread_id), "con", "last_reply"}));
  co_return ThreadInfo{reply[0].text(), reply[1].text()};
}

Task<Result<std::vector<std::int64_t>>> Store::log_ends() {
  std::vector<Task<Result<redis::Reply>>> asked;
  for (std::uint16_t p = 0; p < partitions_; ++p) asked.push_back(command({"GET", keys::in(p, "evpos")}));
  std::vector<std::int64_t> ends;
  for (auto& reply : co_await all(std::move(asked))) {
    if (!reply.ok()) co_return std::move(reply).error();
    ends.push_back(reply->number());
  }
  co_return ends;
}

Task<Result<std::int64_t>> Store::position_before(std::uint16_t partition, std::int64_t end, TimePoint time) {
  // Events of a partition are in order of time, but for clocks that disagree a little; that much is harmless.
  std::int64_t before = 0;
  std::int64_t after = end + 1;
  while (after - before > 1) {
    const auto middle = before + (after - before) / 2;
    HARK_CO_TRY(const auto found, co_await events(partition, middle - 1, 1));
    // Trimmed away, hence old.
    const bool old = found.empty() || found[0].position() > middle || found[0].at_ms() < to_ms(time);
    (old ? before : after) = middle;
  }
  co_return before;
}

Task<Result<std::vector<v1::Event>>> Store::events(std::uint16_t partition, std::int64_t position,
                                                   int limit) {
  HARK_CO_TRY(const auto reply,
              co_await command({"XRANGE", keys::in(partition, "ev"), std::to_string(position + 1) + "-0", "+",
                                "COUNT", std::to_string(limit)}));
  std::vector<v1::Event> out;
  for (const auto& item : reply.items()) out.push_back(decode_event(partition, item));
  co_return out;
}

Task<Result<std::vector<Store::Outbox>>> Store::outbox(TimePoint now, std::uint16_t partition,
                                                       const std::vector<std::string>& account_ids) {
  std::vector<std::string_view> args{account_ids.begin(), account_ids.end()};
  HARK_CO_TRY(const auto reply, co_await run(outbox_script(), partition, now, std::move(args)));
  std::vector<Outbox> out;
  for (const redis::Reply& found : reply.items()) out.push_back({found[0].number(), found[1].text()});
  co_return out;
}

}  // namespace hark::conversation
