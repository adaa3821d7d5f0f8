// One timeline for readers, out of the streams that hold it. A conversation that nothing was merged into is
// one stream, and its sequences are the stream's. After a merge the view lists for each sequence which stream
// has it; what was appended since is the conversation's own again. Readers never see the difference.
#include <algorithm>
#include <array>
#include <map>

#include "base/core/ids.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

constexpr int kRedirectsMax = 32;  // merges of merges; a longer chain is answered with CONVERSATION_MOVED

const redis::Script& entries_script() {
  static const auto s = script("entries", scripts::entries_lua);
  return s;
}

Error no_conversation(std::string_view id) {
  return {Code::kNotFound, Reason::kConversationNotFound, "there is no conversation " + std::string{id}};
}

Error no_entry(std::string_view id) {
  return {Code::kNotFound, Reason::kEntryNotFound, "there is no entry " + std::string{id}};
}

/// "<conversation> <seq>"; of an entry that went back: nothing.
Store::Position position_at(std::int64_t sequence, std::string_view place) {
  const auto space = place.find(' ');
  if (space == std::string_view::npos) return {sequence, {}, 0};
  return {sequence, std::string{place.substr(0, space)}, number(place.substr(space + 1))};
}

}  // namespace

Task<Result<Store::Head>> Store::head(std::string_view conversation_id) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  HARK_CO_TRY(const auto con,
              co_await command({"HMGET", keys::in(partition, "con", conversation_id), "seq", "view", "moved",
                                "parts", "carried", "unmerged_by", "unmerged_from"}));
  if (con[0].is_nil()) co_return no_conversation(conversation_id);
  co_return Head{con[0].number(), con[1].number(), con[2].text(), words_of(con[3].view()),
                 con[4].text(),   con[5].text(),   con[6].text()};
}

Task<Result<Store::Route>> Store::route(std::string_view conversation_id) {
  Route out{std::string{conversation_id}, {}};
  for (int redirects = 0; redirects < kRedirectsMax; ++redirects) {
    HARK_CO_TRY(const auto partition, partition_of(out.conversation_id));
    HARK_CO_TRY(const auto moved,
                co_await command({"HGET", keys::in(partition, "con", out.conversation_id), "moved"}));
    if (moved.is_nil()) co_return out;
    out.via = std::exchange(out.conversation_id, moved.text());
  }
  co_return Error{Code::kAborted, Reason::kConversationMoved,
                  std::string{conversation_id} + " is behind too many merges"};
}

Task<Result<std::vector<std::string>>> Store::parts_of(std::string conversation_id) {
  std::vector<std::string> out;
  HARK_CO_TRY(const auto own, co_await head(conversation_id));
  for (const auto& part : own.parts) {
    out.push_back(part);
    HARK_CO_TRY(auto more, co_await parts_of(part));
    std::ranges::move(more, std::back_inserter(out));
  }
  co_return out;
}

Task<Result<std::string>> Store::thread_in_parts(std::string conversation_id,
                                                 std::vector<std::string> references) {
  HARK_CO_TRY(const auto parts, co_await parts_of(conversation_id));
  std::size_t nearest = references.size();
  std::string thread;
  for (const auto& part : parts) {
    std::vector<std::string> get{"HMGET", keys::in(place(part), "refs", part)};
    get.insert(get.end(), references.begin(), references.end());
    HARK_CO_TRY(const auto hits, co_await command(std::move(get)));
    for (std::size_t i = 0; i < nearest; ++i) {
      if (hits[i].is_nil()) continue;
      nearest = i;
      thread = hits[i].text();
    }
  }
  co_return thread;
}

Task<Result<std::vector<Store::Position>>> Store::positions(std::string conversation_id, Head head,
                                                            std::int64_t from, std::int64_t to,
                                                            std::int64_t most, bool newest) {
  std::vector<Position> out;
  const auto wanted = [&] { return most - static_cast<std::int64_t>(out.size()); };
  const auto list = keys::in(place(conversation_id), "view", conversation_id);
  from = std::max<std::int64_t>(from, 1);
  to = std::min(to, head.last);
  while (from <= to && wanted() > 0) {
    // The next stretch, at the end that is read from, on one side of where the view ends.
    const bool own = (newest ? to : from) > head.view;
    const auto low =
        newest ? std::max({from, to - wanted() + 1, own ? head.view + 1 : std::int64_t{1}}) : from;
    const auto high = newest ? to : std::min({to, from + wanted() - 1, own ? to : head.view});
    redis::Reply places;
    if (!own) {
      HARK_CO_TRY(places,
                  co_await command({"LRANGE", list, std::to_string(low - 1), std::to_string(high - 1)}));
    }
    std::vector<Position> stretch;
    for (auto sequence = low; sequence <= high; ++sequence) {
      auto position = own ? Position{sequence, conversation_id, sequence}
                          : position_at(sequence, places[static_cast<std::size_t>(sequence - low)].view());
      if (!position.conversation_id.empty()) stretch.push_back(std::move(position));
    }
    out.insert(newest ? out.begin() : out.end(), stretch.begin(), stretch.end());
    (newest ? to : from) = newest ? low - 1 : high + 1;
  }
  co_return out;
}

Task<Result<std::vector<Store::Item>>> Store::items(std::string live, std::vector<Position> positions) {
  std::map<std::string, std::vector<std::size_t>> by_stream;
  for (std::size_t i = 0; i < positions.size(); ++i) by_stream[positions[i].conversation_id].push_back(i);
  std::vector<Item> out(positions.size());
  for (const auto& [stream, wanted] : by_stream) {
    const auto first = positions[wanted.front()].native;
    const auto last = positions[wanted.back()].native;
    std::vector<std::string> natives{stream};
    for (const auto i : wanted) natives.push_back(std::to_string(positions[i].native));
    const bool side_by_side = last - first + 1 == static_cast<std::int64_t>(wanted.size());
    const auto found =
        side_by_side
            ? co_await command({"XRANGE", keys::in(place(stream), "tl", stream), std::to_string(first) + "-0",
                                std::to_string(last) + "-0"})
            : co_await run(entries_script(), place(stream), TimePoint{}, {natives.begin(), natives.end()});
    if (!found.ok()) co_return found.error();
    std::size_t at = 0;
    for (const auto i : wanted) {
      const auto& raw = (*found)[at];
      if (position_of(raw[0].view()) != positions[i].native) continue;  // gone: the audit tells
      ++at;
      auto& item = out[i];
      item.entry = decode_entry(live, raw);
      item.entry.set_sequence(positions[i].sequence);
      if (stream != live && item.entry.customer_id().empty()) item.entry.set_customer_id(stream);
      if (item.entry.customer_id() == live) item.entry.clear_customer_id();
      item.position = positions[i];
      item.born_in = std::string{field(fields_of(raw[1]), "b")};
      if (item.born_in.empty()) item.born_in = stream;
    }
  }
  std::erase_if(out, [](const Item& item) { return item.entry.id().empty(); });
  co_return out;
}

/// Delivery is told where the entry was stored first; whether it is answered, by the outermost conversation
/// that knows.
Task<Result<std::vector<v1::Entry>>> Store::folded(std::string live, std::vector<Item> items) {
  std::map<std::string, std::vector<std::string>> chains;  // stream -> conversations from `live` inwards
  chains[live] = {live};
  std::map<std::string, std::vector<std::size_t>> told_in;
  std::vector<std::vector<std::string>> knows(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& stream = items[i].position.conversation_id;
    auto& chain = chains[stream];
    for (auto at = stream; chain.empty() || chain.front() != live;) {
      chain.insert(chain.begin(), at);
      if (at == live) break;
      HARK_CO_TRY(const auto outer, co_await head(at));
      if (outer.moved_to.empty()) break;  // taken out meanwhile
      at = outer.moved_to;
    }
    knows[i] = chain;
    if (items[i].born_in != stream) knows[i].push_back(items[i].born_in);
    for (const auto& conversation : knows[i]) told_in[conversation].push_back(i);
  }
  std::vector<std::map<std::string, std::array<redis::Reply, 5>, std::less<>>> told(items.size());
  for (const auto& [conversation, entries] : told_in) {
    std::vector<std::string> get{"HMGET", keys::in(place(conversation), "fold", conversation)};
    for (const auto i : entries) {
      const auto& id = items[i].entry.id();
      get.insert(get.end(), {id + ":d", id + ":o", id + ":also", id + ":w", id + ":c"});
    }
    HARK_CO_TRY(auto later, co_await command(std::move(get)));
    for (std::size_t n = 0; n < entries.size(); ++n) {
      told[entries[n]][conversation] = {later[5 * n], later[5 * n + 1], later[5 * n + 2], later[5 * n + 3],
                                        later[5 * n + 4]};
    }
  }
  std::vector<v1::Entry> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    redis::Reply obligation, call;
    for (const auto& conversation : knows[i]) {
      if (obligation.is_nil()) obligation = told[i][conversation][1];
      if (call.is_nil()) call = told[i][conversation][4];
    }
    const auto& birth = told[i][items[i].born_in];
    fold(items[i].entry, birth[0], obligation, birth[2], birth[3], call);
    out.push_back(std::move(items[i].entry));
  }
  co_return out;
}

Task<Result<v1::ListTimelineResponse>> Store::timeline(const v1::ListTimelineRequest& request) {
  auto id = request.conversation_id();
  HARK_CO_TRY(auto at, co_await head(id));
  if (!at.moved_to.empty()) {
    HARK_CO_TRY(const auto way, co_await route(id));
    id = way.conversation_id;
    HARK_CO_TRY(at, co_await head(id));
  }
  v1::ListTimelineResponse out;
  out.set_last_sequence(at.last);
  const auto to = request.before_sequence() > 0 ? request.before_sequence() - 1 : at.last;
  const auto most = request.limit() == 0 ? 100 : request.limit();
  HARK_CO_TRY(auto where,
              co_await positions(id, at, request.after_sequence() + 1, to, most, request.newest()));
  HARK_CO_TRY(auto found, co_await items(id, std::move(where)));
  HARK_CO_TRY(auto entries, co_await folded(id, std::move(found)));
  for (auto& entry : entries) *out.add_entries() = std::move(entry);
  co_return out;
}

Task<Result<std::string>> Store::conversation_of_entry(std::string_view entry_id) {
  HARK_CO_TRY(const auto partition, partition_of(entry_id));
  HARK_CO_TRY(const auto reply, co_await command({"GET", keys::in(partition, "ent", entry_id)}));
  const auto at = position_at(0, reply.view());
  if (at.conversation_id.empty()) co_return no_entry(entry_id);
  co_return at.conversation_id;
}

Task<Result<v1::Entry>> Store::entry(std::string_view entry_id) {
  HARK_CO_TRY(const auto partition, partition_of(entry_id));
  HARK_CO_TRY(const auto reply, co_await command({"GET", keys::in(partition, "ent", entry_id)}));
  auto at = position_at(0, reply.view());
  if (at.conversation_id.empty()) co_return no_entry(entry_id);
  auto live = at.conversation_id;
  HARK_CO_TRY(auto owner, co_await head(live));
  if (!owner.moved_to.empty()) {
    HARK_CO_TRY(const auto way, co_await route(live));
    live = way.conversation_id;
    HARK_CO_TRY(owner, co_await head(live));
  }
  at.sequence = at.native;
  if (at.conversation_id != live || at.native <= owner.view) {
    HARK_CO_TRY(const auto index,
                co_await command({"LPOS", keys::in(place(live), "view", live), reply.text()}));
    if (index.is_nil()) co_return no_entry(entry_id);
    at.sequence = index.number() + 1;
  }
  HARK_CO_TRY(auto found, co_await items(live, {std::move(at)}));
  HARK_CO_TRY(auto entries, co_await folded(live, std::move(found)));
  if (entries.size() != 1) {
    co_return Error{Code::kNotFound, Reason::kEntryNotFound,
                    "entry " + std::string{entry_id} + " is not on its timeline"};
  }
  co_return std::move(entries.front());
}

}  // namespace hark::conversation
