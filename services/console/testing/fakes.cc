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
  auto channels = std::string{};
  for (const int channel : request.channels())
    channels += " " + v1::Channel_Name(static_cast<v1::Channel>(channel));
  log.push_back("presence " + v1::Presence_Name(request.presence()) + " of " + request.agent_id() + channels);
  co_return v1::SetPresenceResponse{};
}

Task<Result<v1::BeginWrapUpResponse>> FakeRouting::begin_wrap_up(v1::BeginWrapUpRequest request) {
  log.push_back("wrap-up of " + request.agent_id() + " begins");
  co_return v1::BeginWrapUpResponse{};
}

Task<Result<v1::PutOnHoldResponse>> FakeRouting::put_on_hold(v1::PutOnHoldRequest request) {
  log.push_back(request.ticket_id() + " on hold (" + request.state() + ") by " + request.agent_id() +
                (request.by_supervisor() ? ", supervising" : ""));
  v1::PutOnHoldResponse response;
  response.mutable_ticket()->set_id(request.ticket_id());
  response.mutable_ticket()->mutable_hold()->set_state(request.state());
  co_return response;
}

Task<Result<v1::EndWrapUpResponse>> FakeRouting::end_wrap_up(v1::EndWrapUpRequest request) {
  log.push_back("wrap-up of " + request.agent_id() + " done" +
                (request.by_agent_id().empty() ? "" : " by " + request.by_agent_id()));
  co_return v1::EndWrapUpResponse{};
}

Task<Result<v1::EndSessionsResponse>> FakeRouting::end_sessions(v1::EndSessionsRequest request) {
  auto agent = agents[request.agent_id()];
  agent.set_session_generation(agent.session_generation() + 1);
  change_agent(agent);
  v1::AgentSessionResponse state;
  *state.mutable_agent() = agent;
  for (const auto& stream : streams) {
    if (stream->hello.agent_id() == agent.id()) stream->push(state);
  }
  // As in life, pages may be told before whoever asked has the answer.
  for (int turn = 0; turn < 10; ++turn) co_await asio::post(executor_, asio::use_awaitable);
  v1::EndSessionsResponse response;
  *response.mutable_agent() = agent;
  co_return response;
}

Task<Result<v1::TakeOverResponse>> FakeRouting::take_over(v1::TakeOverRequest request) {
  log.push_back(request.ticket_id() + " taken over by " + request.agent_id() + ": " + request.reason());
  v1::TakeOverResponse response;
  response.mutable_ticket()->set_id(request.ticket_id());
  response.mutable_ticket()->set_agent_id(request.agent_id());
  co_return response;
}

Task<Result<v1::ListQueueResponse>> FakeRouting::list_queue(v1::ListQueueRequest request) {
  v1::ListQueueResponse response;
  auto& ticket = *response.add_tickets();
  ticket.set_ticket_id("tkt_1");
  ticket.mutable_ticket()->set_account_id(request.account_id());
  response.set_total(7);
  co_return response;
}

Task<Result<v1::ExplainResponse>> FakeRouting::explain(v1::ExplainRequest request) {
  v1::ExplainResponse response;
  response.set_ticket_id(request.ticket_id());
  response.set_summary("waits");
  co_return response;
}

Task<Result<v1::SummarizeQueueResponse>> FakeRouting::summarize_queue(v1::SummarizeQueueRequest) {
  co_return queue_summary;
}

std::shared_ptr<AgentsStream> FakeRouting::watch_agents() {
  auto stream = std::make_shared<FakeAgentsStream>(executor_);
  v1::WatchAgentsResponse all;
  all.set_full(true);
  for (const auto& [id, agent] : agents) *all.add_agents() = agent;
  stream->queue.push(std::move(all));
  watches.push_back(stream);
  return stream;
}

void FakeRouting::change_agent(const v1::Agent& agent) {
  agents[agent.id()] = agent;
  v1::WatchAgentsResponse news;
  *news.add_agents() = agent;
  for (const auto& watch : watches) watch->queue.push(news);
}

std::shared_ptr<AgentStream> FakeRouting::agent_session(v1::AgentSessionRequest::Hello hello) {
  auto stream = std::make_shared<FakeAgentStream>(executor_, hello);
  v1::AgentSessionResponse state;
  if (state_of) {
    state = state_of(hello.agent_id());
  } else {
    *state.mutable_agent() = agents[hello.agent_id()];
  }
  stream->push(std::move(state));
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

std::shared_ptr<EventStream> FakeEvents::subscribe(v1::SubscribeRequest request) {
  auto stream = std::make_shared<FakeEventStream>(executor_);
  stream->types.insert(request.types().begin(), request.types().end());
  if (request.mark_caught_up()) {
    v1::SubscribeResponse caught_up;
    caught_up.set_caught_up(true);
    stream->queue.push(std::move(caught_up));
  }
  streams.push_back(stream);
  return stream;
}

void FakeEvents::push(v1::Event event) {
  v1::SubscribeResponse batch;
  *batch.add_events() = std::move(event);
  for (const auto& stream : streams) {
    if (stream->types.empty() || stream->types.contains(batch.events(0).type())) stream->queue.push(batch);
  }
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

class FakeBlobUpload final : public BlobUpload {
 public:
  explicit FakeBlobUpload(FakeBlobs& blobs) : blobs_{blobs} {}
  void write(std::string piece) override { pieces_.push_back(std::move(piece)); }
  Task<Result<v1::BlobRef>> finish() override {
    v1::BlobRef blob;
    std::int64_t size = 0;
    for (const auto& piece : pieces_) size += static_cast<std::int64_t>(piece.size());
    blob.set_id(std::string(64, static_cast<char>('a' + blobs_.pieces.size() % 6)));
    blob.set_size_bytes(size);
    blobs_.pieces[blob.id()] = pieces_;
    co_return blob;
  }

 private:
  FakeBlobs& blobs_;
  std::vector<std::string> pieces_;
};

}  // namespace

std::shared_ptr<BlobUpload> FakeBlobs::put_blob() { return std::make_shared<FakeBlobUpload>(*this); }

Task<Result<AgentStore::KeptDraft>> FakeAgentStore::keep_draft(std::string agent_id, v1::Draft draft,
                                                               TimePoint now) {
  auto& stands = agents[agent_id].drafts[{draft.conversation_id(), draft.entry_id()}];
  if (stands.revision() != draft.revision()) co_return KeptDraft{stands, true};
  draft.set_revision(stands.revision() + 1);
  draft.set_saved_at_ms(to_ms(now));
  stands = draft;
  co_return KeptDraft{std::move(draft), false};
}

Task<Result<v1::Draft>> FakeAgentStore::drop_draft(std::string agent_id, std::string conversation_id,
                                                   std::string entry_id) {
  auto& drafts = agents[agent_id].drafts;
  const auto found = drafts.find({conversation_id, entry_id});
  v1::Draft gone;
  if (found == drafts.end()) co_return gone;
  gone.set_conversation_id(conversation_id);
  gone.set_entry_id(entry_id);
  gone.set_revision(found->second.revision() + 1);
  found->second = gone;
  co_return gone;
}

Task<Result<std::vector<v1::Draft>>> FakeAgentStore::drafts(std::string agent_id,
                                                            std::string conversation_id) {
  std::vector<v1::Draft> out;
  for (const auto& [key, draft] : agents[agent_id].drafts) {
    if (key.first == conversation_id && !draft.text().empty()) out.push_back(draft);
  }
  co_return out;
}

Task<Result<bool>> FakeAgentStore::add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) {
  const auto id = notice.id();
  co_return agents[agent_id].notices.emplace(id, std::move(notice)).second;
}

Task<Result<std::vector<v1::ConsoleResponse::Notice>>> FakeAgentStore::notices(std::string agent_id) {
  std::vector<v1::ConsoleResponse::Notice> out;
  const auto& kept = agents[agent_id];
  for (const auto& [id, notice] : kept.notices) {
    if (!kept.seen.contains(id)) out.push_back(notice);
  }
  co_return out;
}

Task<Status> FakeAgentStore::see_notices(std::string agent_id, std::vector<std::string> ids) {
  agents[agent_id].seen.insert(ids.begin(), ids.end());
  co_return Status{};
}

Task<Status> FakeAgentStore::end_session(std::string agent_id, std::string session_id, TimePoint, TimePoint) {
  agents[agent_id].ended.insert(session_id);
  co_return Status{};
}

Task<Result<bool>> FakeAgentStore::session_ended(std::string agent_id, std::string session_id) {
  co_return agents[agent_id].ended.contains(session_id);
}

std::shared_ptr<BlobStream> FakeBlobs::get_blob(v1::GetBlobRequest request) {
  asked.push_back(request);
  const auto found = pieces.find(request.blob().id());
  if (found != pieces.end()) return std::make_shared<FakeBlobStream>(found->second, fails_after);
  return std::make_shared<FakeBlobStream>(std::vector<std::string>{},
                                          Error{Code::kNotFound, Reason::kBlobNotFound, "no such blob"});
}

Task<Result<v1::ControlCallResponse>> FakePhone::control_call(v1::ControlCallRequest request) {
  if (const auto error = std::exchange(refusal, std::nullopt)) co_return *error;
  v1::ControlCallResponse out;
  out.mutable_call()->set_entry_id(request.entry_id());
  out.mutable_call()->set_conversation_id("con_of_" + request.entry_id());
  out.mutable_call()->set_customer("+37120000000");
  wishes.push_back(std::move(request));
  co_return out;
}

void FakeWorld::add_agent(const std::string& id, v1::Role role) {
  auto& agent = routing.agents[id];
  agent.set_role(role);
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
