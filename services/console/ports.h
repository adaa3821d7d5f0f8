#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/async/task.h"
#include "base/core/result.h"
#include "hark/v1/agent.pb.h"
#include "hark/v1/blob_service.pb.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/event_service.pb.h"
#include "hark/v1/routing_service.pb.h"

namespace hark::console {

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
  virtual Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) = 0;
  virtual Task<Result<v1::GetConversationResponse>> get_conversation(v1::GetConversationRequest request) = 0;
  virtual Task<Result<v1::ListTimelineResponse>> list_timeline(v1::ListTimelineRequest request) = 0;
  virtual Task<Result<v1::ListConversationsResponse>> list_conversations(
      v1::ListConversationsRequest request) = 0;
  virtual Task<Result<v1::ListQuarantineResponse>> list_quarantine(v1::ListQuarantineRequest request) = 0;
};

/// An agent's session with routing, frames coming down.
class AgentStream {
 public:
  virtual ~AgentStream() = default;
  /// The next state; nullopt when the stream has ended, status() then says how.
  virtual Task<std::optional<v1::AgentSessionResponse>> read() = 0;
  /// read() ends soon after.
  virtual void cancel() = 0;
  [[nodiscard]] virtual Status status() const = 0;
};

/// What the console asks of `routing`.
class RoutingPort {
 public:
  virtual ~RoutingPort() = default;
  virtual Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request) = 0;
  virtual Task<Result<v1::ListAgentsResponse>> list_agents(v1::ListAgentsRequest request) = 0;
  virtual Task<Result<v1::AcceptOfferResponse>> accept_offer(v1::AcceptOfferRequest request) = 0;
  virtual Task<Result<v1::DeclineOfferResponse>> decline_offer(v1::DeclineOfferRequest request) = 0;
  virtual Task<Result<v1::SetPresenceResponse>> set_presence(v1::SetPresenceRequest request) = 0;
  virtual std::shared_ptr<AgentStream> agent_session(v1::AgentSessionRequest::Hello hello) = 0;
};

/// The event log from now on.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// nullopt when the stream has been lost.
  virtual Task<std::optional<v1::SubscribeResponse>> read() = 0;
};

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

class BlobPort {
 public:
  virtual ~BlobPort() = default;
  virtual std::shared_ptr<BlobStream> get_blob(v1::GetBlobRequest request) = 0;
};

/// The ports of one console, which outlive it.
struct Ports {
  ConversationPort& conversation;
  RoutingPort& routing;
  EventPort& events;
  BlobPort& blobs;
};

}  // namespace hark::console
