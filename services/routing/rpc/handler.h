#pragma once

#include "base/async/task_group.h"
#include "base/rpc/server_call.h"
#include "hark/v1/routing_service.grpc.pb.h"
#include "routing/rpc/switchboard.h"

namespace hark::routing {

/// RoutingService over gRPC.
class Handler final : public v1::RoutingService::CallbackService {
 public:
  Handler(TaskGroup& tasks, Switchboard& board) : tasks_{tasks}, board_{board} {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  grpc::ServerBidiReactor<v1::AgentSessionRequest, v1::AgentSessionResponse>* AgentSession(Context*) override;
  Reactor* AcceptOffer(Context*, const v1::AcceptOfferRequest* in, v1::AcceptOfferResponse* out) override;
  Reactor* DeclineOffer(Context*, const v1::DeclineOfferRequest* in, v1::DeclineOfferResponse* out) override;
  Reactor* SetPresence(Context*, const v1::SetPresenceRequest* in, v1::SetPresenceResponse* out) override;
  Reactor* UpsertAgent(Context*, const v1::UpsertAgentRequest* in, v1::UpsertAgentResponse* out) override;
  Reactor* ListAgents(Context*, const v1::ListAgentsRequest* in, v1::ListAgentsResponse* out) override;
  Reactor* SignIn(Context*, const v1::SignInRequest* in, v1::SignInResponse* out) override;
  Reactor* ListQueue(Context*, const v1::ListQueueRequest* in, v1::ListQueueResponse* out) override;
  Reactor* Explain(Context*, const v1::ExplainRequest* in, v1::ExplainResponse* out) override;
  Reactor* SummarizeQueue(Context*, const v1::SummarizeQueueRequest* in,
                          v1::SummarizeQueueResponse* out) override;
  grpc::ServerWriteReactor<v1::WatchAgentsResponse>* WatchAgents(Context*,
                                                                 const v1::WatchAgentsRequest*) override;
  Reactor* TakeOver(Context*, const v1::TakeOverRequest* in, v1::TakeOverResponse* out) override;
  Reactor* BeginWrapUp(Context*, const v1::BeginWrapUpRequest* in, v1::BeginWrapUpResponse* out) override;
  Reactor* EndWrapUp(Context*, const v1::EndWrapUpRequest* in, v1::EndWrapUpResponse* out) override;
  Reactor* PassOn(Context*, const v1::PassOnRequest* in, v1::PassOnResponse* out) override;
  Reactor* PutOnHold(Context*, const v1::PutOnHoldRequest* in, v1::PutOnHoldResponse* out) override;
  Reactor* EndSessions(Context*, const v1::EndSessionsRequest* in, v1::EndSessionsResponse* out) override;

 private:
  TaskGroup& tasks_;
  Switchboard& board_;
};

}  // namespace hark::routing
