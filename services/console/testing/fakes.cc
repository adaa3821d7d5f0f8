#include "console/testing/fakes.h"

#include <algorithm>
#include <utility>

namespace hark::console::testing {

Task<Result<v1::SignInResponse>> FakeRouting::sign_in(v1::SignInRequest request) {
  const auto found = agents.find(request.agent_id());
  if (found == agents.end()) co_return Error{Code::kNotFound, Reason::kAgentNotFound, "no such agent"};
  if (request.password() != kPassword)
    co_return Error{Code::kUnauthenticated, Reason::kUnauthenticated, "wrong password"};
  v1::SignInResponse response;
  *response.mutable_agent() = found->second;
  co_return response;
}

Task<Result<v1::ListAgentsResponse>> FakeRouting::list_agents(v1::ListAgentsRequest) {
  v1::ListAgentsResponse response;
  for (const auto& [id, agent] : agents) *response.add_agents() = agent;
  co_return response;
}

Task<Result<v1::AcceptOfferResponse>> FakeRouting::accept_offer(v1::AcceptOfferRequest request) {
  log.push_back("accept " + request.offer_id() + " by " + request.agent_id());
  const auto found = offers.find(request.offer_id());
  if (found == offers.end())
    co_return Error{Code::kFailedPrecondition, Reason::kOfferExpired, "the offer has run out"};
  v1::AcceptOfferResponse response;
  *response.mutable_offer() = found->second;
  response.set_assignment_token(7);
  co_return response;
}

Task<Result<v1::DeclineOfferResponse>> FakeRouting::decline_offer(v1::DeclineOfferRequest request) {
  log.push_back("decline " + request.offer_id() + " by " + request.agent_id() + ": " + request.reason());
  co_return v1::DeclineOfferResponse{};
}

Task<Result<v1::SetPresenceResponse>> FakeRouting::set_presence(v1::SetPresenceRequest request) {
  log.push_back("presence " + v1::Presence_Name(request.presence()) + " of " + request.agent_id());
  co_return v1::SetPresenceResponse{};
}

std::shared_ptr<AgentStream> FakeRouting::agent_session(v1::AgentSessionRequest::Hello hello) {
  auto stream = std::make_shared<FakeAgentStream>(executor_, hello);
  v1::AgentSessionResponse state;
  if (state_of) {
    state = state_of(hello.agent_id());
  } else {
    *state.mutable_agent() = agents[hello.agent_id()];
  }
  stream->queue.push(std::move(state));
  streams.push_back(stream);
  return stream;
}

Status FakeConversations::may() {
  if (!refusal) return {};
  return *std::exchange(refusal, std::nullopt);
}

Task<Result<v1::ReplyResponse>> FakeConversations::reply(v1::ReplyRequest request) {
  *commands.emplace_back().mutable_reply() = request;
  HARK_CO_TRY_VOID(may());
  v1::ReplyResponse response;
  response.mutable_entry()->set_id("ent_reply");
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
  co_return v1::AddNoteResponse{};
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

Task<Result<v1::WaiveObligationResponse>> FakeConversations::waive_obligation(
    v1::WaiveObligationRequest request) {
  *commands.emplace_back().mutable_waive_obligation() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::WaiveObligationResponse{};
}

Task<Result<v1::TransferResponse>> FakeConversations::transfer(v1::TransferRequest request) {
  *commands.emplace_back().mutable_transfer() = request;
  HARK_CO_TRY_VOID(may());
  co_return v1::TransferResponse{};
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

std::shared_ptr<EventStream> FakeEvents::subscribe(v1::SubscribeRequest) {
  auto stream = std::make_shared<FakeEventStream>(executor_);
  v1::SubscribeResponse caught_up;
  caught_up.set_caught_up(true);
  stream->queue.push(std::move(caught_up));
  streams.push_back(stream);
  return stream;
}

void FakeEvents::push(v1::Event event) {
  v1::SubscribeResponse batch;
  *batch.add_events() = std::move(event);
  streams.back()->queue.push(std::move(batch));
}

namespace {

class FakeBlobStream final : public BlobStream {
 public:
  FakeBlobStream(std::vector<std::string> pieces, std::optional<Error> error)
      : pieces_{std::move(pieces)}, error_{std::move(error)} {}
  Task<Result<std::string>> read() override {
    if (at_ < pieces_.size()) co_return pieces_[at_++];
    if (error_) co_return *error_;
    co_return std::string{};
  }

 private:
  std::vector<std::string> pieces_;
  std::optional<Error> error_;
  std::size_t at_ = 0;
};

}  // namespace

std::shared_ptr<BlobStream> FakeBlobs::get_blob(v1::GetBlobRequest request) {
  asked.push_back(request);
  const auto found = pieces.find(request.blob().id());
  if (found != pieces.end()) return std::make_shared<FakeBlobStream>(found->second, fails_after);
  return std::make_shared<FakeBlobStream>(std::vector<std::string>{},
                                          Error{Code::kNotFound, Reason::kBlobNotFound, "no such blob"});
}

void FakeWorld::add_agent(const std::string& id) {
  auto& agent = routing.agents[id];
  agent.set_id(id);
  agent.set_name(std::string{static_cast<char>(id[0] - 'a' + 'A')} + id.substr(1));
  agent.set_presence(v1::PRESENCE_AWAY);
}

FakeConversations::Stored& FakeWorld::add_conversation(const std::string& id, const std::string& agent_id) {
  conversations.add_inbound(id, "hello");
  auto& item = conversations.stored[id];
  item.conversation.set_id(id);
  auto& ticket = *item.conversation.mutable_ticket();
  ticket.set_id("tic_1");
  ticket.set_conversation_id(id);
  ticket.set_state(agent_id.empty() ? v1::TICKET_STATE_QUEUED : v1::TICKET_STATE_ASSIGNED);
  ticket.set_agent_id(agent_id);
  return item;
}

v1::Event FakeWorld::event(v1::EventType type, const std::string& conversation_id, std::int64_t sequence) {
  v1::Event event;
  event.set_type(type);
  event.set_conversation_id(conversation_id);
  event.set_sequence(sequence);
  if (sequence > 0) event.set_entry_id("ent_" + std::to_string(sequence));
  return event;
}

std::string conversation_id(char last) { return "con_" + std::string(25, '0') + last; }

}  // namespace hark::console::testing
