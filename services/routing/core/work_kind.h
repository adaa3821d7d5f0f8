#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "routing/core/hash_index.h"
#include "routing/core/input.h"
#include "routing/core/slab.h"
#include "routing/core/work_class.h"

namespace hark::routing {

struct Plan;
using QueueIndex = std::uint32_t;

/// What tickets alike have in common: all that queues, steps and agents' choice go by, and nothing of their
/// own. Fields as in Work.
struct WorkKind {
  Channel channel = Channel::kUnspecified;
  int units = 1;
  std::string account_id;
  std::vector<Skill> required_skills;
  std::string note;
  std::string language;
  std::vector<std::string> topics;
  std::string customer_tier;
  std::string queue_id;
  std::vector<Step> steps;
  /// Its required skills, for people.
  std::string needs;

  /// Of its channel and topics; good while `classed_at` is the number of the last change of labels.
  WorkClass work_class = 0;
  std::uint32_t classed_at = 0;

  /// Where tickets of the kind go: found once for each version of the rules, and good while `found_at` is the
  /// number of that version.
  std::uint64_t found_at = 0;
  QueueIndex queue = 0;
  /// Of that queue; good while `planned_at` is the number of the last change of plans.
  std::uint64_t planned_at = 0;
  Plan* plan = nullptr;

  // Of WorkKinds.
  std::uint32_t users = 0;
  std::uint32_t number = 0;
  std::uint32_t hash = 0;

  /// Whether it is the kind of this ticket.
  [[nodiscard]] bool is_of(const Work& work) const;
};

/// The kinds of all open tickets. A kind lives as long as a ticket has it.
class WorkKinds {
 public:
  /// The kind of the ticket (whose skills are in order), with one more user.
  WorkKind* use(const Work& work);
  void unuse(WorkKind* kind);

 private:
  Slab<WorkKind> kinds_;
  HashIndex by_content_;
};

}  // namespace hark::routing
