#include "routing/core/agent_sets.h"

#include <algorithm>
#include <utility>

namespace hark::routing {

using Kind = Requirement::Kind;

class AgentSets::RecordTraits final : public Traits {
 public:
  RecordTraits(const AgentSets& sets, const Record& record) : sets_{sets}, record_{record} {}
  [[nodiscard]] int level_of(std::string_view skill) const override {
    const auto at = std::ranges::lower_bound(record_.skills, skill, {}, &Skill::name);
    return at != record_.skills.end() && at->name == skill ? at->level : 0;
  }
  [[nodiscard]] bool is_agent(std::string_view id) const override { return record_.id == id; }
  [[nodiscard]] bool in_group(std::string_view group) const override {
    return std::ranges::find(record_.groups, group) != record_.groups.end() && !sets_.is_closed(group);
  }

 private:
  const AgentSets& sets_;
  const Record& record_;
};

void AgentSets::put(AgentIndex agent, std::string_view id, const std::vector<Skill>& skills,
                    const std::vector<std::string>& groups) {
  if (agent >= records_.size()) records_.resize(agent + 1);
  Record& record = records_[agent];
  for (const Skill& skill : record.skills) {
    const auto at = skills_.find(skill.name);
    at->second.by_level[static_cast<std::size_t>(skill.level - 1)].put(agent, false);
    if (--at->second.count == 0) skills_.erase(at);
  }
  for (const std::string& group : record.groups) groups_[group].put(agent, false);
  record = {std::string{id}, skills, groups};
  for (const Skill& skill : skills) {
    Holders& holders = skills_[skill.name];
    holders.by_level[static_cast<std::size_t>(skill.level - 1)].put(agent, true);
    ++holders.count;
  }
  for (const std::string& group : groups) groups_[group].put(agent, true);
  by_id_[record.id] = agent;
  all_.put(agent, true);
}

void AgentSets::give_hours(const std::vector<std::string>& groups, bool open_if_new) {
  const auto before = std::exchange(open_, {});
  for (const std::string& group : groups) {
    const auto was = before.find(group);
    open_.emplace(group, was == before.end() ? open_if_new : was->second);
  }
}

bool AgentSets::set_open(std::string_view group, bool open) {
  const auto found = open_.find(group);
  return found != open_.end() && std::exchange(found->second, open) != open;
}

bool AgentSets::is_closed(std::string_view group) const {
  if (open_.empty()) return false;
  const auto found = open_.find(group);
  return found != open_.end() && !found->second;
}

bool AgentSets::goes_by_hours(const Requirement& requirement) const {
  if (open_.empty()) return false;
  if (requirement.kind == Kind::kGroup) return open_.contains(requirement.name);
  return std::ranges::any_of(requirement.parts,
                             [this](const Requirement& part) { return goes_by_hours(part); });
}

Bits AgentSets::with_group(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? Bits{} : found->second;
}

std::set<std::string> AgentSets::closed_groups(const Requirement& requirement) const {
  std::set<std::string> out;
  if (requirement.kind == Kind::kGroup && is_closed(requirement.name)) out.insert(requirement.name);
  for (const Requirement& part : requirement.parts) out.merge(closed_groups(part));
  return out;
}

bool AgentSets::skill_known(std::string_view name) const { return skills_.contains(name); }

Bits AgentSets::who_meets(const Requirement& requirement) const {
  Bits out;
  switch (requirement.kind) {
    case Kind::kAny:
      return all_;
    case Kind::kSkill:
      if (const auto found = skills_.find(requirement.name); found != skills_.end()) {
        for (int level = requirement.level_least; level <= requirement.level_most; ++level) {
          out |= found->second.by_level[static_cast<std::size_t>(level - 1)];
        }
      }
      return out;
    case Kind::kAgent:
      if (const auto found = by_id_.find(requirement.name); found != by_id_.end())
        out.put(found->second, true);
      return out;
    case Kind::kGroup:
      if (const auto found = groups_.find(requirement.name);
          found != groups_.end() && !is_closed(requirement.name))
        out = found->second;
      return out;
    case Kind::kAnd:
      out = all_;
      for (const Requirement& part : requirement.parts) out &= who_meets(part);
      return out;
    case Kind::kOr:
      for (const Requirement& part : requirement.parts) out |= who_meets(part);
      return out;
    case Kind::kNot:
      out = all_;
      return out.subtract(who_meets(requirement.parts.front()));
  }
  return out;
}

bool AgentSets::meets(AgentIndex agent, const Requirement& requirement) const {
  return all_.has(agent) && routing::meets(RecordTraits{*this, records_[agent]}, requirement);
}

bool AgentSets::meets_at_any_hour(AgentIndex agent, const Requirement& requirement) const {
  return all_.has(agent) && meets_at_its_hour(records_[agent], requirement, true);
}

/// At the hour that is best, or worst, for them: what is best below a `not` is worst above it.
bool AgentSets::meets_at_its_hour(const Record& record, const Requirement& requirement, bool best) const {
  const auto part_met = [&](const Requirement& part) { return meets_at_its_hour(record, part, best); };
  switch (requirement.kind) {
    case Kind::kGroup:
      if (!open_.contains(requirement.name)) break;
      return best && std::ranges::find(record.groups, requirement.name) != record.groups.end();
    case Kind::kAnd:
      return std::ranges::all_of(requirement.parts, part_met);
    case Kind::kOr:
      return std::ranges::any_of(requirement.parts, part_met);
    case Kind::kNot:
      return !meets_at_its_hour(record, requirement.parts.front(), !best);
    default:
      break;
  }
  return routing::meets(RecordTraits{*this, record}, requirement);
}

int AgentSets::proficiency(AgentIndex agent, const Requirement& requirement) const {
  if (requirement.kind == Kind::kSkill)
    return RecordTraits{*this, records_[agent]}.level_of(requirement.name) * requirement.weight;
  if (requirement.kind == Kind::kNot) return 0;
  int sum = 0;
  for (const Requirement& part : requirement.parts) sum += proficiency(agent, part);
  return sum;
}

}  // namespace hark::routing
