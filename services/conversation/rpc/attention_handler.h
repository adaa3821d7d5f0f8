#pragma once

#include "base/rpc/server_call.h"
#include "conversation/attention_hub.h"
#include "hark/v1/attention_service.grpc.pb.h"

namespace hark::conversation {

/// AttentionService over gRPC.
class AttentionHandler final : public v1::AttentionService::CallbackService {
 public:
  AttentionHandler(TaskGroup& tasks, AttentionHub& hub) : tasks_{tasks}, hub_{hub} {}

  grpc::ServerBidiReactor<v1::ShareRequest, v1::ShareResponse>* Share(grpc::CallbackServerContext*) override;

 private:
  TaskGroup& tasks_;
  AttentionHub& hub_;
};

}  // namespace hark::conversation
