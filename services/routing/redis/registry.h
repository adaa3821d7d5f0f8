#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/redis/client.h"
#include "routing/core/shards.h"

namespace hark::routing {

/// Which shards there are, and whose each agent is, where there are several. Lives on its service's thread.
/// Errors are the client's unless said otherwise.
class Registry {
 public:
  explicit Registry(redis::Client& redis);

  /// Keeps the names, so that none ever means another shard. INVALID_FIELD if they are not those that the
  /// store has, with more at the end at most.
  Task<Status> name_shards(const std::vector<std::string>& names);

  /// As they were named; none where there is one without a name.
  Task<Result<Shards>> shards();

  /// Nothing: there is no such agent.
  Task<Result<std::optional<std::uint16_t>>> shard_of(std::string_view agent_id);
  /// The agent's shard: this one, unless they are another's already.
  Task<Result<std::uint16_t>> claim(std::string_view agent_id, std::uint16_t shard);

 private:
  redis::Client& redis_;
  std::string prefix_;
};

}  // namespace hark::routing
