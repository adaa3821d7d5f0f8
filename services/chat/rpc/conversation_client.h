#pragma once

#include "base/channel/channel_client.h"
#include "chat/ports.h"

namespace hark::chat {

/// Conversation over the channel's stream. The client outlives it.
class ConversationClient final : public ConversationPort {
 public:
  explicit ConversationClient(ChannelClient& client) : client_{client} {}
  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) override {
    return client_.accept(std::move(message));
  }
  Task<Status> report(v1::Receipt receipt) override { return client_.report(std::move(receipt)); }
  void type(v1::Typing typing) override { client_.type(std::move(typing)); }
  Task<Result<v1::BlobRef>> put_blob(std::string content) override {
    return client_.put_blob(std::move(content));
  }
  Pieces read_blob(v1::BlobRef blob, std::string conversation_id) override {
    return client_.read_blob(std::move(blob), std::move(conversation_id));
  }

 private:
  ChannelClient& client_;
};

}  // namespace hark::chat
