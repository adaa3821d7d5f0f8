#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/async/all.h"
#include "base/rpc/client_call.h"
#include "base/rpc/peer.h"
#include "hark/v1/routing_shard_service.grpc.pb.h"
#include "routing/joins.h"
#include "routing/service.h"

namespace hark::routing {

/// Who is asked: of each call, the shards that it is about; of each shard, this process or the one that
/// leads. What several shards answer is joined.
///
/// Lives on the service's thread. Beside the errors of a call: NOT_LEADER, and OUTCOME_UNKNOWN where the
/// leader's process broke off.
class Switchboard {
 public:
  struct World {
    asio::any_io_executor executor;
    /// By their numbers.
    std::vector<Routing*> here;
    Registry& registry;
    Shards shards;
    /// The way to another process.
    std::function<rpc::Peer(const std::string& address)> connect;
  };
  explicit Switchboard(World world) : world_{std::move(world)} {}

  template <class Request, class Response>
  using Call = Task<Result<Response>> (Routing::*)(Request);

  /// Of one shard's leader.
  template <class Request, class Response>
  Task<Result<Response>> ask(std::uint16_t shard, Call<Request, Response> call, Request request) {
    auto* leader = leader_elsewhere(shard);
    if (leader == nullptr) co_return co_await (world_.here[shard]->*call)(std::move(request));
    v1::AskShardRequest passed;
    passed.set_shard(shard);
    passed.set_call(Request::descriptor()->full_name());
    passed.set_request(request.SerializeAsString());
    HARK_CO_TRY(const auto answer, co_await rpc::call(leader->async(), &Async::AskShard, std::move(passed)));
    Response response;
    if (!response.ParseFromString(answer.response()))
      co_return Error{Code::kInternal, Reason::kInternal, "another process's answer cannot be read"};
    co_return response;
  }
  /// Of the shard that the agent belongs to; of the first one if there is no such agent.
  template <class Request, class Response>
  Task<Result<Response>> ask_of_agent(Call<Request, Response> call, Request request) {
    HARK_CO_TRY(const auto shard, co_await shard_of(request.agent_id()));
    co_return co_await ask(shard, call, std::move(request));
  }
  /// Of all shards, joined (joins.h); the first error if one cannot be asked.
  template <class Request, class Response>
  Task<Result<Response>> ask_all(Call<Request, Response> call, Request request) {
    if (count() == 1) co_return co_await ask(0, call, std::move(request));
    auto answers = co_await each(call, request);
    std::vector<Response> good;
    for (auto& answer : answers) {
      if (!answer.ok()) co_return answer.error();
      good.push_back(*std::move(answer));
    }
    co_return joined(request, std::move(good));
  }

  Task<Result<v1::UpsertAgentResponse>> upsert_agent(v1::UpsertAgentRequest request);
  Task<Result<v1::SignInResponse>> sign_in(v1::SignInRequest request);
  Task<Result<v1::ExplainResponse>> explain(v1::ExplainRequest request);
  Task<Result<v1::PassOnResponse>> pass_on(v1::PassOnRequest request);

  Task<Result<std::uint16_t>> shard_of(std::string agent_id);

  using Session = rpc::ClientReadStream<v1::AgentSessionResponse>;
  using Watch = rpc::ClientReadStream<v1::WatchAgentsResponse>;
  /// Null: this process is to be asked itself.
  std::shared_ptr<Session> session_elsewhere(std::uint16_t shard, v1::AgentSessionRequest::Hello hello);
  std::shared_ptr<Watch> watch_elsewhere(std::uint16_t shard);
  [[nodiscard]] Routing& here(std::uint16_t shard) const { return *world_.here[shard]; }
  [[nodiscard]] std::uint16_t count() const { return world_.shards.count(); }
  [[nodiscard]] const asio::any_io_executor& executor() const { return world_.executor; }

 private:
  using Stub = v1::RoutingShardService::Stub;
  using Async = v1::RoutingShardService::StubInterface::async_interface;

  Stub* leader_elsewhere(std::uint16_t shard);
  template <class Request, class Response>
  Task<std::vector<Result<Response>>> each(Call<Request, Response> call, const Request& request) {
    std::vector<Task<Result<Response>>> asked;
    for (std::uint16_t shard = 0; shard < count(); ++shard) asked.push_back(ask(shard, call, request));
    return all(std::move(asked));
  }

  World world_;
  /// Agents never change their shard.
  std::unordered_map<std::string, std::uint16_t> shard_of_;
  /// By address. Of leaders, so there are few.
  std::map<std::string, std::unique_ptr<Stub>> processes_;
};

}  // namespace hark::routing
