#pragma once

#include "base/rpc/server_call.h"
#include "conversation/attention_hub.h"
#include "conversation/event_hub.h"
#include "conversation/service.h"
#include "hark/v1/channel_service.grpc.pb.h"

namespace hark::conversation {

constexpr int kFramesUnderWayMax = 256;  // per stream; then reading stops
constexpr int kLeasesDefault = 32;
constexpr std::chrono::seconds kLeaseFor{60};

/// ChannelService over gRPC: durable acks up, leased outbound messages down.
class ChannelHandler final : public v1::ChannelService::CallbackService {
 public:
  ChannelHandler(TaskGroup& tasks, Conversations& service, EventHub& events, AttentionHub& attention)
      : tasks_{tasks}, service_{service}, events_{events}, attention_{attention} {}

  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override;
  grpc::ServerUnaryReactor* Accept(grpc::CallbackServerContext*, const v1::AcceptRequest* in,
                                   v1::AcceptResponse* out) override;

 private:
  TaskGroup& tasks_;
  Conversations& service_;
  EventHub& events_;
  AttentionHub& attention_;
};

}  // namespace hark::conversation
