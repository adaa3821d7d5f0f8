#pragma once

#include <grpcpp/channel.h>

#include "base/rpc/peer.h"
#include "hark/v1/routing_service.grpc.pb.h"
#include "phone/ports.h"

namespace hark::phone {

/// Agents' records, as routing keeps them.
class AgentClient final : public AgentPort {
 public:
  explicit AgentClient(const rpc::Peer& to_routing)
      : calls_{v1::RoutingService::NewStub(to_routing.channel)} {}

  Task<Result<Reach>> reach_of(std::string agent_id) override;
  Task<Result<Place>> place_of(std::string ticket_id) override;
  Task<Status> give(v1::TakeOverRequest request) override;

 private:
  std::unique_ptr<v1::RoutingService::Stub> calls_;
};

}  // namespace hark::phone
