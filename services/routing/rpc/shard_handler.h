#pragma once

#include <vector>

#include "base/async/task_group.h"
#include "base/rpc/server_call.h"
#include "hark/v1/routing_shard_service.grpc.pb.h"
#include "routing/service.h"

namespace hark::routing {

/// RoutingShardService over gRPC: what other processes pass on is answered here or not at all.
class ShardHandler final : public v1::RoutingShardService::CallbackService {
 public:
  /// By the shards' numbers.
  ShardHandler(TaskGroup& tasks, std::vector<Routing*> here) : tasks_{tasks}, here_{std::move(here)} {}

  using Context = grpc::CallbackServerContext;

  grpc::ServerUnaryReactor* AskShard(Context*, const v1::AskShardRequest* in,
                                     v1::AskShardResponse* out) override;
  grpc::ServerWriteReactor<v1::AgentSessionResponse>* ShardSession(
      Context*, const v1::ShardSessionRequest* in) override;
  grpc::ServerWriteReactor<v1::WatchAgentsResponse>* WatchShard(Context*,
                                                                const v1::WatchShardRequest* in) override;

 private:
  TaskGroup& tasks_;
  std::vector<Routing*> here_;
};

}  // namespace hark::routing
