#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "hark/v1/agent.pb.h"
#include "hark/v1/attention_service.pb.h"
#include "hark/v1/blob_service.pb.h"
#include "hark/v1/console.pb.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/event_service.pb.h"
#include "hark/v1/phone_service.pb.h"
#include "hark/v1/routing_service.pb.h"

namespace hark::console {

/// Messages that keep coming down; a Follower (base/async) opens it again when it is lost.
template <class T>
class Stream {
 public:
  using Message = T;
  virtual ~Stream() = default;
  /// Calls `on_message` with each message, and `on_end` when the stream has ended by itself, with the Reason
  /// if it was not in peace. Neither once the stream has been let go of, which ends it.
  virtual void listen(std::function<void(T)> on_message, std::function<void(const Status&)> on_end) = 0;
};

/// What the console asks of `conversation`. Each call is one RPC of ConversationService, whose comments tell
/// its Reasons.
class ConversationPort {
 public:
  virtual ~ConversationPort() = default;
  virtual Task<Result<v1::ReplyResponse>> reply(v1::ReplyRequest request) = 0;
  virtual Task<Result<v1::StartResponse>> start(v1::StartRequest request) = 0;
  virtual Task<Result<v1::AddNoteResponse>> add_note(v1::AddNoteRequest request) = 0;
  virtual Task<Result<v1::ResolveResponse>> resolve(v1::ResolveRequest request) = 0;
  virtual Task<Result<v1::ReopenResponse>> reopen(v1::ReopenRequest request) = 0;
  virtual Task<Result<v1::WaiveObligationResponse>> waive_obligation(v1::WaiveObligationRequest request) = 0;
  virtual Task<Result<v1::WithdrawCallbackResponse>> withdraw_callback(
      v1::WithdrawCallbackRequest request) = 0;
  virtual Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) = 0;
  virtual Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) = 0;
  virtual Task<Result<v1::SetPreferredAgentsResponse>> set_preferred_agents(
      v1::SetPreferredAgentsRequest request) = 0;
  virtual Task<Result<v1::MergeResponse>> merge(v1::MergeRequest request) = 0;
  virtual Task<Result<v1::UnmergeResponse>> unmerge(v1::UnmergeRequest request) = 0;
  virtual Task<Result<v1::GetConversationResponse>> get_conversation(v1::GetConversationRequest request) = 0;
  virtual Task<Result<v1::ListTimelineResponse>> list_timeline(v1::ListTimelineRequest request) = 0;
  virtual Task<Result<v1::ListConversationsResponse>> list_conversations(
      v1::ListConversationsRequest request) = 0;
  virtual Task<Result<v1::ListQuarantineResponse>> list_quarantine(v1::ListQuarantineRequest request) = 0;
  virtual Task<Result<v1::ListSendingRulesResponse>> list_sending_rules(
      v1::ListSendingRulesRequest request) = 0;
  virtual Task<Result<v1::ListTicketsResponse>> list_tickets(v1::ListTicketsRequest request) = 0;
  virtual Task<Result<v1::SearchResponse>> search(v1::SearchRequest request) = 0;
};

/// An agent's session with routing: their desk as it is, then what changes of it.
using AgentStream = Stream<v1::AgentSessionResponse>;

/// All agents, then whoever has changed.
using AgentsStream = Stream<v1::WatchAgentsResponse>;

/// What the console asks of `routing`.
class RoutingPort {
 public:
  virtual ~RoutingPort() = default;
  virtual Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request) = 0;
  virtual Task<Result<v1::ListAgentsResponse>> list_agents(v1::ListAgentsRequest request) = 0;
  virtual Task<Result<v1::AcceptOfferResponse>> accept_offer(v1::AcceptOfferRequest request) = 0;
  virtual Task<Result<v1::DeclineOfferResponse>> decline_offer(v1::DeclineOfferRequest request) = 0;
  virtual Task<Result<v1::SetPresenceResponse>> set_presence(v1::SetPresenceRequest request) = 0;
  virtual Task<Result<v1::BeginWrapUpResponse>> begin_wrap_up(v1::BeginWrapUpRequest request) = 0;
  virtual Task<Result<v1::EndWrapUpResponse>> end_wrap_up(v1::EndWrapUpRequest request) = 0;
  virtual Task<Result<v1::PutOnHoldResponse>> put_on_hold(v1::PutOnHoldRequest request) = 0;
  virtual Task<Result<v1::EndSessionsResponse>> end_sessions(v1::EndSessionsRequest request) = 0;
  virtual Task<Result<v1::TakeOverResponse>> take_over(v1::TakeOverRequest request) = 0;
  virtual Task<Result<v1::ListQueueResponse>> list_queue(v1::ListQueueRequest request) = 0;
  virtual Task<Result<v1::ExplainResponse>> explain(v1::ExplainRequest request) = 0;
  virtual Task<Result<v1::SummarizeQueueResponse>> summarize_queue(v1::SummarizeQueueRequest request) = 0;
  virtual std::shared_ptr<AgentsStream> watch_agents() = 0;
  virtual std::shared_ptr<AgentStream> agent_session(v1::AgentSessionRequest::Hello hello) = 0;
};

/// The event log from where the request says.
using EventStream = Stream<v1::SubscribeResponse>;

class EventPort {
 public:
  virtual ~EventPort() = default;
  virtual std::shared_ptr<EventStream> subscribe(v1::SubscribeRequest request) = 0;
};

/// One blob, piece by piece.
class BlobStream {
 public:
  virtual ~BlobStream() = default;
  /// The next piece; empty at the end.
  virtual Task<Result<std::string>> read() = 0;
};

/// One blob on its way up.
class BlobUpload {
 public:
  virtual ~BlobUpload() = default;
  virtual void write(std::string piece) = 0;
  /// Durable when it answers.
  virtual Task<Result<v1::BlobRef>> finish() = 0;
};

class BlobPort {
 public:
  virtual ~BlobPort() = default;
  virtual std::shared_ptr<BlobUpload> put_blob() = 0;
  virtual std::shared_ptr<BlobStream> get_blob(v1::GetBlobRequest request) = 0;
};

/// What agents pay attention to, shared with other consoles and with customers' chats.
class AttentionStream : public Stream<v1::Attention> {
 public:
  virtual void tell(v1::Attention attention) = 0;
};

class AttentionPort {
 public:
  virtual ~AttentionPort() = default;
  virtual std::shared_ptr<AttentionStream> share() = 0;
};

/// A notice that was to be put before an agent: new to them, there before, or seen already.
enum class NoticeIs { kNew, kUnseen, kSeen };

/// What is kept for each agent and belongs to nobody else: drafts, notices, and which of their sessions have
/// ended. Durable when it answers.
class AgentStore {
 public:
  virtual ~AgentStore() = default;

  struct KeptDraft {
    /// The one that stands now.
    v1::Draft draft;
    /// Not the one that was to be kept, which built on an older revision.
    bool conflict = false;
  };
  /// OVERLOADED beyond kDraftsPerConversationMax.
  virtual Task<Result<KeptDraft>> keep_draft(std::string agent_id, v1::Draft draft, TimePoint now) = 0;
  /// The draft has been sent: it is gone, whatever its revision.
  virtual Task<Result<v1::Draft>> drop_draft(std::string agent_id, std::string conversation_id,
                                             std::string entry_id) = 0;
  virtual Task<Result<std::vector<v1::Draft>>> drafts(std::string agent_id, std::string conversation_id) = 0;

  /// Keeps it if there was none of that id.
  virtual Task<Result<NoticeIs>> add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) = 0;
  /// Unseen ones, oldest first.
  virtual Task<Result<std::vector<v1::ConsoleResponse::Notice>>> notices(std::string agent_id) = 0;
  virtual Task<Status> see_notices(std::string agent_id, std::vector<std::string> ids) = 0;

  /// No token of the session signs in any more; remembered until `expires`.
  virtual Task<Status> end_session(std::string agent_id, std::string session_id, TimePoint expires,
                                   TimePoint now) = 0;
  virtual Task<Result<bool>> session_ended(std::string agent_id, std::string session_id) = 0;
};

/// What the console asks of `phone`.
class PhonePort {
 public:
  virtual ~PhonePort() = default;
  virtual Task<Result<v1::ControlCallResponse>> control_call(v1::ControlCallRequest request) = 0;
};

/// The ports of one console, which outlive it.
struct Ports {
  ConversationPort& conversation;
  RoutingPort& routing;
  EventPort& events;
  BlobPort& blobs;
  AttentionPort& attention;
  PhonePort& phone;
  AgentStore& store;
};

}  // namespace hark::console
