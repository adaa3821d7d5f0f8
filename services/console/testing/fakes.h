#pragma once

#include <boost/asio/post.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/async/notifier.h"
#include "console/ports.h"
#include "console/session.h"

namespace hark::console::testing {

/// A stream that the test feeds and ends. Lives on one executor, like whoever listens.
template <class Port>
class FakeStream : public Port, public std::enable_shared_from_this<FakeStream<Port>> {
 public:
  using Message = typename Port::Message;
  explicit FakeStream(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  void listen(std::function<void(Message)> on_message, std::function<void(const Status&)> on_end) override {
    on_message_ = std::move(on_message);
    on_end_ = std::move(on_end);
  }

  void push(Message message) {
    asio::post(executor_, [self = this->shared_from_this(), message = std::move(message)] {
      if (self->on_message_) self->on_message_(message);
    });
  }
  /// Nothing comes any more.
  void end(Status status = {}) {
    asio::post(executor_, [self = this->shared_from_this(), status = std::move(status)] {
      self->on_message_ = nullptr;
      if (const auto on_end = std::exchange(self->on_end_, nullptr)) on_end(status);
    });
  }

 private:
  asio::any_io_executor executor_;
  std::function<void(Message)> on_message_;
  std::function<void(const Status&)> on_end_;
};

struct FakeAgentStream final : FakeStream<AgentStream> {
  using FakeStream::FakeStream;
  v1::AgentSessionRequest::Hello hello;
};

using FakeAgentsStream = FakeStream<AgentsStream>;

/// Routing with one password for everybody; says what it was asked.
class FakeRouting final : public RoutingPort {
 public:
  explicit FakeRouting(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request) override;
  Task<Result<v1::ListAgentsResponse>> list_agents(v1::ListAgentsRequest request) override;
  Task<Result<v1::AcceptOfferResponse>> accept_offer(v1::AcceptOfferRequest request) override;
  Task<Result<v1::DeclineOfferResponse>> decline_offer(v1::DeclineOfferRequest request) override;
  Task<Result<v1::SetPresenceResponse>> set_presence(v1::SetPresenceRequest request) override;
  Task<Result<v1::BeginWrapUpResponse>> begin_wrap_up(v1::BeginWrapUpRequest request) override;
  Task<Result<v1::PutOnHoldResponse>> put_on_hold(v1::PutOnHoldRequest request) override;
  Task<Result<v1::EndWrapUpResponse>> end_wrap_up(v1::EndWrapUpRequest request) override;
  Task<Result<v1::EndSessionsResponse>> end_sessions(v1::EndSessionsRequest request) override;
  Task<Result<v1::TakeOverResponse>> take_over(v1::TakeOverRequest request) override;
  Task<Result<v1::ListQueueResponse>> list_queue(v1::ListQueueRequest request) override;
  Task<Result<v1::ExplainResponse>> explain(v1::ExplainRequest request) override;
  Task<Result<v1::SummarizeQueueResponse>> summarize_queue(v1::SummarizeQueueRequest request) override;
  std::shared_ptr<AgentsStream> watch_agents() override;
  std::shared_ptr<AgentStream> agent_session(v1::AgentSessionRequest::Hello hello) override;
  /// The agent's record is another now, and everybody who watches is told.
  void change_agent(const v1::Agent& agent);

  static constexpr std::string_view kPassword = "right";
  std::map<std::string, v1::Agent> agents;
  std::map<std::string, v1::Offer> offers;
  std::vector<std::shared_ptr<FakeAgentStream>> streams;
  /// What each new stream says first.
  std::function<v1::AgentSessionResponse(const std::string& agent_id)> state_of;
  std::vector<std::string> log;
  std::vector<std::shared_ptr<FakeAgentsStream>> watches;
  v1::SummarizeQueueResponse queue_summary;

 private:
  asio::any_io_executor executor_;
};

/// Conversations in memory. Commands are recorded and answered; `refusal` makes the next one fail.
class FakeConversations final : public ConversationPort {
 public:
  Task<Result<v1::ReplyResponse>> reply(v1::ReplyRequest request) override;
  Task<Result<v1::StartResponse>> start(v1::StartRequest request) override;
  Task<Result<v1::AddNoteResponse>> add_note(v1::AddNoteRequest request) override;
  Task<Result<v1::ResolveResponse>> resolve(v1::ResolveRequest request) override;
  Task<Result<v1::ReopenResponse>> reopen(v1::ReopenRequest request) override;
  Task<Result<v1::WaiveObligationResponse>> waive_obligation(v1::WaiveObligationRequest request) override;
  Task<Result<v1::WithdrawCallbackResponse>> withdraw_callback(v1::WithdrawCallbackRequest request) override;
  Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) override;
  Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) override;
  Task<Result<v1::SetPreferredAgentsResponse>> set_preferred_agents(
      v1::SetPreferredAgentsRequest request) override;
  Task<Result<v1::MergeResponse>> merge(v1::MergeRequest request) override;
  Task<Result<v1::UnmergeResponse>> unmerge(v1::UnmergeRequest request) override;
  Task<Result<v1::GetConversationResponse>> get_conversation(v1::GetConversationRequest request) override;
  Task<Result<v1::ListTimelineResponse>> list_timeline(v1::ListTimelineRequest request) override;
  Task<Result<v1::ListConversationsResponse>> list_conversations(
      v1::ListConversationsRequest request) override;
  Task<Result<v1::ListQuarantineResponse>> list_quarantine(v1::ListQuarantineRequest request) override;
  Task<Result<v1::ListSendingRulesResponse>> list_sending_rules(v1::ListSendingRulesRequest request) override;
  Task<Result<v1::ListTicketsResponse>> list_tickets(v1::ListTicketsRequest request) override;
  Task<Result<v1::SearchResponse>> search(v1::SearchRequest request) override;

  /// Appends an inbound entry and returns it.
  v1::Entry& add_inbound(const std::string& conversation_id, const std::string& text);

  struct Stored {
    v1::Conversation conversation;
    std::vector<v1::Entry> entries;
  };
  std::map<std::string, Stored> stored;
  std::vector<v1::ConsoleRequest::Command> commands;
  std::vector<v1::ListTimelineRequest> timeline_reads;
  std::vector<v1::SearchRequest> searches;
  v1::ListSendingRulesResponse sending_rules;
  std::vector<v1::QuarantinedInput> quarantine;
  std::optional<Error> refusal;
  /// While set, reading waits: tests change things in between.
  Notifier* hold_reads = nullptr;

 private:
  Status may();
};

struct FakeEventStream final : FakeStream<EventStream> {
  using FakeStream::FakeStream;
  v1::SubscribeRequest request;
};

class FakeEvents final : public EventPort {
 public:
  explicit FakeEvents(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  std::shared_ptr<EventStream> subscribe(v1::SubscribeRequest request) override;
  void push(v1::Event event);

  std::vector<std::shared_ptr<FakeEventStream>> streams;

 private:
  asio::any_io_executor executor_;
};

class FakeBlobs final : public BlobPort {
 public:
  std::shared_ptr<BlobStream> get_blob(v1::GetBlobRequest request) override;
  /// What is put is in `pieces` under its digest.
  std::shared_ptr<BlobUpload> put_blob() override;
  std::map<std::string, std::vector<std::string>> pieces;  // by blob id
  std::optional<Error> fails_after;
  std::vector<v1::GetBlobRequest> asked;
};

struct FakeAttentionStream final : FakeStream<AttentionStream> {
  using FakeStream::FakeStream;
  void tell(v1::Attention attention) override { told.push_back(std::move(attention)); }
  std::vector<v1::Attention> told;
};

class FakeAttention final : public AttentionPort {
 public:
  explicit FakeAttention(asio::any_io_executor executor) : executor_{std::move(executor)} {}
  std::shared_ptr<AttentionStream> share() override {
    return streams.emplace_back(std::make_shared<FakeAttentionStream>(executor_));
  }
  std::vector<std::shared_ptr<FakeAttentionStream>> streams;

 private:
  asio::any_io_executor executor_;
};

/// Keeps in memory; behaves as redis/store_redistest.cc says of the real one.
class FakeAgentStore final : public AgentStore {
 public:
  Task<Result<KeptDraft>> keep_draft(std::string agent_id, v1::Draft draft, TimePoint now) override;
  Task<Result<v1::Draft>> drop_draft(std::string agent_id, std::string conversation_id,
                                     std::string entry_id) override;
  Task<Result<std::vector<v1::Draft>>> drafts(std::string agent_id, std::string conversation_id) override;
  Task<Result<NoticeIs>> add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) override;
  Task<Result<std::vector<v1::ConsoleResponse::Notice>>> notices(std::string agent_id) override;
  Task<Status> see_notices(std::string agent_id, std::vector<std::string> ids) override;
  Task<Status> end_session(std::string agent_id, std::string session_id, TimePoint expires,
                           TimePoint now) override;
  Task<Result<bool>> session_ended(std::string agent_id, std::string session_id) override;

  struct Kept {
    std::map<std::pair<std::string, std::string>, v1::Draft> drafts;
    std::map<std::string, v1::ConsoleResponse::Notice> notices;
    std::set<std::string> seen;
    std::set<std::string> ended;
  };
  std::map<std::string, Kept> agents;
};

/// Records what is wanted of calls; `refusal` makes the next one fail.
class FakePhone final : public PhonePort {
 public:
  Task<Result<v1::ControlCallResponse>> control_call(v1::ControlCallRequest request) override;
  std::vector<v1::ControlCallRequest> wishes;
  std::optional<Error> refusal;
};

/// Everything that the console stands on.
struct FakeWorld {
  explicit FakeWorld(const asio::any_io_executor& executor)
      : routing{executor}, events{executor}, attention{executor} {}
  Ports ports() { return {conversations, routing, events, blobs, attention, phone, store}; }
  /// An agent who can sign in.
  void add_agent(const std::string& id, v1::Role role = v1::ROLE_AGENT);
  /// A conversation with one inbound entry; its ticket is held by `agent_id`, or waits if that is empty.
  FakeConversations::Stored& add_conversation(const std::string& id, const std::string& agent_id = {});
  /// The event of this entry or of the conversation.
  static v1::Event event(v1::EventType type, const std::string& conversation_id, std::int64_t sequence = 0);

  FakeConversations conversations;
  FakeRouting routing;
  FakeEvents events;
  FakeBlobs blobs;
  FakeAttention attention;
  FakePhone phone;
  FakeAgentStore store;
};

/// A valid conversation id that ends in this digit.
std::string conversation_id(char last);

}  // namespace hark::console::testing
