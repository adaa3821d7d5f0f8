#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/input.h"

namespace hark::routing {

constexpr std::size_t kShardsMax = 64;

/// A leader's fencing token is its shard × 2^32 + its term.
constexpr int kTermBits = 32;

/// Parts of routing, each with queues, agents and a leader of its own.
struct Shards {
  /// In the order of their numbers, from 0. None: there is one, without a name.
  std::vector<std::string> names;

  [[nodiscard]] bool several() const { return names.size() > 1; }
  [[nodiscard]] std::uint16_t count() const {
    return names.empty() ? std::uint16_t{1} : static_cast<std::uint16_t>(names.size());
  }
  /// An empty name is the first one's.
  [[nodiscard]] std::optional<std::uint16_t> find(std::string_view name) const;
  /// Empty where there is only one.
  [[nodiscard]] std::string name(std::uint16_t shard) const { return several() ? names[shard] : ""; }
};

/// The shard of the queue that takes the ticket, of all shards' queues: the one that it was put into by name,
/// else the first that takes it by itself. The first shard if none does.
std::uint16_t shard_for(const std::vector<QueueRules>& queues, const Work& work, const Shards& shards);

/// What the shard's engine goes by: the settings with its own queues alone.
Settings settings_of(Settings settings, const Shards& shards, std::uint16_t shard);

}  // namespace hark::routing
