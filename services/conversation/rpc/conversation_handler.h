#pragma once

#include "base/rpc/server_call.h"
#include "conversation/service.h"
#include "hark/v1/conversation_service.grpc.pb.h"

namespace hark::conversation {

/// ConversationService over gRPC: every call hops to the service's thread and back.
class ConversationHandler final : public v1::ConversationService::CallbackService {
 public:
  ConversationHandler(TaskGroup& tasks, Conversations& service) : tasks_{tasks}, service_{service} {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* Reply(Context*, const v1::ReplyRequest* in, v1::ReplyResponse* out) override;
  Reactor* Start(Context*, const v1::StartRequest* in, v1::StartResponse* out) override;
  Reactor* Merge(Context*, const v1::MergeRequest* in, v1::MergeResponse* out) override;
  Reactor* Unmerge(Context*, const v1::UnmergeRequest* in, v1::UnmergeResponse* out) override;
  Reactor* AddNote(Context*, const v1::AddNoteRequest* in, v1::AddNoteResponse* out) override;
  Reactor* Assign(Context*, const v1::AssignRequest* in, v1::AssignResponse* out) override;
  Reactor* AnnotateTicket(Context*, const v1::AnnotateTicketRequest* in,
                          v1::AnnotateTicketResponse* out) override;
  Reactor* SetVerdicts(Context*, const v1::SetVerdictsRequest* in, v1::SetVerdictsResponse* out) override;
  Reactor* Resolve(Context*, const v1::ResolveRequest* in, v1::ResolveResponse* out) override;
  Reactor* Reopen(Context*, const v1::ReopenRequest* in, v1::ReopenResponse* out) override;
  Reactor* WaiveObligation(Context*, const v1::WaiveObligationRequest* in,
                           v1::WaiveObligationResponse* out) override;
  Reactor* WithdrawCallback(Context*, const v1::WithdrawCallbackRequest* in,
                            v1::WithdrawCallbackResponse* out) override;
  Reactor* Transfer(Context*, const v1::TransferRequest* in, v1::TransferResponse* out) override;
  Reactor* HoldTicket(Context*, const v1::HoldTicketRequest* in, v1::HoldTicketResponse* out) override;
  Reactor* ReleaseTicket(Context*, const v1::ReleaseTicketRequest* in,
                         v1::ReleaseTicketResponse* out) override;
  Reactor* SetPreferredAgents(Context*, const v1::SetPreferredAgentsRequest* in,
                              v1::SetPreferredAgentsResponse* out) override;
  Reactor* GetConversation(Context*, const v1::GetConversationRequest* in,
                           v1::GetConversationResponse* out) override;
  Reactor* ListTimeline(Context*, const v1::ListTimelineRequest* in, v1::ListTimelineResponse* out) override;
  Reactor* ListConversations(Context*, const v1::ListConversationsRequest* in,
                             v1::ListConversationsResponse* out) override;
  Reactor* ListSendingRules(Context*, const v1::ListSendingRulesRequest* in,
                            v1::ListSendingRulesResponse* out) override;
  Reactor* ListQuarantine(Context*, const v1::ListQuarantineRequest* in,
                          v1::ListQuarantineResponse* out) override;
  Reactor* ListTickets(Context*, const v1::ListTicketsRequest* in, v1::ListTicketsResponse* out) override;
  Reactor* Search(Context*, const v1::SearchRequest* in, v1::SearchResponse* out) override;
  Reactor* RaiseFence(Context*, const v1::RaiseFenceRequest* in, v1::RaiseFenceResponse* out) override;
  Reactor* SetShards(Context*, const v1::SetShardsRequest* in, v1::SetShardsResponse* out) override;

 private:
  TaskGroup& tasks_;
  Conversations& service_;
};

}  // namespace hark::conversation
