#include "routing/core/shards.h"

#include <algorithm>

#include "routing/core/plan.h"
#include "routing/core/state.h"

namespace hark::routing {

std::optional<std::uint16_t> Shards::find(std::string_view name) const {
  if (name.empty()) return std::uint16_t{0};
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - names.begin());
}

std::uint16_t shard_for(const std::vector<QueueRules>& queues, const Work& work, const Shards& shards) {
  auto found = queues.end();
  if (!work.queue_id.empty()) found = std::ranges::find(queues, work.queue_id, &QueueRules::id);
  if (found == queues.end())
    found = std::ranges::find_if(queues, [&](const QueueRules& queue) { return takes(queue, work); });
  return found == queues.end() ? std::uint16_t{0} : shards.find(found->shard).value_or(0);
}

Settings settings_of(Settings settings, const Shards& shards, std::uint16_t shard) {
  if (shards.several()) {
    const auto is_elsewhere = [&](const QueueRules& queue) {
      return shards.find(queue.shard).value_or(0) != shard;
    };
    for (const QueueRules& queue : settings.queues) {
      if (is_elsewhere(queue)) settings.queues_elsewhere.push_back(queue.id);
    }
    std::ranges::sort(settings.queues_elsewhere);
    std::erase_if(settings.queues, is_elsewhere);
  }
  return settings;
}

}  // namespace hark::routing
