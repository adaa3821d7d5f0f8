#pragma once

#include <memory>

#include "base/rpc/server_call.h"
#include "hark/v1/routing_service.pb.h"
#include "routing/rpc/switchboard.h"

namespace hark::routing {

using SessionUp = rpc::ServerStream<v1::AgentSessionRequest, v1::AgentSessionResponse>;
using SessionDown = rpc::ServerWriteStream<v1::AgentSessionResponse>;
using AgentsDown = rpc::ServerWriteStream<v1::WatchAgentsResponse>;

/// An agent's session, here or at the process that leads their shard.
Task<Status> serve_session(Switchboard& board, std::shared_ptr<SessionUp> stream);
/// All agents, of all shards.
Task<Status> serve_watch(Switchboard& board, std::shared_ptr<AgentsDown> stream);

/// For another process, which had its first frame.
Task<Status> serve_session(Routing& leader, v1::AgentSessionRequest::Hello hello,
                           std::shared_ptr<SessionDown> stream);
/// For another process: the agents of one shard.
Task<Status> serve_watch(Routing& leader, std::shared_ptr<AgentsDown> stream);

}  // namespace hark::routing
