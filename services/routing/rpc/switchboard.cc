#include "routing/rpc/switchboard.h"

#include <grpcpp/channel.h>

#include "base/core/invalid.h"

namespace hark::routing {
namespace {

/// Of "<lease id> <address>", as a process calls itself; empty if it is not to be asked.
std::string address_of(const std::string& instance) {
  const auto space = instance.find(' ');
  return space == std::string::npos ? "" : instance.substr(space + 1);
}

}  // namespace

Switchboard::Stub* Switchboard::leader_elsewhere(std::uint16_t shard) {
  const Routing& here = *world_.here[shard];
  const std::string address = here.has_lease() ? "" : address_of(here.followed());
  if (address.empty() || !world_.connect) return nullptr;
  auto& stub = processes_[address];
  if (!stub) stub = v1::RoutingShardService::NewStub(world_.connect(address).channel);
  return stub.get();
}

Task<Result<std::uint16_t>> Switchboard::shard_of(std::string agent_id) {
  if (count() == 1) co_return std::uint16_t{0};
  if (const auto known = shard_of_.find(agent_id); known != shard_of_.end()) co_return known->second;
  if (agent_id.empty() || agent_id.size() > kAgentIdBytesMax) co_return std::uint16_t{0};
  HARK_CO_TRY(const auto found, co_await world_.registry.shard_of(agent_id));
  if (!found || *found >= count()) co_return std::uint16_t{0};
  shard_of_[agent_id] = *found;
  co_return *found;
}

Task<Result<v1::UpsertAgentResponse>> Switchboard::upsert_agent(v1::UpsertAgentRequest request) {
  const v1::Agent& agent = request.agent();
  const auto wished = world_.shards.find(agent.shard());
  if (!wished) co_return invalid("agent.shard: there is no shard '" + agent.shard() + "'");
  std::uint16_t shard = *wished;
  if (agent.shard().empty()) {
    HARK_CO_TRY(shard, co_await shard_of(agent.id()));
  }
  co_return co_await ask(shard, &Routing::upsert_agent, std::move(request));
}

/// The store is enough for it: no leader is asked.
Task<Result<v1::SignInResponse>> Switchboard::sign_in(v1::SignInRequest request) {
  HARK_CO_TRY(const auto shard, co_await shard_of(request.agent_id()));
  co_return co_await world_.here[shard]->sign_in(std::move(request));
}

/// The ticket is one shard's; which, its leader knows.
Task<Result<v1::ExplainResponse>> Switchboard::explain(v1::ExplainRequest request) {
  if (count() == 1) co_return co_await ask(0, &Routing::explain, std::move(request));
  auto answers = co_await each(&Routing::explain, request);
  const Result<v1::ExplainResponse>* best = nullptr;
  for (const auto& answer : answers) {
    if (answer.ok()) co_return answer;
    if (!best || best->error().reason == Reason::kTicketNotFound) best = &answer;
  }
  co_return *best;
}

/// Any leader knows all queues and finds all agents.
Task<Result<v1::PassOnResponse>> Switchboard::pass_on(v1::PassOnRequest request) {
  HARK_CO_TRY(const auto shard, co_await shard_of(request.transfer().agent_id()));
  co_return co_await ask(shard, &Routing::pass_on, std::move(request));
}

std::shared_ptr<Switchboard::Session> Switchboard::session_elsewhere(std::uint16_t shard,
                                                                     v1::AgentSessionRequest::Hello hello) {
  auto* leader = leader_elsewhere(shard);
  if (leader == nullptr) return nullptr;
  v1::ShardSessionRequest request;
  request.set_shard(shard);
  *request.mutable_hello() = std::move(hello);
  return rpc::open_read_stream(world_.executor, leader->async(), &Async::ShardSession, request);
}

std::shared_ptr<Switchboard::Watch> Switchboard::watch_elsewhere(std::uint16_t shard) {
  auto* leader = leader_elsewhere(shard);
  if (leader == nullptr) return nullptr;
  v1::WatchShardRequest request;
  request.set_shard(shard);
  return rpc::open_read_stream(world_.executor, leader->async(), &Async::WatchShard, request);
}

}  // namespace hark::routing
