// What a configuration allows, but hardly means.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/config/names.h"
#include "routing/config_check.h"
#include "routing/core/languages.h"
#include "routing/core/requirement.h"

namespace hark::routing {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::string_view kLanguage = "language:";

std::string item(const std::string& list, int index) { return list + "[" + std::to_string(index) + "]"; }

/// Where tickets of this queue may go on to.
std::set<std::string> left_for(const v1::RoutingQueue& queue) {
  std::set<std::string> out{queue.overflow_to(), queue.empty_to(), queue.closed_to()};
  for (const auto& overflow : queue.overflows()) out.insert(overflow.to());
  return out;
}

/// Queues that a ticket comes to, other than by somebody who puts it there by name.
std::set<std::string> reached_queues(const v1::Config& config) {
  std::set<std::string> reached;
  for (const auto& account : config.accounts()) reached.insert(account.queue());
  for (const auto& policy : config.routing().sla()) reached.insert(policy.missed_move_to_queue());
  for (const auto& queue : config.routing().queues())
    if (!queue.entries().empty()) reached.insert(queue.id());
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const auto& queue : config.routing().queues())
      if (reached.contains(queue.id())) reached.merge(left_for(queue));
  }
  return reached;
}

/// Whether whatever is in the second list, none being all, is in the first.
template <class List>
bool covers(const List& outer, const List& inner) {
  return outer.empty() || (!inner.empty() && std::ranges::all_of(inner, [&](const auto& one) {
           return std::ranges::find(outer, one) != outer.end();
         }));
}

bool covers(const v1::RoutingEntry& outer, const v1::RoutingEntry& inner) {
  return covers(outer.accounts(), inner.accounts()) && covers(outer.channels(), inner.channels()) &&
         covers(outer.languages(), inner.languages()) && covers(outer.topics(), inner.topics()) &&
         covers(outer.customer_tiers(), inner.customer_tiers());
}

bool covers(const v1::SlaPolicy& outer, const v1::SlaPolicy& inner) {
  return covers(outer.accounts(), inner.accounts()) && covers(outer.channels(), inner.channels()) &&
         covers(outer.tiers(), inner.tiers()) &&
         (outer.priority_points_min() == 0 ||
          (inner.priority_points_min() != 0 && inner.priority_points_min() >= outer.priority_points_min()));
}

class Doubts {
 public:
  explicit Doubts(const v1::Config& config) : config_{config}, routing_{config.routing()} {}

  std::vector<ConfigProblem> find() {
    skills_given();
    agents_known();
    idle_agents();
    entries();
    for (int i = 0; i < routing_.queues_size(); ++i) queue(item("routing.queues", i), routing_.queues(i));
    shadowed();
    if (knows_agents_) required();
    languages();
    return std::move(doubts_);
  }

 private:
  void add(std::string field, std::string what) { doubts_.push_back({std::move(field), std::move(what)}); }
  /// For fields of that queue that are given, and do nothing without another.
  auto idle_in(const std::string& path) {
    return [this, path](bool given, const char* field, bool needed, const char* what) {
      if (given && !needed) add(path + "." + field, std::string{"does nothing without "} + what);
    };
  }

  /// Skills that a ticket may require without anybody's doing.
  void skills_given() {
    const auto take = [this](const Texts& texts) {
      for (const std::string& text : texts) {
        if (auto skill = parse_skill(text, kSkillLevelMin); skill.ok()) given_.insert(skill->name);
      }
    };
    for (const v1::Account& account : config_.accounts()) {
      take(account.required_skills());
      by_language_ = by_language_ || account.route_by_language();
    }
    for (const v1::TopicConfig& topic : routing_.topics()) take(topic.required_skills());
    for (const v1::SlaPolicy& policy : routing_.sla()) take(policy.missed_move_to_skills());
  }

  /// A file that lists no agents of its own has them from elsewhere.
  void agents_known() {
    const v1::Config usual = default_config();
    knows_agents_ = config_.agents_size() > 0 &&
                    !std::ranges::equal(config_.agents(), usual.agents(), [](const auto& a, const auto& b) {
                      return a.SerializeAsString() == b.SerializeAsString();
                    });
    for (const v1::AgentSeed& agent : config_.agents()) {
      ids_.insert(agent.id());
      groups_.insert(agent.groups().begin(), agent.groups().end());
      for (const std::string& text : agent.skills()) {
        if (auto skill = parse_skill(text, kSkillLevelUsual); skill.ok())
          levels_[skill->name].insert(skill->level);
      }
    }
    for (const auto& [name, levels] : levels_) skills_.insert(name);
  }

  /// A supervisor may be there to see alone.
  void idle_agents() {
    for (int i = 0; knows_agents_ && i < config_.agents_size(); ++i) {
      const v1::AgentSeed& agent = config_.agents(i);
      if (agent.capacity_units() == 0 && agent.role() == "agent")
        add(item("agents", i) + ".capacity_units",
            "'" + agent.id() + "' is offered nothing: each ticket takes at least one unit");
    }
  }

  void entries() {
    std::map<std::string, std::string> queue_of;
    for (const v1::Account& account : config_.accounts()) queue_of[account.id()] = account.queue();
    const auto reached = reached_queues(config_);
    for (int i = 0; i < routing_.queues_size(); ++i) {
      const std::string path = item("routing.queues", i);
      for (int j = 0; j < routing_.queues(i).entries_size(); ++j) {
        const auto& wanted = routing_.queues(i).entries(j).accounts();
        for (int k = 0; k < wanted.size(); ++k) {
          const std::string field = item(item(path + ".entries", j) + ".accounts", k);
          const auto account = queue_of.find(wanted[k]);
          if (account == queue_of.end()) {
            add(field, "there is no account '" + wanted[k] + "' in accounts: no ticket comes in by it");
          } else if (!account->second.empty() && account->second != routing_.queues(i).id()) {
            add(field, "no ticket comes in by it: the account's own queue is '" + account->second +
                           "', which goes before entries");
          }
        }
      }
      if (const auto& id = routing_.queues(i).id(); !reached.contains(id))
        add(path, "nothing ever enters '" + id +
                      "': it has no entries, and no account, target or other queue leads to it; a ticket "
                      "comes here only if somebody transfers it by name");
    }
  }

  void queue(const std::string& path, const v1::RoutingQueue& in) {
    for (int i = 0; i < in.steps_size(); ++i) dropped(item(path + ".steps", i), in.steps(i));
    limits(path, in);
    useless(path, in);
    if (in.closed_to().empty() || in.hours().empty()) return;
    const auto to = std::ranges::find(routing_.queues(), in.closed_to(), &v1::RoutingQueue::id);
    if (to != routing_.queues().end() && to->hours() == in.hours())
      add(path + ".closed_to", "'" + in.closed_to() + "' has the hours '" + in.hours() +
                                   "' as well, so it is closed whenever this queue is");
  }

  void dropped(const std::string& path, const v1::RoutingStep& step) {
    if (!routing_.triage().service().empty()) return;  // which may require anything
    for (int i = 0; i < step.drop_skills_size(); ++i) {
      const auto skill = parse_skill(step.drop_skills(i), kSkillLevelMin);
      if (!skill.ok() || given_.contains(skill->name)) continue;
      if (by_language_ && skill->name.starts_with(kLanguage)) continue;  // languages() looks into it
      const std::string meant = nearest_name(skill->name, given_);
      add(item(path + ".drop_skills", i), "no account, topic or target requires '" + skill->name +
                                              "': only a transfer for that skill does" +
                                              (meant.empty() ? "" : "; did you mean '" + meant + "'?"));
    }
  }

  void limits(const std::string& path, const v1::RoutingQueue& in) {
    const auto lacks = [&](bool given, const char* limit, const std::string& to, const char* name) {
      if (given && to.empty())
        add(path + "." + limit,
            std::string{"does nothing without "} + name + ", the queue where tickets go then");
    };
    lacks(in.length_max() > 0, "length_max", in.overflow_to(), "overflow_to");
    lacks(in.wait_max_seconds() > 0, "wait_max_seconds", in.overflow_to(), "overflow_to");
    lacks(!in.empty_on_join().empty(), "empty_on_join", in.empty_to(), "empty_to");
    lacks(!in.empty_on_leave().empty(), "empty_on_leave", in.empty_to(), "empty_to");
    const auto idle = idle_in(path);
    idle(!in.overflow_to().empty(), "overflow_to", in.length_max() > 0 || in.wait_max_seconds() > 0,
         "length_max or wait_max_seconds");
    idle(!in.empty_to().empty(), "empty_to", !in.empty_on_join().empty() || !in.empty_on_leave().empty(),
         "empty_on_join or empty_on_leave");
    idle(!in.closed_to().empty(), "closed_to", !in.hours().empty(), "hours: this queue never closes");
    idle(in.empty_grace_seconds() > 0, "empty_grace_seconds", !in.empty_on_leave().empty(), "empty_on_leave");
  }

  /// What another field would have to ask for.
  void useless(const std::string& path, const v1::RoutingQueue& in) {
    const auto idle = idle_in(path);
    idle(in.priority_point_seconds() > 0, "priority_point_seconds", in.order() == "score", "order: score");
    idle(in.answer_target_seconds() > 0, "answer_target_seconds", in.order() == "due", "order: due");
    idle(!in.tiers().empty(), "tiers", in.choice() == "tiers", "choice: tiers");
    idle(in.choice() == "tiers", "choice", !in.tiers().empty(), "tiers");
    idle(in.ring() == "progressive", "ring", in.offers_at_once() > 1, "offers_at_once of 2 and more");
    idle(in.ring_delay_seconds() > 0, "ring_delay_seconds", in.ring() == "progressive", "ring: progressive");
    idle(in.wrap_up_seconds() > 0, "wrap_up_seconds", !in.wrap_up().empty(), "wrap_up");
    for (int i = 0; i < in.overflows_size(); ++i) {
      const v1::RoutingOverflow& rule = in.overflows(i);
      const bool asks =
          !rule.of().empty() || !rule.comparison().empty() || rule.value() != 0 || rule.again_seconds() > 0;
      if (asks && rule.metric().empty())
        add(item(path + ".overflows", i),
            "of, comparison, value and again_seconds do nothing without metric; tickets go on as "
            "soon as they have waited after_seconds");
    }
  }

  /// Of queues and of targets, the first that fits counts.
  void shadowed() {
    for (int i = 1; i < routing_.queues_size(); ++i) {
      const v1::RoutingQueue& queue = routing_.queues(i);
      for (int j = 0; j < queue.entries_size(); ++j) {
        const auto before = routing_.queues().begin() + i;
        const auto first =
            std::find_if(routing_.queues().begin(), before, [&](const v1::RoutingQueue& other) {
              return std::ranges::any_of(other.entries(),
                                         [&](const auto& entry) { return covers(entry, queue.entries(j)); });
            });
        if (first != before)
          add(item(item("routing.queues", i) + ".entries", j),
              "no ticket comes in by it: '" + first->id() + "' before it takes all of them");
      }
    }
    for (int i = 1; i < routing_.sla_size(); ++i) {
      const auto before = routing_.sla().begin() + i;
      const auto first = std::find_if(routing_.sla().begin(), before, [&](const v1::SlaPolicy& other) {
        return covers(other, routing_.sla(i));
      });
      if (first != before)
        add(item("routing.sla", i),
            "never holds: '" + first->id() +
                "' before it fits every ticket that it would; of several the first holds");
    }
  }

  /// Requirements that no agent of the file meets.
  void required() {
    for (int i = 0; i < config_.accounts_size(); ++i)
      skills(item("accounts", i) + ".required_skills", config_.accounts(i).required_skills());
    for (int i = 0; i < routing_.topics_size(); ++i)
      skills(item("routing.topics", i) + ".required_skills", routing_.topics(i).required_skills());
    for (int i = 0; i < routing_.sla_size(); ++i)
      skills(item("routing.sla", i) + ".missed_move_to_skills", routing_.sla(i).missed_move_to_skills());
    for (int i = 0; i < routing_.queues_size(); ++i) {
      const v1::RoutingQueue& queue = routing_.queues(i);
      const std::string path = item("routing.queues", i);
      requirement(path + ".members", queue.members());
      for (int j = 0; j < queue.backups_size(); ++j)
        requirement(item(path + ".backups", j) + ".who", queue.backups(j).who());
      for (int j = 0; j < queue.steps_size(); ++j)
        requirement(item(path + ".steps", j) + ".require", queue.steps(j).require());
      for (int j = 0; j < queue.tiers_size(); ++j) requirement(item(path + ".tiers", j), queue.tiers(j));
    }
    for (int i = 0; i < routing_.tiers_size(); ++i) {
      const auto& agents = routing_.tiers(i).agents();
      for (int j = 0; j < agents.size(); ++j)
        nobody(!ids_.contains(agents[j]), item(item("routing.tiers", i) + ".agents", j),
               "is '" + agents[j] + "'", agents[j], ids_);
    }
  }

  void skills(const std::string& field, const Texts& texts) {
    for (int i = 0; i < texts.size(); ++i) {
      if (auto skill = parse_skill(texts[i], kSkillLevelMin); skill.ok())
        level(item(field, i), skill->name, skill->level, kSkillLevelMax);
    }
  }

  void requirement(const std::string& field, const std::string& text) {
    if (text.empty()) return;
    if (const auto parsed = parse_requirement(text); parsed.ok()) part(field, *parsed);
  }

  void part(const std::string& field, const Requirement& in) {
    using Kind = Requirement::Kind;
    if (in.kind == Kind::kSkill) level(field, in.name, in.level_least, in.level_most);
    if (in.kind == Kind::kAgent)
      nobody(!ids_.contains(in.name), field, "is '" + in.name + "'", in.name, ids_);
    if (in.kind == Kind::kGroup)
      nobody(!groups_.contains(in.name), field, "is in group '" + in.name + "'", in.name, groups_);
    for (const Requirement& inner : in.parts) part(field, inner);
  }

  void level(const std::string& field, const std::string& skill, int least, int most) {
    const auto has = levels_.find(skill);
    if (has == levels_.end() && groups_.contains(skill))
      return add(field,
                 "no agent of agents has the skill '" + skill + "'; did you mean 'group:" + skill + "'?");
    if (has == levels_.end()) return nobody(true, field, "has the skill '" + skill + "'", skill, skills_);
    const auto at = has->second.lower_bound(least);
    const bool none = at == has->second.end() || *at > most;
    nobody(none, field,
           "has '" + skill + "' at a level of " + std::to_string(least) +
               (least == most ? "" : " to " + std::to_string(most)),
           "", {});
  }

  void nobody(bool so, const std::string& field, const std::string& what, const std::string& name,
              const std::set<std::string>& known) {
    if (!so) return;
    const std::string meant = nearest_name(name, known);
    add(field, "no agent of agents " + what + (meant.empty() ? "" : "; did you mean '" + meant + "'?"));
  }

  /// Skills of languages are found from texts, by their codes.
  void languages() {
    const auto look = [this](const std::string& field, const Texts& texts) {
      for (int i = 0; i < texts.size(); ++i) {
        const std::string name = texts[i].substr(0, texts[i].find('='));
        if (!name.starts_with(kLanguage)) continue;
        const std::string language = name.substr(kLanguage.size());
        if (std::string problem = language_problem(language); !problem.empty())
          add(item(field, i), std::move(problem));
      }
    };
    for (int i = 0; i < config_.accounts_size(); ++i)
      look(item("accounts", i) + ".required_skills", config_.accounts(i).required_skills());
    for (int i = 0; i < config_.agents_size(); ++i)
      look(item("agents", i) + ".skills", config_.agents(i).skills());
    for (int i = 0; i < routing_.topics_size(); ++i)
      look(item("routing.topics", i) + ".required_skills", routing_.topics(i).required_skills());
    for (int i = 0; i < routing_.queues_size(); ++i) {
      for (int j = 0; j < routing_.queues(i).steps_size(); ++j)
        look(item(item("routing.queues", i) + ".steps", j) + ".drop_skills",
             routing_.queues(i).steps(j).drop_skills());
    }
  }

  const v1::Config& config_;
  const v1::Routing& routing_;
  std::vector<ConfigProblem> doubts_;
  std::set<std::string> given_;
  bool by_language_ = false;
  bool knows_agents_ = false;
  std::set<std::string> ids_, groups_, skills_;
  std::map<std::string, std::set<int>> levels_;
};

}  // namespace

std::vector<ConfigProblem> doubtful_config(const v1::Config& config) { return Doubts{config}.find(); }

}  // namespace hark::routing
