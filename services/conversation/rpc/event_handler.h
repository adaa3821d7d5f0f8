#pragma once

#include "base/rpc/server_call.h"
#include "conversation/event_hub.h"
#include "conversation/service.h"
#include "hark/v1/event_service.grpc.pb.h"

namespace hark::conversation {

/// EventService over gRPC.
class EventHandler final : public v1::EventService::CallbackService {
 public:
  EventHandler(TaskGroup& tasks, Conversations& service, EventHub& events)
      : tasks_{tasks}, service_{service}, events_{events} {}

  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(grpc::CallbackServerContext*,
                                                             const v1::SubscribeRequest* in) override;
  grpc::ServerWriteReactor<v1::SnapshotResponse>* Snapshot(grpc::CallbackServerContext*,
                                                           const v1::SnapshotRequest* in) override;

 private:
  TaskGroup& tasks_;
  Conversations& service_;
  EventHub& events_;
};

}  // namespace hark::conversation
