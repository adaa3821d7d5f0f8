// The reading half of Store.
#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

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

Task<Result<v1::Conversation>> Store::conversation(std::string_view conversation_id) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  HARK_CO_TRY(const auto con, co_await command({"HMGET", keys::in(partition, "con", conversation_id), "seq",
                                                "name", "ticket", "updated"}));
  if (con[0].is_nil()) co_return no_conversation(conversation_id);
  v1::Conversation out;
  out.set_id(std::string{conversation_id});
  out.set_last_sequence(con[0].number());
  out.set_customer_name(con[1].text());
  out.set_updated_at_ms(con[3].number());
  HARK_CO_TRY(const auto addresses,
              co_await command({"HGETALL", keys::in(partition, "adr", conversation_id)}));
  for (std::size_t i = 0; i + 1 < addresses.size(); i += 2) {
    auto* address = out.add_addresses();
    address->set_address(addresses[i].text());
    address->set_verified(addresses[i + 1].view() == "1");
  }
  HARK_CO_TRY(const auto owed, co_await command({"HKEYS", keys::in(partition, "obl", conversation_id)}));
  for (const auto& entry : owed.items()) out.add_open_obligations(entry.text());
  if (!con[2].is_nil()) {
    auto found = co_await ticket(con[2].view());
    if (!found.ok()) co_return std::move(found).error();
    *out.mutable_ticket() = *std::move(found);
  }
  co_return out;
}

Task<Result<std::string>> Store::address_owner(std::string_view address) {
  HARK_CO_TRY(auto owner, co_await command({"GET", keys::address(address)}));
  co_return std::move(owner).text();
}

Task<Result<std::vector<v1::PossibleMatch>>> Store::possible_matches(std::string_view conversation_id) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  HARK_CO_TRY(const auto found, co_await command({"HGETALL", keys::in(partition, "mat", conversation_id)}));
  std::vector<v1::PossibleMatch> out;
  for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
    v1::PossibleMatch match;
    match.set_address(found[i].text());
    match.set_why(found[i + 1].text());
    HARK_CO_TRY(*match.mutable_conversation_id(), co_await address_owner(match.address()));
    if (match.conversation_id() != conversation_id) out.push_back(std::move(match));
  }
  co_return out;
}

Task<Result<Store::EntryPlace>> Store::locate_entry(std::string_view entry_id) {
  HARK_CO_TRY(const auto partition, partition_of(entry_id));
  HARK_CO_TRY(const auto reply, co_await command({"GET", keys::in(partition, "ent", entry_id)}));
  const auto text = reply.view();
  const auto space = text.find(' ');
  if (space == std::string_view::npos) {
    co_return Error{Code::kNotFound, Reason::kEntryNotFound, "there is no entry " + std::string{entry_id}};
  }
  co_return EntryPlace{std::string{text.substr(0, space)}, number(text.substr(space + 1))};
}

Task<Result<v1::Entry>> Store::entry(std::string_view entry_id) {
  HARK_CO_TRY(const auto place, co_await locate_entry(entry_id));
  v1::ListTimelineRequest request;
  request.set_conversation_id(place.conversation_id);
  request.set_after_sequence(place.sequence - 1);
  request.set_limit(1);
  HARK_CO_TRY(auto page, co_await timeline(request));
  if (page.entries_size() != 1) {
    co_return Error{Code::kNotFound, Reason::kEntryNotFound,
                    "entry " + std::string{entry_id} + " is not on its timeline"};
  }
  co_return std::move(*page.mutable_entries(0));
}

Task<Result<v1::ListTimelineResponse>> Store::timeline(const v1::ListTimelineRequest& request) {
  const auto& id = request.conversation_id();
  HARK_CO_TRY(const auto partition, partition_of(id));
  HARK_CO_TRY(const auto last, co_await command({"HGET", keys::in(partition, "con", id), "seq"}));
  if (last.is_nil()) co_return no_conversation(id);
  const auto limit = std::to_string(request.limit() == 0 ? 100 : request.limit());
  const auto from = std::to_string(request.after_sequence() + 1) + "-0";
  const auto to =
      request.before_sequence() > 0 ? std::to_string(request.before_sequence() - 1) + "-0" : std::string{"+"};
  const auto key = keys::in(partition, "tl", id);
  auto items = request.newest() ? co_await command({"XREVRANGE", key, to, from, "COUNT", limit})
                                : co_await command({"XRANGE", key, from, to, "COUNT", limit});
  if (!items.ok()) co_return std::move(items).error();

  v1::ListTimelineResponse out;
  out.set_last_sequence(last.number());
  std::vector<std::string> fold_command{"HMGET", keys::in(partition, "fold", id)};
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto& item = (*items)[request.newest() ? items->size() - 1 - i : i];
    *out.add_entries() = decode_entry(id, item);
    const auto& entry_id = out.entries(out.entries_size() - 1).id();
    fold_command.insert(fold_command.end(), {entry_id + ":d", entry_id + ":o", entry_id + ":also"});
  }
  if (out.entries_size() == 0) co_return out;
  HARK_CO_TRY(const auto later, co_await command(std::move(fold_command)));
  for (int i = 0; i < out.entries_size(); ++i) {
    fold(*out.mutable_entries(i), later[3 * i], later[3 * i + 1], later[3 * i + 2]);
  }
  co_return out;
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

Task<Result<std::vector<std::string>>> Store::held_by(std::uint16_t partition, std::string_view agent_id) {
  HARK_CO_TRY(const auto reply, co_await command({"SMEMBERS", keys::in(partition, "held", agent_id)}));
  std::vector<std::string> out;
  for (const auto& item : reply.items()) out.push_back(item.text());
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
  std::vector<std::int64_t> ends;
  for (std::uint16_t p = 0; p < partitions_; ++p) {
    HARK_CO_TRY(const auto reply, co_await command({"GET", keys::in(p, "evpos")}));
    ends.push_back(reply.number());
  }
  co_return ends;
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

}  // namespace hark::conversation
