#include "routing/labels.h"

#include <algorithm>
#include <set>

namespace hark::routing {
namespace {

std::string at(const std::string& list, int i) { return list + "[" + std::to_string(i) + "]"; }

/// Topics of the configuration with what they interrupt, as far as that makes sense.
class Reader {
 public:
  Reader(const v1::Routing& routing, RuleProblems& problems) : routing_{routing}, problems_{problems} {
    for (const v1::TopicConfig& topic : routing.topics()) known_.insert(topic.id());
  }

  std::vector<TopicRules> read() {
    std::vector<TopicRules> all;
    for (int i = 0; i < routing_.topics_size(); ++i) {
      TopicRules& topic = all.emplace_back(TopicRules{routing_.topics(i).id(), {}});
      const auto& interrupts = routing_.topics(i).interrupts();
      for (int j = 0; j < interrupts.size(); ++j) {
        const std::string what = wrong_with(topic, interrupts[j]);
        if (what.empty()) {
          topic.interrupts.push_back(interrupts[j]);
          over_.insert({topic.id, interrupts[j]});
        } else {
          problems_.emplace_back(at(at("topics", i) + ".interrupts", j), what);
        }
      }
    }
    std::erase_if(all, [&](const TopicRules& topic) {
      return topic.interrupts.empty() &&
             std::ranges::none_of(over_, [&](const auto& pair) { return pair.second == topic.id; });
    });
    return all;
  }

 private:
  [[nodiscard]] std::string wrong_with(const TopicRules& topic, const std::string& other) const {
    if (other == topic.id) return "a topic cannot interrupt itself";
    // A TriageService has topics of its own.
    if (!known_.contains(other) && routing_.triage().service().empty())
      return "there is no topic '" + other + "' in routing.topics";
    if (over_.contains({topic.id, other})) return "'" + other + "' is given twice";
    if (over_.contains({other, topic.id}))
      return "'" + other + "' interrupts '" + topic.id +
             "' already; only one of them can step back for the other";
    return "";
  }

  const v1::Routing& routing_;
  RuleProblems& problems_;
  std::set<std::string> known_;
  std::set<std::pair<std::string, std::string>> over_;
};

}  // namespace

int Labels::units_of(const std::vector<std::string>& about, int usual) const {
  const auto found = std::ranges::find_if(
      units, [&](const auto& topic) { return std::ranges::find(about, topic.first) != about.end(); });
  return found == units.end() ? usual : found->second;
}

Labels labels_of(const v1::Routing& routing, RuleProblems& problems) {
  Labels out;
  out.topics = Reader{routing, problems}.read();
  if (const std::size_t labels = count_labels(out.topics); labels > kLabelsMax) {
    problems.emplace_back("topics", "come to " + std::to_string(labels) +
                                        " sorts by what they interrupt and what interrupts them; at most " +
                                        std::to_string(kLabelsMax) + " are told apart");
  }
  for (int i = 0; i < routing.topics_size(); ++i) {
    const v1::TopicConfig& topic = routing.topics(i);
    if (topic.units() < 0 || topic.units() > kCapacityUnitsMax) {
      problems.emplace_back(at("topics", i) + ".units", std::to_string(topic.units()) +
                                                            " is out of range; it goes from 0 to " +
                                                            std::to_string(kCapacityUnitsMax));
    } else if (topic.units() > 0) {
      out.units.emplace_back(topic.id(), topic.units());
    }
  }
  return out;
}

}  // namespace hark::routing
