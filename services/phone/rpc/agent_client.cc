#include "phone/rpc/agent_client.h"

#include <grpcpp/channel.h>

#include "base/rpc/client_call.h"

namespace hark::phone {

Task<Result<AgentPort::Reach>> AgentClient::reach_of(std::string agent_id) {
  HARK_CO_TRY(const auto answer,
              co_await rpc::call(calls_->async(), &v1::RoutingService::Stub::async_interface::ListAgents,
                                 v1::ListAgentsRequest{}));
  for (const auto& agent : answer.agents())
    if (agent.id() == agent_id) co_return Reach{agent.phone(), agent.presence()};
  co_return Reach{};
}

Task<Result<AgentPort::Place>> AgentClient::place_of(std::string ticket_id) {
  v1::ExplainRequest request;
  request.set_ticket_id(std::move(ticket_id));
  request.set_candidates_max(1);
  HARK_CO_TRY(const auto answer,
              co_await rpc::call(calls_->async(), &v1::RoutingService::Stub::async_interface::Explain,
                                 std::move(request)));
  const auto wait = answer.estimated_wait_ms();
  co_return Place{answer.ahead() + 1, wait < 0 ? -1 : static_cast<int>(wait / 1000)};
}

Task<Status> AgentClient::give(v1::TakeOverRequest request) {
  HARK_CO_TRY_VOID(co_await rpc::call(calls_->async(), &v1::RoutingService::Stub::async_interface::TakeOver,
                                      std::move(request)));
  co_return Status{};
}

}  // namespace hark::phone
