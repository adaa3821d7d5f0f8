#include "console/testing/fakes.h"

#include <algorithm>
#include <utility>

namespace hark::console::testing {

Status FakeConversations::may() {
  if (!refusal) return {};
  return *std::exchange(refusal, std::nullopt);
}

Task<Result<v1::ReplyResponse>> FakeConversations::reply(v1::ReplyRequest request) {
  *commands.emplace_back().mutable_reply() = request;
  HARK_CO_TRY_VOID(may());
  v1::ReplyResponse response;
  response.mutable_entry()->set_id("ent_reply");
  if (!stored.empty()) response.mutable_entry()->set_conversation_id(stored.begin()->first);
  response.mutable_entry()->set_kind(v1::ENTRY_KIND_REPLY);
  co_return response;
}

Task<Result<v1::StartResponse>> FakeConversations::start(v1::StartRequest request) {
  *commands.emplace_back().mutable_start() = request;
  HARK_CO_TRY_VOID(may());
  v1::StartResponse response;
  response.mutable_entry()->set_id("ent_started");
  response.mutable_entry()->set_kind(v1::ENTRY_KIND_STARTED);
  co_return response;
}

Task<Result<v1::AddNoteResponse>> FakeConversations::add_note(v1::AddNoteRequest request) {
  *commands.emplace_back().mutable_add_note() = request;
  HARK_CO_TRY_VOID(may());
  auto& note = add_inbound(request.conversation_id(), request.text());
  note.set_kind(v1::ENTRY_KIND_NOTE);
  note.set_agent_id(request.agent_id());
  note.set_whisper_to(request.whisper_to());
  *note.mutable_mentions() = request.mentions();
  v1::AddNoteResponse response;
  *response.mutable_entry() = note;
  co_return response;
}

Task<Result<v1::ResolveResponse>> FakeConversations::resolve(v1::ResolveRequest request) {
  *commands.emplace_back().mutable_resolve() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::ResolveResponse{};
}

Task<Result<v1::ReopenResponse>> FakeConversations::reopen(v1::ReopenRequest request) {
  *commands.emplace_back().mutable_reopen() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::ReopenResponse{};
}

Task<Result<v1::WithdrawCallbackResponse>> FakeConversations::withdraw_callback(
    v1::WithdrawCallbackRequest request) {
  *commands.emplace_back().mutable_withdraw_callback() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::WithdrawCallbackResponse{};
}

Task<Result<v1::WaiveObligationResponse>> FakeConversations::waive_obligation(
    v1::WaiveObligationRequest request) {
  *commands.emplace_back().mutable_waive_obligation() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::WaiveObligationResponse{};
}

Task<Result<v1::ReleaseTicketResponse>> FakeConversations::release(v1::ReleaseTicketRequest request) {
  *commands.emplace_back().mutable_release() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::ReleaseTicketResponse{};
}

Task<Result<v1::SetPreferredAgentsResponse>> FakeConversations::set_preferred_agents(
    v1::SetPreferredAgentsRequest request) {
  *commands.emplace_back().mutable_set_preferred_agents() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::SetPreferredAgentsResponse{};
}

Task<Result<v1::MergeResponse>> FakeConversations::merge(v1::MergeRequest request) {
  *commands.emplace_back().mutable_merge() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::MergeResponse{};
}

Task<Result<v1::UnmergeResponse>> FakeConversations::unmerge(v1::UnmergeRequest request) {
  *commands.emplace_back().mutable_unmerge() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::UnmergeResponse{};
}

Task<Result<v1::GetConversationResponse>> FakeConversations::get_conversation(
    v1::GetConversationRequest request) {
  HARK_CO_TRY_VOID(may());
  const auto found = stored.find(request.id());
  if (found == stored.end()) {
    co_return Error{Code::kNotFound, Reason::kConversationNotFound, "no conversation " + request.id()};
  }
  v1::GetConversationResponse response;
  *response.mutable_conversation() = found->second.conversation;
  if (hold_reads) co_await hold_reads->wait();
  co_return response;
}

Task<Result<v1::ListTimelineResponse>> FakeConversations::list_timeline(v1::ListTimelineRequest request) {
  timeline_reads.push_back(request);
  v1::ListTimelineResponse response;
  std::vector<v1::Entry> found;
  for (const auto& entry : stored.at(request.conversation_id()).entries) {
    if (entry.sequence() <= request.after_sequence()) continue;
    if (request.before_sequence() > 0 && entry.sequence() >= request.before_sequence()) continue;
    found.push_back(entry);
  }
  const auto limit = static_cast<std::size_t>(request.limit() > 0 ? request.limit() : 100);
  if (found.size() > limit) {
    if (request.newest()) {
      found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
    } else {
      found.resize(limit);
    }
  }
  for (auto& entry : found) *response.add_entries() = std::move(entry);
  co_return response;
}

Task<Result<v1::ListConversationsResponse>> FakeConversations::list_conversations(
    v1::ListConversationsRequest request) {
  v1::ListConversationsResponse response;
  for (const auto& [id, item] : stored) {
    const auto& ticket = item.conversation.ticket();
    if (!request.agent_id().empty() && ticket.agent_id() != request.agent_id()) continue;
    if (!request.all() && ticket.state() == v1::TICKET_STATE_RESOLVED) continue;
    *response.add_conversations() = item.conversation;
  }
  co_return response;
}

Task<Result<v1::ListQuarantineResponse>> FakeConversations::list_quarantine(v1::ListQuarantineRequest) {
  v1::ListQuarantineResponse response;
  for (const auto& item : quarantine) *response.add_items() = item;
  co_return response;
}

Task<Result<v1::ListSendingRulesResponse>> FakeConversations::list_sending_rules(
    v1::ListSendingRulesRequest) {
  co_return sending_rules;
}

Task<Result<v1::ListTicketsResponse>> FakeConversations::list_tickets(v1::ListTicketsRequest request) {
  v1::ListTicketsResponse response;
  *response.add_tickets() = stored[request.conversation_id()].conversation.ticket();
  co_return response;
}

Task<Result<v1::SearchResponse>> FakeConversations::search(v1::SearchRequest request) {
  searches.push_back(request);
  v1::SearchResponse response;
  response.add_hits()->set_where("name");
  response.set_next_page_token("more");
  co_return response;
}

v1::Entry& FakeConversations::add_inbound(const std::string& conversation_id, const std::string& text) {
  auto& item = stored[conversation_id];
  auto& entry = item.entries.emplace_back();
  const auto sequence = static_cast<std::int64_t>(item.entries.size());
  entry.set_id("ent_" + std::to_string(sequence));
  entry.set_conversation_id(conversation_id);
  entry.set_sequence(sequence);
  entry.set_kind(v1::ENTRY_KIND_INBOUND);
  entry.set_channel(v1::CHANNEL_EMAIL);
  entry.set_obligation(v1::OBLIGATION_STATE_OPEN);
  entry.mutable_content()->set_text(text);
  item.conversation.set_last_sequence(sequence);
  item.conversation.add_open_obligations(entry.id());
  return entry;
}

}  // namespace hark::console::testing
