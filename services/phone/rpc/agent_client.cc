#include "phone/rpc/agent_client.h"

#include <grpcpp/channel.h>

#include "base/rpc/client_call.h"

namespace hark::phone {

Task<Result<std::string>> AgentClient::phone_of(std::string agent_id) {
  HARK_CO_TRY(const auto answer,
              co_await rpc::call(calls_->async(), &v1::RoutingService::Stub::async_interface::ListAgents,
                                 v1::ListAgentsRequest{}));
  for (const auto& agent : answer.agents())
    if (agent.id() == agent_id) co_return agent.phone();
  co_return std::string{};
}

}  // namespace hark::phone
