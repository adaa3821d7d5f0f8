#pragma once

#include <grpcpp/channel.h>

#include "base/channel/channel_client.h"
#include "base/rpc/peer.h"
#include "hark/v1/conversation_service.grpc.pb.h"
#include "phone/ports.h"

namespace hark::phone {

/// Conversation over the channel's stream and its calls. The channel's client outlives it.
class ConversationClient final : public ConversationPort {
 public:
  ConversationClient(ChannelClient& channel, const rpc::Peer& to_conversation)
      : channel_{channel}, calls_{v1::ConversationService::NewStub(to_conversation.channel)} {}

  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) override {
    return channel_.accept(std::move(message));
  }
  Task<Status> report(v1::Receipt receipt) override { return channel_.report(std::move(receipt)); }
  Task<Status> report_call(v1::CallReport report) override { return channel_.report_call(std::move(report)); }
  Task<Result<v1::BlobRef>> put_blob(std::string content) override {
    return channel_.put_blob(std::move(content));
  }
  Task<Result<v1::Ticket>> ticket(std::string conversation_id) override;
  Task<Status> transfer(v1::TransferRequest request) override;

 private:
  ChannelClient& channel_;
  std::unique_ptr<v1::ConversationService::Stub> calls_;
};

}  // namespace hark::phone
