#include "routing/rpc/handler.h"

#include "routing/rpc/streams.h"

namespace hark::routing {
namespace {

using Reactor = grpc::ServerUnaryReactor;

}  // namespace

grpc::ServerBidiReactor<v1::AgentSessionRequest, v1::AgentSessionResponse>* Handler::AgentSession(Context*) {
  return rpc::run_stream<v1::AgentSessionRequest, v1::AgentSessionResponse>(
      tasks_, "AgentSession",
      [this](std::shared_ptr<SessionUp> stream) { return serve_session(board_, std::move(stream)); });
}

Reactor* Handler::AcceptOffer(Context*, const v1::AcceptOfferRequest* in, v1::AcceptOfferResponse* out) {
  return rpc::run_unary(tasks_, "AcceptOffer", board_.ask_of_agent(&Routing::accept_offer, *in), out);
}
Reactor* Handler::DeclineOffer(Context*, const v1::DeclineOfferRequest* in, v1::DeclineOfferResponse* out) {
  return rpc::run_unary(tasks_, "DeclineOffer", board_.ask_of_agent(&Routing::decline_offer, *in), out);
}
Reactor* Handler::SetPresence(Context*, const v1::SetPresenceRequest* in, v1::SetPresenceResponse* out) {
  return rpc::run_unary(tasks_, "SetPresence", board_.ask_of_agent(&Routing::set_presence, *in), out);
}
Reactor* Handler::UpsertAgent(Context*, const v1::UpsertAgentRequest* in, v1::UpsertAgentResponse* out) {
  return rpc::run_unary(tasks_, "UpsertAgent", board_.upsert_agent(*in), out);
}
Reactor* Handler::ListAgents(Context*, const v1::ListAgentsRequest* in, v1::ListAgentsResponse* out) {
  return rpc::run_unary(tasks_, "ListAgents", board_.ask_all(&Routing::list_agents, *in), out);
}
Reactor* Handler::SignIn(Context*, const v1::SignInRequest* in, v1::SignInResponse* out) {
  return rpc::run_unary(tasks_, "SignIn", board_.sign_in(*in), out);
}
Reactor* Handler::ListQueue(Context*, const v1::ListQueueRequest* in, v1::ListQueueResponse* out) {
  return rpc::run_unary(tasks_, "ListQueue", board_.ask_all(&Routing::list_queue, *in), out);
}
Reactor* Handler::Explain(Context*, const v1::ExplainRequest* in, v1::ExplainResponse* out) {
  return rpc::run_unary(tasks_, "Explain", board_.explain(*in), out);
}
Reactor* Handler::SummarizeQueue(Context*, const v1::SummarizeQueueRequest* in,
                                 v1::SummarizeQueueResponse* out) {
  return rpc::run_unary(tasks_, "SummarizeQueue", board_.ask_all(&Routing::summarize_queue, *in), out);
}
grpc::ServerWriteReactor<v1::WatchAgentsResponse>* Handler::WatchAgents(Context*,
                                                                        const v1::WatchAgentsRequest*) {
  return rpc::run_write_stream<v1::WatchAgentsResponse>(
      tasks_, "WatchAgents",
      [this](std::shared_ptr<AgentsDown> stream) { return serve_watch(board_, std::move(stream)); });
}
Reactor* Handler::TakeOver(Context*, const v1::TakeOverRequest* in, v1::TakeOverResponse* out) {
  return rpc::run_unary(tasks_, "TakeOver", board_.ask_of_agent(&Routing::take_over, *in), out);
}
Reactor* Handler::BeginWrapUp(Context*, const v1::BeginWrapUpRequest* in, v1::BeginWrapUpResponse* out) {
  return rpc::run_unary(tasks_, "BeginWrapUp", board_.ask_of_agent(&Routing::begin_wrap_up, *in), out);
}
Reactor* Handler::EndWrapUp(Context*, const v1::EndWrapUpRequest* in, v1::EndWrapUpResponse* out) {
  return rpc::run_unary(tasks_, "EndWrapUp", board_.ask_of_agent(&Routing::end_wrap_up, *in), out);
}
Reactor* Handler::PutOnHold(Context*, const v1::PutOnHoldRequest* in, v1::PutOnHoldResponse* out) {
  return rpc::run_unary(tasks_, "PutOnHold", board_.ask_of_agent(&Routing::put_on_hold, *in), out);
}
Reactor* Handler::PassOn(Context*, const v1::PassOnRequest* in, v1::PassOnResponse* out) {
  return rpc::run_unary(tasks_, "PassOn", board_.pass_on(*in), out);
}
Reactor* Handler::EndSessions(Context*, const v1::EndSessionsRequest* in, v1::EndSessionsResponse* out) {
  return rpc::run_unary(tasks_, "EndSessions", board_.ask_of_agent(&Routing::end_sessions, *in), out);
}

}  // namespace hark::routing
