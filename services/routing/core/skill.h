#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace hark::routing {

constexpr int kSkillLevelMin = 1;
constexpr int kSkillLevelMax = 5;
/// What "billing" without a level means for an agent who has it.
constexpr int kSkillLevelUsual = 3;
constexpr std::size_t kSkillNameBytesMax = 64;
constexpr std::size_t kSkillsPerAgentMax = 64;
constexpr std::size_t kSkillsPerTicketMax = 16;

/// A skill of an agent with its level, or a skill that a ticket requires with the least level that will do.
struct Skill {
  std::string name;
  int level = kSkillLevelMin;

  friend bool operator==(const Skill&, const Skill&) = default;
  friend auto operator<=>(const Skill&, const Skill&) = default;
};

/// Reads "billing", "language:lv" or "language:lv=5". Names are lower-cased; letters, digits and :._- may
/// occur. INVALID_FIELD says what is wrong with the text.
Result<Skill> parse_skill(std::string_view text, int level_if_absent);

/// Sorted by name, each name once with its highest level: equal sets compare equal.
std::vector<Skill> normalised(std::vector<Skill> skills);

/// Whether `has` (normalised) meets every requirement of `required` (normalised).
bool meets(const std::vector<Skill>& has, const std::vector<Skill>& required);

/// "language:lv ≥ 1, billing ≥ 3"; empty for none.
std::string describe(const std::vector<Skill>& required);

}  // namespace hark::routing
