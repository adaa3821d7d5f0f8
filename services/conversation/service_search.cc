// Looking for conversations: those that changed last first, a bounded number per call.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/core/search_text.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

/// "<time>.<id>" of the last conversation that was looked into.
Store::OpenTicketRef read_page_token(std::string_view token) {
  Store::OpenTicketRef before;
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return before;
  std::from_chars(token.data(), token.data() + dot, before.at_ms);
  before.id = token.substr(dot + 1);
  return before;
}

bool changed_later(const Store::OpenTicketRef& a, const Store::OpenTicketRef& b) {
  return std::tie(b.at_ms, b.id) < std::tie(a.at_ms, a.id);
}

bool may_look(const v1::Entry& entry, const std::string& agent_id) {
  return agent_id.empty() || entry.whisper_to().empty() || entry.whisper_to() == agent_id ||
         entry.agent_id() == agent_id;
}

/// With those who were merged into it.
struct Searched {
  v1::Conversation conversation;
  std::vector<v1::Conversation> parts;
  std::vector<v1::Entry> newest_entries;
};

/// A hit if every word is found somewhere in the conversation; it names the first place that has any of them.
std::optional<v1::SearchHit> look_into(const SearchQuery& query, Searched item, const std::string& agent_id) {
  std::vector<bool> found(query.size());
  v1::SearchHit hit;
  const auto look = [&](std::string_view text, const char* where, const std::string& entry_id) {
    const auto place = query.look_into(text, found);
    if (!place || !hit.where().empty()) return;
    hit.set_where(where);
    hit.set_entry_id(entry_id);
    hit.set_excerpt(excerpt_around(text, *place));
  };
  const auto& conversation = item.conversation;
  look(conversation.customer_name(), "name", {});
  for (const auto& known : conversation.addresses()) look(known.address(), "address", {});
  for (const auto& part : item.parts) {
    look(part.customer_name(), "name", {});
    for (const auto& known : part.addresses()) look(known.address(), "address", {});
  }
  look(conversation.ticket().subject(), "subject", {});
  for (const auto& entry : item.newest_entries) {
    if (SearchQuery::complete(found)) break;
    if (!may_look(entry, agent_id)) continue;
    const auto& content = entry.content();
    look(content.subject(), "subject", {});
    look(content.visible_text().empty() ? content.text() : content.visible_text(), "text", entry.id());
  }
  if (!SearchQuery::complete(found)) return std::nullopt;
  *hit.mutable_conversation() = std::move(item.conversation);
  return hit;
}

using ByPartition = std::map<std::uint16_t, std::vector<std::string>>;

void add(ByPartition& ids, const std::string& id) {
  const auto partition = partition_of(id);
  ids[partition.ok() ? *partition : 0].push_back(id);
}

/// By id. Parts lie in partitions of their own, and may have parts: they are read round by round.
Task<Result<std::map<std::string, Searched>>> read_with_parts(Store& store, ByPartition ids) {
  std::map<std::string, Searched> out;
  std::map<std::string, std::string> whole_of;  // by part
  for (bool parts = false; !ids.empty(); parts = true) {
    std::vector<Store::Searchable> items;
    for (auto& [partition, some] : ids) {
      HARK_CO_TRY(auto read,
                  co_await store.searchable(partition, std::move(some), kSearchedEntriesEach, parts));
      std::ranges::move(read, std::back_inserter(items));
    }
    ids.clear();
    for (auto& item : items) {
      const std::string whole = parts ? whole_of.at(item.conversation.id()) : item.conversation.id();
      for (const auto& part : item.parts)
        if (whole_of.emplace(part, whole).second) add(ids, part);
      Searched& into = out[whole];
      std::ranges::move(item.newest_entries, std::back_inserter(into.newest_entries));
      (parts ? into.parts.emplace_back() : into.conversation) = std::move(item.conversation);
    }
  }
  co_return out;
}

}  // namespace

Task<Result<std::string>> Conversations::conversation_of_address(std::string address) {
  HARK_CO_TRY(const auto normalised, normalise_address(address, settings_.default_region));
  HARK_CO_TRY(auto owner, co_await store_.address_owner(normalised));
  if (owner.empty()) co_return owner;
  HARK_CO_TRY(auto way, co_await store_.route(std::move(owner)));  // merged: found where they are now
  co_return std::move(way.conversation_id);
}

Task<Result<std::string>> Conversations::owner_if_address(std::string query) {
  const auto colon = query.find(':');
  if (colon == std::string::npos && query.find('@') != std::string::npos) query = "mailto:" + query;
  if (colon == std::string::npos && query.starts_with('+')) query = "tel:" + query;
  if (!normalise_address(query, settings_.default_region).ok()) co_return std::string{};
  co_return co_await conversation_of_address(std::move(query));
}

Task<Result<std::vector<Store::OpenTicketRef>>> Conversations::next_to_search(Store::OpenTicketRef before) {
  // A partition holds about its share of the newest; the one that held only such as go first is read on.
  const int share = std::max(2 * kSearchedPerCall / store_.partitions(), 8);
  std::map<std::uint16_t, Store::OpenTicketRef> read_on;
  for (std::uint16_t p = 0; p < store_.partitions(); ++p) read_on[p] = before;
  std::vector<Store::OpenTicketRef> refs;
  while (!read_on.empty()) {
    std::map<std::uint16_t, Store::OpenTicketRef> last;
    for (const auto& [partition, after] : read_on) {
      HARK_CO_TRY(auto some, co_await store_.newest(partition, after, share));
      if (static_cast<int>(some.size()) == share) last[partition] = some.back();
      std::ranges::move(some, std::back_inserter(refs));
    }
    std::ranges::sort(refs, changed_later);
    if (refs.size() > kSearchedPerCall) refs.resize(kSearchedPerCall);
    std::erase_if(last, [&](const auto& one) {
      return refs.size() == kSearchedPerCall && changed_later(refs.back(), one.second);
    });
    read_on = std::move(last);
  }
  co_return refs;
}

Task<Result<v1::SearchResponse>> Conversations::search(v1::SearchRequest request) {
  if (request.query().size() > kQueryBytesMax) co_return invalid("query: has at most 200 bytes");
  const SearchQuery query{request.query()};
  if (query.empty()) co_return invalid("query: has no word to look for");
  v1::SearchResponse response;
  std::string direct;
  if (request.page_token().empty()) {
    HARK_CO_TRY(direct, co_await owner_if_address(request.query()));
  }
  HARK_CO_TRY(const auto refs, co_await next_to_search(read_page_token(request.page_token())));

  // Read by partition, shown by time.
  ByPartition ids;
  for (const auto& ref : refs) add(ids, ref.id);
  if (!direct.empty() && std::ranges::find(refs, direct, &Store::OpenTicketRef::id) == refs.end())
    add(ids, direct);
  HARK_CO_TRY(auto searched, co_await read_with_parts(store_, std::move(ids)));
  std::vector<v1::SearchHit> hits;
  for (auto& [id, item] : searched) {
    if (auto hit = look_into(query, std::move(item), request.as_agent_id())) hits.push_back(*std::move(hit));
  }
  std::ranges::sort(hits, [&](const auto& a, const auto& b) {
    const auto rank = [&](const v1::SearchHit& hit) {
      const auto& conversation = hit.conversation();
      return std::tuple{conversation.id() == direct ? 0 : 1, -conversation.updated_at_ms(),
                        conversation.id()};
    };
    return rank(a) < rank(b);
  });
  const bool cut = hits.size() > kHitsMax;
  if (cut) hits.resize(kHitsMax);
  for (auto& hit : hits) *response.add_hits() = std::move(hit);
  if (refs.size() == kSearchedPerCall || cut) {
    // On from the last that is shown, if more were found; else from the last that was looked into.
    const auto& shown =
        cut ? response.hits(kHitsMax - 1).conversation() : v1::Conversation::default_instance();
    const auto at = cut ? shown.updated_at_ms() : refs.back().at_ms;
    const auto& id = cut ? shown.id() : refs.back().id;
    response.set_next_page_token(std::to_string(at) + "." + id);
    response.set_searched_back_to_ms(at);
  }
  co_return response;
}

Task<Result<v1::ListTicketsResponse>> Conversations::list_tickets(v1::ListTicketsRequest request) {
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.conversation_id()));
  HARK_CO_TRY_VOID(co_await store_.conversation(request.conversation_id()));
  HARK_CO_TRY(auto tickets, co_await store_.tickets_of(request.conversation_id(), kTicketsListedMax));
  v1::ListTicketsResponse response;
  for (auto& ticket : tickets) *response.add_tickets() = std::move(ticket);
  co_return response;
}

}  // namespace hark::conversation
