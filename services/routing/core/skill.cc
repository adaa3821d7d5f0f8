#include "routing/core/skill.h"

#include <algorithm>

namespace hark::routing {
namespace {

Error bad_skill(std::string_view text, std::string_view what) {
  return {Code::kInvalidArgument, Reason::kInvalidField,
          "skill '" + std::string{text.substr(0, kSkillNameBytesMax)} + "' " + std::string{what} +
              "; write for example billing or language:lv=5"};
}

bool fits_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<Skill> parse_skill(std::string_view text, int level_if_absent) {
  Skill skill{"", level_if_absent};
  const auto equals = text.find('=');
  if (equals != std::string_view::npos) {
    const auto level = text.substr(equals + 1);
    if (level.size() != 1 || level[0] < '0' + kSkillLevelMin || level[0] > '0' + kSkillLevelMax) {
      return bad_skill(text, "has no level from 1 to 5 after '='");
    }
    skill.level = level[0] - '0';
  }
  for (char c : text.substr(0, equals)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!fits_name(c)) return bad_skill(text, "has a character that names of skills may not have");
    skill.name += c;
  }
  if (skill.name.empty()) return bad_skill(text, "has no name");
  if (skill.name.size() > kSkillNameBytesMax) return bad_skill(text, "has a name of more than 64 bytes");
  return skill;
}

std::vector<Skill> normalised(std::vector<Skill> skills) {
  std::sort(skills.begin(), skills.end(), [](const Skill& a, const Skill& b) {
    return a.name != b.name ? a.name < b.name : a.level > b.level;
  });
  const auto same_name = [](const Skill& a, const Skill& b) { return a.name == b.name; };
  skills.erase(std::unique(skills.begin(), skills.end(), same_name), skills.end());
  return skills;
}

bool meets(const std::vector<Skill>& has, const std::vector<Skill>& required) {
  auto at = has.begin();
  for (const Skill& need : required) {
    while (at != has.end() && at->name < need.name) ++at;
    if (at == has.end() || at->name != need.name || at->level < need.level) return false;
  }
  return true;
}

std::string describe(const std::vector<Skill>& required) {
  std::string text;
  for (const Skill& skill : required) {
    if (!text.empty()) text += ", ";
    text += skill.name + " ≥ " + std::to_string(skill.level);
  }
  return text;
}

}  // namespace hark::routing
