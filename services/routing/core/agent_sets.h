#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/bits.h"
#include "routing/core/requirement.h"

namespace hark::routing {

using AgentIndex = std::uint32_t;
constexpr AgentIndex kNoAgent = std::numeric_limits<AgentIndex>::max();

/// Who has what: one set of agents for each level of each skill and for each group, so that a requirement's
/// agents are found by and, or and not of whole sets, 64 agents at a time.
class AgentSets {
 public:
  /// Replaces what was known of the agent.
  void put(AgentIndex agent, std::string_view id, const std::vector<Skill>& skills,
           const std::vector<std::string>& groups);

  /// These groups have hours, and no others. One that had none is open, or not, until it is told otherwise.
  void give_hours(const std::vector<std::string>& groups, bool open_if_new);
  /// Whether that is news of a group that has hours. Nobody is in a group that is closed.
  bool set_open(std::string_view group, bool open);
  [[nodiscard]] bool is_closed(std::string_view group) const;
  [[nodiscard]] bool goes_by_hours(const Requirement& requirement) const;
  /// Whoever has it in their record, whatever the hour.
  [[nodiscard]] Bits with_group(std::string_view group) const;
  /// In order, each once.
  [[nodiscard]] std::set<std::string> closed_groups(const Requirement& requirement) const;

  [[nodiscard]] Bits who_meets(const Requirement& requirement) const;
  [[nodiscard]] bool meets(AgentIndex agent, const Requirement& requirement) const;
  /// Likewise, if groups with hours are open, or closed, as is best for the agent.
  [[nodiscard]] bool meets_at_any_hour(AgentIndex agent, const Requirement& requirement) const;
  /// Whether any agent has the skill, at whatever level.
  [[nodiscard]] bool skill_known(std::string_view name) const;
  /// Of the skills that the requirement names without `not`, the agent's levels summed, each times the weight
  /// that it has there. A skill that is named twice counts twice.
  [[nodiscard]] int proficiency(AgentIndex agent, const Requirement& requirement) const;

 private:
  struct Record {
    std::string id;
    std::vector<Skill> skills;
    std::vector<std::string> groups;
  };
  struct Holders {
    std::array<Bits, kSkillLevelMax> by_level;
    std::size_t count = 0;
  };
  class RecordTraits;
  [[nodiscard]] bool meets_at_its_hour(const Record& record, const Requirement& requirement, bool best) const;

  std::vector<Record> records_;
  Bits all_;
  std::map<std::string, Holders, std::less<>> skills_;
  std::map<std::string, Bits, std::less<>> groups_;
  /// Of groups with hours: whether they are open.
  std::map<std::string, bool, std::less<>> open_;
  std::map<std::string, AgentIndex, std::less<>> by_id_;
};

}  // namespace hark::routing
