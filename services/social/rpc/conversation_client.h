#pragma once

#include "base/channel/channel_client.h"
#include "social/ports.h"

namespace hark::social {

/// Conversation over the channel's stream. The client outlives it.
class ConversationClient final : public ConversationPort {
 public:
  explicit ConversationClient(ChannelClient& client) : client_{client} {}
  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) override {
    return client_.accept(std::move(message));
  }
  Task<Status> report(v1::Receipt receipt) override { return client_.report(std::move(receipt)); }
  Task<Status> quarantine(v1::Quarantine input) override { return client_.quarantine(std::move(input)); }
  Task<Result<v1::BlobRef>> put_blob(std::string content) override {
    return client_.put_blob(std::move(content));
  }
  Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string conversation_id) override {
    return client_.get_blob(std::move(blob), std::move(conversation_id));
  }

 private:
  ChannelClient& client_;
};

}  // namespace hark::social
