#include "routing/rpc/handler.h"

namespace hark::routing {
namespace {

using Stream = rpc::ServerStream<v1::AgentSessionRequest, v1::AgentSessionResponse>;
using Reactor = grpc::ServerUnaryReactor;

/// On its own, so that what was said does not stay for as long as the session.
Task<Result<std::shared_ptr<Routing::Session>>> hear_hello(Routing& service, std::shared_ptr<Stream> stream) {
  const auto first = co_await stream->read();
  if (!first || !first->has_hello()) {
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "the first frame must be hello"};
  }
  co_return co_await service.open_session(first->hello());
}

Task<Status> serve_session(Routing& service, std::shared_ptr<Stream> stream) {
  HARK_CO_TRY(const auto session, co_await hear_hello(service, stream));
  // Nothing more comes up; what does is nothing to us.
  stream->listen([](const v1::AgentSessionRequest&) {},
                 [weak = std::weak_ptr{session}] {
                   if (const auto left = weak.lock()) left->hang_up();
                 });
  while (auto state = co_await session->next()) {
    // Each frame is the whole state, so a slow reader has lost nothing: it connects again and has the newest.
    if (!stream->write(*std::move(state))) {
      co_return Error{Code::kResourceExhausted, Reason::kOverloaded, "frames are not read; connect again"};
    }
  }
  co_return session->why_ended();
}

using AgentsDown = rpc::ServerWriteStream<v1::WatchAgentsResponse>;

Task<Status> serve_watch(Routing& service, std::shared_ptr<AgentsDown> stream) {
  HARK_CO_TRY(const auto watch, co_await service.watch_agents());
  stream->on_cancel = [watch] { watch->hang_up(); };
  if (stream->cancelled()) co_return Status{};
  while (auto news = co_await watch->next()) {
    if (!stream->write(*std::move(news))) {
      co_return Error{Code::kResourceExhausted, Reason::kOverloaded, "agents are not read; watch again"};
    }
  }
  co_return watch->why_ended();
}

}  // namespace

grpc::ServerBidiReactor<v1::AgentSessionRequest, v1::AgentSessionResponse>* Handler::AgentSession(Context*) {
  return rpc::run_stream<v1::AgentSessionRequest, v1::AgentSessionResponse>(
      tasks_, "AgentSession",
      [this](std::shared_ptr<Stream> stream) { return serve_session(service_, std::move(stream)); });
}

Reactor* Handler::AcceptOffer(Context*, const v1::AcceptOfferRequest* in, v1::AcceptOfferResponse* out) {
  return rpc::run_unary(tasks_, "AcceptOffer", service_.accept_offer(*in), out);
}
Reactor* Handler::DeclineOffer(Context*, const v1::DeclineOfferRequest* in, v1::DeclineOfferResponse* out) {
  return rpc::run_unary(tasks_, "DeclineOffer", service_.decline_offer(*in), out);
}
Reactor* Handler::SetPresence(Context*, const v1::SetPresenceRequest* in, v1::SetPresenceResponse* out) {
  return rpc::run_unary(tasks_, "SetPresence", service_.set_presence(*in), out);
}
Reactor* Handler::UpsertAgent(Context*, const v1::UpsertAgentRequest* in, v1::UpsertAgentResponse* out) {
  return rpc::run_unary(tasks_, "UpsertAgent", service_.upsert_agent(*in), out);
}
Reactor* Handler::ListAgents(Context*, const v1::ListAgentsRequest* in, v1::ListAgentsResponse* out) {
  return rpc::run_unary(tasks_, "ListAgents", service_.list_agents(*in), out);
}
Reactor* Handler::SignIn(Context*, const v1::SignInRequest* in, v1::SignInResponse* out) {
  return rpc::run_unary(tasks_, "SignIn", service_.sign_in(*in), out);
}
Reactor* Handler::ListQueue(Context*, const v1::ListQueueRequest* in, v1::ListQueueResponse* out) {
  return rpc::run_unary(tasks_, "ListQueue", service_.list_queue(*in), out);
}
Reactor* Handler::Explain(Context*, const v1::ExplainRequest* in, v1::ExplainResponse* out) {
  return rpc::run_unary(tasks_, "Explain", service_.explain(*in), out);
}
Reactor* Handler::SummarizeQueue(Context*, const v1::SummarizeQueueRequest* in,
                                 v1::SummarizeQueueResponse* out) {
  return rpc::run_unary(tasks_, "SummarizeQueue", service_.summarize_queue(*in), out);
}
grpc::ServerWriteReactor<v1::WatchAgentsResponse>* Handler::WatchAgents(Context*,
                                                                        const v1::WatchAgentsRequest*) {
  return rpc::run_write_stream<v1::WatchAgentsResponse>(
      tasks_, "WatchAgents",
      [this](std::shared_ptr<AgentsDown> stream) { return serve_watch(service_, std::move(stream)); });
}
Reactor* Handler::TakeOver(Context*, const v1::TakeOverRequest* in, v1::TakeOverResponse* out) {
  return rpc::run_unary(tasks_, "TakeOver", service_.take_over(*in), out);
}
Reactor* Handler::BeginWrapUp(Context*, const v1::BeginWrapUpRequest* in, v1::BeginWrapUpResponse* out) {
  return rpc::run_unary(tasks_, "BeginWrapUp", service_.begin_wrap_up(*in), out);
}
Reactor* Handler::EndWrapUp(Context*, const v1::EndWrapUpRequest* in, v1::EndWrapUpResponse* out) {
  return rpc::run_unary(tasks_, "EndWrapUp", service_.end_wrap_up(*in), out);
}
Reactor* Handler::PutOnHold(Context*, const v1::PutOnHoldRequest* in, v1::PutOnHoldResponse* out) {
  return rpc::run_unary(tasks_, "PutOnHold", service_.put_on_hold(*in), out);
}
Reactor* Handler::EndSessions(Context*, const v1::EndSessionsRequest* in, v1::EndSessionsResponse* out) {
  return rpc::run_unary(tasks_, "EndSessions", service_.end_sessions(*in), out);
}

}  // namespace hark::routing
