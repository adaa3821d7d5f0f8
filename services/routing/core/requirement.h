#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/skill.h"

namespace hark::routing {

constexpr std::size_t kRequirementBytesMax = 2048;
constexpr std::size_t kRequirementNodesMax = 64;
constexpr int kRequirementDepthMax = 8;
constexpr std::size_t kAgentIdInRequirementBytesMax = 64;
constexpr int kWeightMax = 100;

/// What an agent must be or have: a tree of and, or and not over comparisons of skills' levels, agents and
/// groups.
///
/// Written "billing >= 3 and (language:lv or group:night) and not agent:ben". A skill alone means any level
/// of it; "billing 2..4" is a range; "any" is everybody. `and` binds closer than `or`. "billing >= 3 weight
/// 4" says how much the skill counts where the most proficient agent is chosen, and changes nothing else.
struct Requirement {
  enum class Kind : std::uint8_t { kAny, kSkill, kAgent, kGroup, kAnd, kOr, kNot };

  Kind kind = Kind::kAny;
  /// The skill, agent or group.
  std::string name;
  /// Of kSkill, both included.
  int level_least = kSkillLevelMin;
  int level_most = kSkillLevelMax;
  std::vector<Requirement> parts;
  /// Of kSkill: what each of its levels is worth to best proficiency, 1 to 100.
  int weight = 1;

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

/// Errors: INVALID_FIELD says what is wrong and where.
Result<Requirement> parse_requirement(std::string_view text);

/// For people who lack it: what counts is the same.
Requirement without_weights(Requirement requirement);

Requirement require_skill(std::string name, int least, int most = kSkillLevelMax);
/// Every one of these skills at its level or above.
Requirement require_skills(const std::vector<Skill>& skills);
Requirement both(Requirement a, Requirement b);
Requirement either(Requirement a, Requirement b);

/// What parse_requirement() reads back as the same tree: equal requirements have equal texts.
std::string to_text(const Requirement& requirement);

/// What can be known of one agent.
class Traits {
 public:
  virtual ~Traits() = default;
  /// 0: the agent does not have it.
  [[nodiscard]] virtual int level_of(std::string_view skill) const = 0;
  [[nodiscard]] virtual bool is_agent(std::string_view id) const = 0;
  [[nodiscard]] virtual bool in_group(std::string_view group) const = 0;
};
bool meets(const Traits& agent, const Requirement& requirement);

}  // namespace hark::routing
