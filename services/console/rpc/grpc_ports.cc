#include "console/rpc/grpc_ports.h"

#include <grpcpp/channel.h>

#include <utility>

#include "base/rpc/client_call.h"
#include "hark/v1/attention_service.grpc.pb.h"
#include "hark/v1/blob_service.grpc.pb.h"
#include "hark/v1/conversation_service.grpc.pb.h"
#include "hark/v1/event_service.grpc.pb.h"
#include "hark/v1/phone_service.grpc.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"

namespace hark::console {
namespace {

/// Argon2 takes its time on purpose, and several may wait for each other.
constexpr std::chrono::milliseconds kSignInTimeout{20'000};

class GrpcConversation final : public ConversationPort {
 public:
  explicit GrpcConversation(const std::shared_ptr<grpc::Channel>& channel)
      : stub_{v1::ConversationService::NewStub(channel)} {}

  Task<Result<v1::ReplyResponse>> reply(v1::ReplyRequest request) override {
    return rpc::call(stub_->async(), &Async::Reply, std::move(request));
  }
  Task<Result<v1::StartResponse>> start(v1::StartRequest request) override {
    return rpc::call(stub_->async(), &Async::Start, std::move(request));
  }
  Task<Result<v1::AddNoteResponse>> add_note(v1::AddNoteRequest request) override {
    return rpc::call(stub_->async(), &Async::AddNote, std::move(request));
  }
  Task<Result<v1::ResolveResponse>> resolve(v1::ResolveRequest request) override {
    return rpc::call(stub_->async(), &Async::Resolve, std::move(request));
  }
  Task<Result<v1::ReopenResponse>> reopen(v1::ReopenRequest request) override {
    return rpc::call(stub_->async(), &Async::Reopen, std::move(request));
  }
  Task<Result<v1::WithdrawCallbackResponse>> withdraw_callback(v1::WithdrawCallbackRequest request) override {
    return rpc::call(stub_->async(), &Async::WithdrawCallback, std::move(request));
  }
  Task<Result<v1::WaiveObligationResponse>> waive_obligation(v1::WaiveObligationRequest request) override {
    return rpc::call(stub_->async(), &Async::WaiveObligation, std::move(request));
  }
  Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) override {
    return rpc::call(stub_->async(), &Async::Transfer, std::move(request));
  }
  Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) override {
    return rpc::call(stub_->async(), &Async::ReleaseTicket, std::move(request));
  }
  Task<Result<v1::SetPreferredAgentsResponse>> set_preferred_agents(
      v1::SetPreferredAgentsRequest request) override {
    return rpc::call(stub_->async(), &Async::SetPreferredAgents, std::move(request));
  }
  Task<Result<v1::MergeResponse>> merge(v1::MergeRequest request) override {
    return rpc::call(stub_->async(), &Async::Merge, std::move(request));
  }
  Task<Result<v1::UnmergeResponse>> unmerge(v1::UnmergeRequest request) override {
    return rpc::call(stub_->async(), &Async::Unmerge, std::move(request));
  }
  Task<Result<v1::GetConversationResponse>> get_conversation(v1::GetConversationRequest request) override {
    return rpc::call(stub_->async(), &Async::GetConversation, std::move(request));
  }
  Task<Result<v1::ListTimelineResponse>> list_timeline(v1::ListTimelineRequest request) override {
    return rpc::call(stub_->async(), &Async::ListTimeline, std::move(request));
  }
  Task<Result<v1::ListConversationsResponse>> list_conversations(
      v1::ListConversationsRequest request) override {
    return rpc::call(stub_->async(), &Async::ListConversations, std::move(request));
  }
  Task<Result<v1::ListQuarantineResponse>> list_quarantine(v1::ListQuarantineRequest request) override {
    return rpc::call(stub_->async(), &Async::ListQuarantine, std::move(request));
  }
  Task<Result<v1::ListSendingRulesResponse>> list_sending_rules(
      v1::ListSendingRulesRequest request) override {
    return rpc::call(stub_->async(), &Async::ListSendingRules, std::move(request));
  }
  Task<Result<v1::ListTicketsResponse>> list_tickets(v1::ListTicketsRequest request) override {
    return rpc::call(stub_->async(), &Async::ListTickets, std::move(request));
  }
  Task<Result<v1::SearchResponse>> search(v1::SearchRequest request) override {
    return rpc::call(stub_->async(), &Async::Search, std::move(request));
  }

 private:
  using Async = v1::ConversationService::StubInterface::async_interface;
  std::unique_ptr<v1::ConversationService::Stub> stub_;
};

/// `Port` over what base/rpc makes of gRPC's streams.
template <class Port, class Underlying>
class GrpcStream final : public Port {
 public:
  explicit GrpcStream(std::shared_ptr<Underlying> stream) : stream_{std::move(stream)} {}
  void listen(std::function<void(typename Port::Message)> on_message,
              std::function<void(const Status&)> on_end) override {
    stream_->listen(std::move(on_message), std::move(on_end));
  }

 private:
  std::shared_ptr<Underlying> stream_;
};

template <class Port, class Underlying>
std::shared_ptr<Port> as_port(std::shared_ptr<Underlying> stream) {
  return std::make_shared<GrpcStream<Port, Underlying>>(std::move(stream));
}

class GrpcRouting final : public RoutingPort {
 public:
  GrpcRouting(asio::any_io_executor executor, const rpc::Peer& peer)
      : executor_{std::move(executor)},
        in_process_{peer.in_process},
        stub_{v1::RoutingService::NewStub(peer.channel)} {}

  Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request) override {
    return rpc::call(stub_->async(), &Async::SignIn, std::move(request), kSignInTimeout);
  }
  Task<Result<v1::ListAgentsResponse>> list_agents(v1::ListAgentsRequest request) override {
    return rpc::call(stub_->async(), &Async::ListAgents, std::move(request));
  }
  Task<Result<v1::AcceptOfferResponse>> accept_offer(v1::AcceptOfferRequest request) override {
    return rpc::call(stub_->async(), &Async::AcceptOffer, std::move(request), rpc::kCallTimeout, in_process_);
  }
  Task<Result<v1::DeclineOfferResponse>> decline_offer(v1::DeclineOfferRequest request) override {
    return rpc::call(stub_->async(), &Async::DeclineOffer, std::move(request));
  }
  Task<Result<v1::SetPresenceResponse>> set_presence(v1::SetPresenceRequest request) override {
    return rpc::call(stub_->async(), &Async::SetPresence, std::move(request));
  }
  Task<Result<v1::BeginWrapUpResponse>> begin_wrap_up(v1::BeginWrapUpRequest request) override {
    return rpc::call(stub_->async(), &Async::BeginWrapUp, std::move(request));
  }
  Task<Result<v1::PutOnHoldResponse>> put_on_hold(v1::PutOnHoldRequest request) override {
    return rpc::call(stub_->async(), &Async::PutOnHold, std::move(request));
  }
  Task<Result<v1::EndWrapUpResponse>> end_wrap_up(v1::EndWrapUpRequest request) override {
    return rpc::call(stub_->async(), &Async::EndWrapUp, std::move(request));
  }
  Task<Result<v1::EndSessionsResponse>> end_sessions(v1::EndSessionsRequest request) override {
    return rpc::call(stub_->async(), &Async::EndSessions, std::move(request));
  }
  Task<Result<v1::TakeOverResponse>> take_over(v1::TakeOverRequest request) override {
    return rpc::call(stub_->async(), &Async::TakeOver, std::move(request));
  }
  Task<Result<v1::ListQueueResponse>> list_queue(v1::ListQueueRequest request) override {
    return rpc::call(stub_->async(), &Async::ListQueue, std::move(request));
  }
  Task<Result<v1::ExplainResponse>> explain(v1::ExplainRequest request) override {
    return rpc::call(stub_->async(), &Async::Explain, std::move(request));
  }
  Task<Result<v1::SummarizeQueueResponse>> summarize_queue(v1::SummarizeQueueRequest request) override {
    return rpc::call(stub_->async(), &Async::SummarizeQueue, std::move(request));
  }
  std::shared_ptr<AgentsStream> watch_agents() override {
    return as_port<AgentsStream>(
        rpc::open_read_stream(executor_, stub_->async(), &Async::WatchAgents, v1::WatchAgentsRequest{}));
  }
  std::shared_ptr<AgentStream> agent_session(v1::AgentSessionRequest::Hello hello) override {
    auto stream = rpc::open_stream(executor_, stub_->async(), &Async::AgentSession, in_process_);
    v1::AgentSessionRequest first;
    *first.mutable_hello() = std::move(hello);
    stream->write(std::move(first));
    return as_port<AgentStream>(std::move(stream));
  }

 private:
  using Async = v1::RoutingService::StubInterface::async_interface;
  asio::any_io_executor executor_;
  const rpc::InProcess* in_process_;
  std::unique_ptr<v1::RoutingService::Stub> stub_;
};

class GrpcEvents final : public EventPort {
 public:
  GrpcEvents(asio::any_io_executor executor, const rpc::Peer& peer)
      : executor_{std::move(executor)},
        in_process_{peer.in_process},
        stub_{v1::EventService::NewStub(peer.channel)} {}
  std::shared_ptr<EventStream> subscribe(v1::SubscribeRequest request) override {
    return as_port<EventStream>(rpc::open_read_stream(
        executor_, stub_->async(), &v1::EventService::StubInterface::async_interface::Subscribe, request,
        in_process_));
  }

 private:
  asio::any_io_executor executor_;
  const rpc::InProcess* in_process_;
  std::unique_ptr<v1::EventService::Stub> stub_;
};

class GrpcBlobStream final : public BlobStream {
 public:
  using Stream = rpc::ClientReadStream<v1::GetBlobResponse>;
  explicit GrpcBlobStream(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}
  Task<Result<std::string>> read() override {
    while (auto piece = co_await stream_->read()) {
      if (!piece->chunk().empty()) co_return std::move(*piece->mutable_chunk());
    }
    HARK_CO_TRY_VOID(stream_->status());
    co_return std::string{};
  }

 private:
  std::shared_ptr<Stream> stream_;
};

class GrpcBlobUpload final : public BlobUpload {
 public:
  using Stream = rpc::ClientWriteStream<v1::PutBlobRequest, v1::PutBlobResponse>;
  explicit GrpcBlobUpload(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}
  void write(std::string piece) override {
    v1::PutBlobRequest request;
    request.set_chunk(std::move(piece));
    stream_->write(std::move(request));
  }
  Task<Result<v1::BlobRef>> finish() override {
    HARK_CO_TRY(auto put, co_await stream_->finish());
    co_return std::move(*put.mutable_blob());
  }

 private:
  std::shared_ptr<Stream> stream_;
};

class GrpcAttentionStream final : public AttentionStream {
 public:
  using Stream = rpc::ClientStream<v1::ShareRequest, v1::ShareResponse>;
  explicit GrpcAttentionStream(std::shared_ptr<Stream> stream) : stream_{std::move(stream)} {}
  void tell(v1::Attention attention) override {
    v1::ShareRequest request;
    *request.mutable_attention() = std::move(attention);
    stream_->write(std::move(request));
  }
  void listen(std::function<void(v1::Attention)> on_message,
              std::function<void(const Status&)> on_end) override {
    stream_->listen([on_message = std::move(on_message)](
                        v1::ShareResponse said) { on_message(std::move(*said.mutable_attention())); },
                    std::move(on_end));
  }

 private:
  std::shared_ptr<Stream> stream_;
};

class GrpcAttention final : public AttentionPort {
 public:
  GrpcAttention(asio::any_io_executor executor, const std::shared_ptr<grpc::Channel>& channel)
      : executor_{std::move(executor)}, stub_{v1::AttentionService::NewStub(channel)} {}
  std::shared_ptr<AttentionStream> share() override {
    return std::make_shared<GrpcAttentionStream>(rpc::open_stream(
        executor_, stub_->async(), &v1::AttentionService::StubInterface::async_interface::Share));
  }

 private:
  asio::any_io_executor executor_;
  std::unique_ptr<v1::AttentionService::Stub> stub_;
};

class GrpcBlobs final : public BlobPort {
 public:
  GrpcBlobs(asio::any_io_executor executor, const std::shared_ptr<grpc::Channel>& channel)
      : executor_{std::move(executor)}, stub_{v1::BlobService::NewStub(channel)} {}
  std::shared_ptr<BlobUpload> put_blob() override {
    return std::make_shared<GrpcBlobUpload>(rpc::open_write_stream(
        executor_, stub_->async(), &v1::BlobService::StubInterface::async_interface::PutBlob));
  }
  std::shared_ptr<BlobStream> get_blob(v1::GetBlobRequest request) override {
    return std::make_shared<GrpcBlobStream>(rpc::open_read_stream(
        executor_, stub_->async(), &v1::BlobService::StubInterface::async_interface::GetBlob, request));
  }

 private:
  asio::any_io_executor executor_;
  std::unique_ptr<v1::BlobService::Stub> stub_;
};

class GrpcPhone final : public PhonePort {
 public:
  /// Without a channel there is no telephone.
  explicit GrpcPhone(const std::shared_ptr<grpc::Channel>& channel)
      : stub_{channel ? v1::PhoneService::NewStub(channel) : nullptr} {}

  Task<Result<v1::ControlCallResponse>> control_call(v1::ControlCallRequest request) override {
    if (!stub_) return no_phone();
    return rpc::call(stub_->async(), &v1::PhoneService::Stub::async_interface::ControlCall,
                     std::move(request));
  }

 private:
  static Task<Result<v1::ControlCallResponse>> no_phone() {
    co_return Error{Code::kFailedPrecondition, Reason::kIllegalTransition,
                    "this console does not know where the phone service is: set peers.phone"};
  }

  std::unique_ptr<v1::PhoneService::Stub> stub_;
};

}  // namespace

struct GrpcPorts::Impl {
  GrpcConversation conversation;
  GrpcRouting routing;
  GrpcEvents events;
  GrpcBlobs blobs;
  GrpcAttention attention;
  GrpcPhone phone;
};

GrpcPorts::GrpcPorts(asio::any_io_executor executor, const rpc::Peer& conversation, const rpc::Peer& routing,
                     const rpc::Peer& phone)
    : impl_{new Impl{GrpcConversation{conversation.channel}, GrpcRouting{executor, routing},
                     GrpcEvents{executor, conversation}, GrpcBlobs{executor, conversation.channel},
                     GrpcAttention{executor, conversation.channel}, GrpcPhone{phone.channel}}} {}

GrpcPorts::~GrpcPorts() = default;

Ports GrpcPorts::ports(AgentStore& store) {
  return {impl_->conversation, impl_->routing, impl_->events, impl_->blobs,
          impl_->attention,    impl_->phone,   store};
}

}  // namespace hark::console
