#pragma once

#include <vector>

#include "hark/v1/routing_service.pb.h"
#include "routing/core/views.h"

namespace hark::routing {

// What several shards answer, in the order of the shards, as one answer.

/// In the order of their ids.
v1::ListAgentsResponse joined(const v1::ListAgentsRequest& asked,
                              std::vector<v1::ListAgentsResponse> answers);

/// Each shard's tickets in their own order; of what comes first in several, the one that has waited longest.
v1::ListQueueResponse joined(const v1::ListQueueRequest& asked, std::vector<v1::ListQueueResponse> answers);

/// Accounts, skills and the queue without a name are counted together; the other queues are some shard's.
v1::SummarizeQueueResponse joined(const v1::SummarizeQueueRequest& asked,
                                  std::vector<v1::SummarizeQueueResponse> answers);

/// Likewise.
std::vector<QueueView> joined(const std::vector<std::vector<QueueView>>& of_shards);

}  // namespace hark::routing
