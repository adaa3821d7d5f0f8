#pragma once

#include <memory>

#include "base/rpc/peer.h"
#include "hark/v1/conversation_service.grpc.pb.h"
#include "hark/v1/event_service.grpc.pb.h"
#include "routing/ports.h"

namespace hark::routing {

/// The conversation service over gRPC, or without it in one process.
class ConversationClient final : public Conversations {
 public:
  ConversationClient(asio::any_io_executor executor, const rpc::Peer& to_conversation);

  Task<Result<v1::AssignResponse>> assign(v1::AssignRequest request) override;
  Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) override;
  Task<Result<v1::HoldTicketResponse>> hold(v1::HoldTicketRequest request) override;
  Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) override;
  Task<Result<v1::AnnotateTicketResponse>> annotate(v1::AnnotateTicketRequest request) override;
  Task<Result<v1::SetVerdictsResponse>> set_verdicts(v1::SetVerdictsRequest request) override;
  Task<Result<std::vector<v1::Entry>>> entries_since(std::string conversation_id,
                                                     std::int64_t since_ms) override;
  Task<Status> raise_fence(std::int64_t fencing_token) override;
  Task<Status> set_shards(v1::SetShardsRequest request) override;
  Task<Result<Snapshot>> snapshot() override;
  std::unique_ptr<EventFeed> subscribe(v1::Cursor after) override;

 private:
  asio::any_io_executor executor_;
  const rpc::InProcess* in_process_;
  std::unique_ptr<v1::ConversationService::Stub> conversation_;
  std::unique_ptr<v1::EventService::Stub> events_;
};

}  // namespace hark::routing
