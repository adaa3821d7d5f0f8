#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hark/v1/config.pb.h"
#include "routing/core/work_class.h"
#include "routing/redis/rules.h"

namespace hark::routing {

/// What the configuration's topics make of capacity.
struct Labels {
  /// Those that interrupt or are interrupted, for the engine.
  std::vector<TopicRules> topics;
  /// Units that a ticket about a topic costs, in the order in which they count.
  std::vector<std::pair<std::string, int>> units;

  /// Of the first of these topics that says so; `usual`: none does.
  [[nodiscard]] int units_of(const std::vector<std::string>& about, int usual) const;
};

/// What cannot be read adds to `problems` ("topics[1].interrupts[0]") and is left out.
Labels labels_of(const v1::Routing& routing, RuleProblems& problems);

}  // namespace hark::routing
