// What can be asked of conversations.
#include <algorithm>
#include <charconv>

#include "base/async/all.h"
#include "base/core/invalid.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

Result<int> page_size(int asked) {
  if (asked < 0 || asked > 500) return invalid("limit: must be 1 to 500, or 0 for 100");
  return asked == 0 ? 100 : asked;
}

/// "<time>.<id>" of the last item of a page.
Store::OpenTicketRef read_page_token(std::string_view token) {
  Store::OpenTicketRef after;
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return after;
  std::from_chars(token.data(), token.data() + dot, after.at_ms);
  after.id = token.substr(dot + 1);
  return after;
}

}  // namespace

Task<Result<v1::GetConversationResponse>> Conversations::get_conversation(
    v1::GetConversationRequest request) {
  std::string id = request.id();
  if (id.starts_with(prefix_of(IdKind::kTicket))) {
    HARK_CO_TRY(const auto ticket, co_await store_.ticket(id));
    id = ticket.conversation_id();
  } else if (id.starts_with(prefix_of(IdKind::kEntry))) {
    HARK_CO_TRY(id, co_await store_.conversation_of_entry(id));
  }
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, id));
  HARK_CO_TRY(auto conversation, co_await store_.conversation(id));
  HARK_CO_TRY_VOID(co_await store_.add_possible_matches(conversation));
  v1::GetConversationResponse response;
  *response.mutable_conversation() = std::move(conversation);
  co_return response;
}

Task<Result<v1::ListTimelineResponse>> Conversations::list_timeline(v1::ListTimelineRequest request) {
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.conversation_id()));
  HARK_CO_TRY(const auto limit, page_size(request.limit()));
  if (request.after_sequence() < 0 || request.before_sequence() < 0)
    co_return invalid("after_sequence: must not be negative");
  request.set_limit(limit);
  co_return co_await store_.timeline(request);
}

Task<Result<v1::ListConversationsResponse>> Conversations::list_conversations(
    v1::ListConversationsRequest request) {
  HARK_CO_TRY(const auto limit, page_size(request.limit()));
  const auto after = read_page_token(request.page_token());
  std::vector<Task<Result<std::vector<Store::OpenTicketRef>>>> asked;
  for (std::uint16_t p = 0; p < store_.partitions(); ++p) {
    asked.push_back(request.agent_id().empty() ? store_.index(p, request.all(), after, limit)
                                               : store_.held_by(p, request.agent_id()));
  }
  std::vector<Store::OpenTicketRef> found;
  for (auto& some : co_await all(std::move(asked))) {
    if (!some.ok()) co_return std::move(some).error();
    std::ranges::move(*some, std::back_inserter(found));
  }
  std::ranges::sort(
      found, [](const auto& a, const auto& b) { return std::tie(a.at_ms, a.id) < std::tie(b.at_ms, b.id); });
  v1::ListConversationsResponse response;
  if (request.agent_id().empty() && found.size() > static_cast<std::size_t>(limit)) {
    found.resize(static_cast<std::size_t>(limit));
    response.set_next_page_token(std::to_string(found.back().at_ms) + "." + found.back().id);
  }
  std::vector<Task<Result<v1::GetConversationResponse>>> read;
  for (const auto& ref : found) {
    v1::GetConversationRequest one;
    one.set_id(ref.id);
    read.push_back(get_conversation(std::move(one)));
  }
  for (auto& conversation : co_await all(std::move(read))) {
    // Resolved or merged between the index and now: no longer part of the list.
    if (!conversation.ok() && conversation.error().code == Code::kNotFound) continue;
    if (!conversation.ok()) co_return std::move(conversation).error();
    *response.add_conversations() = std::move(*conversation->mutable_conversation());
  }
  co_return response;
}

Task<Result<v1::ListQuarantineResponse>> Conversations::list_quarantine(v1::ListQuarantineRequest request) {
  HARK_CO_TRY(const auto limit, page_size(request.limit()));
  std::vector<v1::QuarantinedInput> found;
  for (std::uint16_t p = 0; p < store_.partitions(); ++p) {
    HARK_CO_TRY(auto some, co_await store_.quarantined(p, limit));
    std::ranges::move(some, std::back_inserter(found));
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) { return a.id() > b.id(); });
  v1::ListQuarantineResponse response;
  for (auto& item : found) {
    if (response.items_size() == limit) break;
    *response.add_items() = std::move(item);
  }
  co_return response;
}

}  // namespace hark::conversation
