#include "routing/core/requirement.h"

#include <algorithm>
#include <utility>

namespace hark::routing {
namespace {

using Kind = Requirement::Kind;

constexpr std::string_view kAgentPrefix = "agent:";
constexpr std::string_view kGroupPrefix = "group:";
constexpr std::string_view kSkillPrefix = "skill:";
constexpr std::string_view kWeight = "weight";

/// Skills whose names would be read as something else are written with a prefix.
bool needs_prefix(std::string_view skill) {
  return skill.starts_with(kAgentPrefix) || skill.starts_with(kGroupPrefix) ||
         skill.starts_with(kSkillPrefix) || skill == "any" || skill == "and" || skill == "or" ||
         skill == "not";
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_' ||
         c == '-' || c == '.';
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Recursive descent: or_ := and_ ("or" and_)*; and_ := not_ ("and" not_)*; not_ := "not" not_ | "(" or_ ")"
/// | leaf; leaf := skill [comparison] ["weight" number] | agent | group | "any".
class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text} {}

  Result<Requirement> run() {
    if (text_.size() > kRequirementBytesMax) return wrong("is longer than 2048 bytes");
    auto whole = any_of(0);
    if (!whole.ok()) return whole;
    if (!at_end()) return wrong("is not understood from '" + rest() + "' on");
    return whole;
  }

 private:
  [[nodiscard]] Error wrong(const std::string& what) const {
    return {Code::kInvalidArgument, Reason::kInvalidField,
            "requirement '" + std::string{text_.substr(0, 80)} + "' " + what +
                "; write for example: billing >= 3 and (language:lv or group:night) and not agent:ben"};
  }
  [[nodiscard]] std::string rest() const { return std::string{text_.substr(at_, 20)}; }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ >= text_.size();
  }
  bool take(std::string_view symbol) {
    skip_space();
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    at_ += symbol.size();
    return true;
  }
  std::string_view peek_word() {
    skip_space();
    std::size_t end = at_;
    while (end < text_.size() && in_name(text_[end]) && text_.substr(end, 2) != "..") ++end;
    return text_.substr(at_, end - at_);
  }
  bool take_word(std::string_view word) {
    if (lower(peek_word()) != word) return false;
    at_ += word.size();
    return true;
  }

  Result<Requirement> any_of(int depth) { return joined(depth, "or", Kind::kOr); }
  Result<Requirement> all_of(int depth) { return joined(depth, "and", Kind::kAnd); }

  Result<Requirement> joined(int depth, std::string_view word, Kind kind) {
    const auto next = [&] { return kind == Kind::kOr ? all_of(depth) : not_or_leaf(depth); };
    auto first = next();
    if (!first.ok()) return first;
    Requirement whole{kind, "", kSkillLevelMin, kSkillLevelMax, {}};
    whole.parts.push_back(*std::move(first));
    while (take_word(word)) {
      auto part = next();
      if (!part.ok()) return part;
      whole.parts.push_back(*std::move(part));
    }
    if (whole.parts.size() == 1) return Requirement{std::move(whole.parts.front())};
    return whole;
  }

  Result<Requirement> not_or_leaf(int depth) {
    if (depth > kRequirementDepthMax) return wrong("is nested deeper than 8");
    if (++nodes_ > kRequirementNodesMax) return wrong("has more than 64 parts");
    if (take_word("not")) {
      auto part = not_or_leaf(depth + 1);
      if (!part.ok()) return part;
      return Requirement{Kind::kNot, "", kSkillLevelMin, kSkillLevelMax, {*std::move(part)}};
    }
    auto primary = take("(") ? bracketed(depth) : leaf();
    if (primary.ok() && lower(peek_word()) == kWeight)
      return wrong("has a weight behind what is not one skill");
    return primary;
  }

  Result<Requirement> bracketed(int depth) {
    auto inner = any_of(depth + 1);
    if (!inner.ok()) return inner;
    if (!take(")")) return wrong("lacks a ')'");
    return inner;
  }

  Result<Requirement> leaf() {
    const std::string word = lower(peek_word());
    if (word.empty())
      return wrong(at_end() ? "ends too early" : "is not understood from '" + rest() + "' on");
    if (word == "and" || word == "or")
      return wrong("has '" + word + "' where a skill, agent or group is due");
    at_ += word.size();
    if (word == "any") return Requirement{};
    for (const auto& [prefix, kind] : {std::pair{kAgentPrefix, Kind::kAgent}, {kGroupPrefix, Kind::kGroup}}) {
      if (!word.starts_with(prefix)) continue;
      const std::string name = word.substr(prefix.size());
      if (name.empty() || name.size() > kAgentIdInRequirementBytesMax) {
        return wrong("has no name of 1 to 64 characters after '" + std::string{prefix} + "'");
      }
      return Requirement{kind, name, kSkillLevelMin, kSkillLevelMax, {}};
    }
    auto skill = comparison(word.starts_with(kSkillPrefix) ? word.substr(kSkillPrefix.size()) : word);
    if (!skill.ok() || !take_word(kWeight)) return skill;
    const std::string number{peek_word()};
    const bool digits = !number.empty() && number.size() <= 3 &&
                        std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    const int weight = digits ? std::stoi(number) : 0;
    if (weight < 1 || weight > kWeightMax) return wrong("has no weight from 1 to 100 after 'weight'");
    at_ += number.size();
    skill->weight = weight;
    return skill;
  }

  Result<Requirement> comparison(const std::string& skill) {
    auto name = parse_skill(skill, kSkillLevelMin);
    if (!name.ok()) return name.error();
    Requirement out = require_skill(name->name, kSkillLevelMin);
    skip_space();
    if (take(">=")) return bounded(out, true, false, 0);
    if (take("<=")) return bounded(out, false, true, 0);
    if (take("==") || take("=")) return bounded(out, true, true, 0);
    if (take(">")) return bounded(out, true, false, 1);
    if (take("<")) return bounded(out, false, true, -1);
    const std::size_t before = at_;
    int least = 0;
    if (level(least) && take("..")) {
      int most = 0;
      if (!level(most)) return wrong("has no level after '..'");
      if (least > most) return wrong("has a range that begins above its end");
      out.level_least = least;
      out.level_most = most;
      return out;
    }
    at_ = before;
    return out;
  }

  Result<Requirement> bounded(Requirement out, bool below, bool above, int shift) {
    int value = 0;
    if (!level(value)) return wrong("has no level from 1 to 5 after the comparison");
    value += shift;
    if (value < kSkillLevelMin || value > kSkillLevelMax)
      return wrong("asks for a level that does not exist");
    if (below) out.level_least = value;
    if (above) out.level_most = value;
    return out;
  }

  bool level(int& out) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] < '0' + kSkillLevelMin || text_[at_] > '0' + kSkillLevelMax)
      return false;
    if (at_ + 1 < text_.size() && in_name(text_[at_ + 1]) && text_[at_ + 1] != '.') return false;
    out = text_[at_++] - '0';
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
};

void write(std::string& out, const Requirement& requirement, bool nested) {
  const auto join = [&](std::string_view word) {
    if (nested) out += '(';
    for (std::size_t i = 0; i < requirement.parts.size(); ++i) {
      if (i > 0) out += word;
      // "and" binds closer: parentheses that nobody wrote could go deeper than may be read back.
      const bool bound = requirement.kind == Kind::kOr && requirement.parts[i].kind == Kind::kAnd;
      write(out, requirement.parts[i], !bound);
    }
    if (nested) out += ')';
  };
  switch (requirement.kind) {
    case Kind::kAny:
      out += "any";
      return;
    case Kind::kSkill:
      if (needs_prefix(requirement.name)) out += kSkillPrefix;
      out += requirement.name;
      if (requirement.level_most < kSkillLevelMax) {
        out += " " + std::to_string(requirement.level_least) + ".." + std::to_string(requirement.level_most);
      } else if (requirement.level_least > kSkillLevelMin) {
        out += " >= " + std::to_string(requirement.level_least);
      }
      if (requirement.weight != 1) ((out += " ") += kWeight) += " " + std::to_string(requirement.weight);
      return;
    case Kind::kAgent:
      (out += kAgentPrefix) += requirement.name;
      return;
    case Kind::kGroup:
      (out += kGroupPrefix) += requirement.name;
      return;
    case Kind::kAnd:
      return join(" and ");
    case Kind::kOr:
      return join(" or ");
    case Kind::kNot:
      out += "not ";
      write(out, requirement.parts.front(), true);
      return;
  }
}

Requirement join(Kind kind, Requirement a, Requirement b) {
  Requirement out{kind, "", kSkillLevelMin, kSkillLevelMax, {}};
  for (Requirement* part : {&a, &b}) {
    if (part->kind == kind) {
      std::move(part->parts.begin(), part->parts.end(), std::back_inserter(out.parts));
    } else {
      out.parts.push_back(std::move(*part));
    }
  }
  return out;
}

}  // namespace

Result<Requirement> parse_requirement(std::string_view text) { return Parser{text}.run(); }

Requirement without_weights(Requirement requirement) {
  requirement.weight = 1;
  for (Requirement& part : requirement.parts) part = without_weights(std::move(part));
  return requirement;
}

Requirement require_skill(std::string name, int least, int most) {
  return {Kind::kSkill, std::move(name), least, most, {}};
}

Requirement require_skills(const std::vector<Skill>& skills) {
  Requirement out;
  for (const Skill& skill : skills) out = both(std::move(out), require_skill(skill.name, skill.level));
  return out;
}

Requirement both(Requirement a, Requirement b) {
  if (a.kind == Kind::kAny) return b;
  if (b.kind == Kind::kAny) return a;
  return join(Kind::kAnd, std::move(a), std::move(b));
}

Requirement either(Requirement a, Requirement b) {
  if (a.kind == Kind::kAny || b.kind == Kind::kAny) return {};
  return join(Kind::kOr, std::move(a), std::move(b));
}

std::string to_text(const Requirement& requirement) {
  std::string out;
  write(out, requirement, false);
  return out;
}

bool meets(const Traits& agent, const Requirement& requirement) {
  const auto part_met = [&](const Requirement& part) { return meets(agent, part); };
  switch (requirement.kind) {
    case Kind::kAny:
      return true;
    case Kind::kSkill: {
      const int level = agent.level_of(requirement.name);
      return level >= requirement.level_least && level <= requirement.level_most && level > 0;
    }
    case Kind::kAgent:
      return agent.is_agent(requirement.name);
    case Kind::kGroup:
      return agent.in_group(requirement.name);
    case Kind::kAnd:
      return std::ranges::all_of(requirement.parts, part_met);
    case Kind::kOr:
      return std::ranges::any_of(requirement.parts, part_met);
    case Kind::kNot:
      return !part_met(requirement.parts.front());
  }
  return false;
}

}  // namespace hark::routing
