#include "routing/rpc/shard_handler.h"

#include <functional>
#include <map>
#include <string>

#include "base/core/invalid.h"
#include "routing/rpc/streams.h"

namespace hark::routing {
namespace {

using Answered = Task<Result<v1::AskShardResponse>>;

template <class Request, class Response>
Answered answer(Routing& leader, Switchboard::Call<Request, Response> call, std::string bytes) {
  Request request;
  if (!request.ParseFromString(bytes)) co_return invalid("request: cannot be read");
  HARK_CO_TRY(const auto response, co_await (leader.*call)(std::move(request)));
  v1::AskShardResponse out;
  out.set_response(response.SerializeAsString());
  co_return out;
}

using Calls = std::map<std::string, std::function<Answered(Routing& leader, std::string request)>>;

template <class Request, class Response>
Calls::value_type entry(Switchboard::Call<Request, Response> call) {
  return {Request::descriptor()->full_name(),
          [call](Routing& leader, std::string request) { return answer(leader, call, std::move(request)); }};
}

/// What Switchboard passes on.
const Calls& calls() {
  static const Calls all{
      entry(&Routing::accept_offer),      entry(&Routing::decline_offer),
      entry(&Routing::set_presence),      entry(&Routing::upsert_agent),
      entry(&Routing::list_agents),       entry(&Routing::list_queue),
      entry(&Routing::summarize_queue),   entry(&Routing::explain),
      entry(&Routing::take_over),         entry(&Routing::begin_wrap_up),
      entry(&Routing::end_wrap_up),       entry(&Routing::put_on_hold),
      entry(&Routing::end_sessions),      entry(&Routing::get_routing),
      entry(&Routing::check_routing),     entry(&Routing::apply_routing),
      entry(&Routing::roll_back_routing), entry(&Routing::list_routing_versions),
      entry(&Routing::pass_on),
  };
  return all;
}

Result<Routing*> leader_of(const std::vector<Routing*>& here, int shard) {
  if (shard < 0 || shard >= static_cast<int>(here.size()))
    return invalid("shard: there is no " + std::to_string(shard) + " in this process's configuration");
  return here[static_cast<std::size_t>(shard)];
}

Answered ask(const std::vector<Routing*>& here, v1::AskShardRequest request) {
  HARK_CO_TRY(Routing* const leader, leader_of(here, request.shard()));
  const auto call = calls().find(request.call());
  if (call == calls().end()) co_return invalid("call: this version knows no such call");
  co_return co_await call->second(*leader, std::move(*request.mutable_request()));
}

Task<Status> session(const std::vector<Routing*>& here, v1::ShardSessionRequest request,
                     std::shared_ptr<SessionDown> stream) {
  HARK_CO_TRY(Routing* const leader, leader_of(here, request.shard()));
  co_return co_await serve_session(*leader, std::move(*request.mutable_hello()), std::move(stream));
}

Task<Status> watch(const std::vector<Routing*>& here, int shard, std::shared_ptr<AgentsDown> stream) {
  HARK_CO_TRY(Routing* const leader, leader_of(here, shard));
  co_return co_await serve_watch(*leader, std::move(stream));
}

}  // namespace

grpc::ServerUnaryReactor* ShardHandler::AskShard(Context*, const v1::AskShardRequest* in,
                                                 v1::AskShardResponse* out) {
  return rpc::run_unary(tasks_, "AskShard", ask(here_, *in), out);
}

grpc::ServerWriteReactor<v1::AgentSessionResponse>* ShardHandler::ShardSession(
    Context*, const v1::ShardSessionRequest* in) {
  return rpc::run_write_stream<v1::AgentSessionResponse>(
      tasks_, "ShardSession", [this, request = *in](std::shared_ptr<SessionDown> stream) {
        return session(here_, request, std::move(stream));
      });
}

grpc::ServerWriteReactor<v1::WatchAgentsResponse>* ShardHandler::WatchShard(Context*,
                                                                            const v1::WatchShardRequest* in) {
  return rpc::run_write_stream<v1::WatchAgentsResponse>(
      tasks_, "WatchShard", [this, shard = in->shard()](std::shared_ptr<AgentsDown> stream) {
        return watch(here_, shard, std::move(stream));
      });
}

}  // namespace hark::routing
