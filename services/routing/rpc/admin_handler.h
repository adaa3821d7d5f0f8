#pragma once

#include "base/async/task_group.h"
#include "base/rpc/server_call.h"
#include "hark/v1/routing_admin_service.grpc.pb.h"
#include "routing/rpc/switchboard.h"

namespace hark::routing {

/// RoutingAdminService over gRPC. The rules of all shards are kept by the leader of the first.
class AdminHandler final : public v1::RoutingAdminService::CallbackService {
 public:
  AdminHandler(TaskGroup& tasks, Switchboard& board) : tasks_{tasks}, board_{board} {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* GetRouting(Context*, const v1::GetRoutingRequest* in, v1::GetRoutingResponse* out) override;
  Reactor* CheckRouting(Context*, const v1::CheckRoutingRequest* in, v1::CheckRoutingResponse* out) override;
  Reactor* ApplyRouting(Context*, const v1::ApplyRoutingRequest* in, v1::ApplyRoutingResponse* out) override;
  Reactor* ListRoutingVersions(Context*, const v1::ListRoutingVersionsRequest* in,
                               v1::ListRoutingVersionsResponse* out) override;
  Reactor* RollBackRouting(Context*, const v1::RollBackRoutingRequest* in,
                           v1::RollBackRoutingResponse* out) override;

 private:
  TaskGroup& tasks_;
  Switchboard& board_;
};

}  // namespace hark::routing
