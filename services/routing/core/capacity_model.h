#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "routing/core/input.h"

// What the tests of Router hold against its counting by classes of work.
namespace hark::routing {

/// Every piece of work looked at by itself, by the names of its channel and topics.
class CapacityModel {
 public:
  explicit CapacityModel(const Settings& settings) : settings_{settings} {}

  [[nodiscard]] bool steps_back(const Work& work, const Work& other) const {
    if (channel_interrupts(other.channel, work.channel)) return true;
    return topic_interrupts(label_of(other), label_of(work)) &&
           !channel_interrupts(work.channel, other.channel);
  }
  /// Without what has stepped back for something else that is there.
  [[nodiscard]] int used(const std::vector<Work>& carried) const {
    int units = 0;
    for (const Work& work : carried) {
      const bool back =
          std::ranges::any_of(carried, [&](const Work& other) { return steps_back(work, other); });
      units += back ? 0 : work.units;
    }
    return units;
  }
  /// What stands in the way of one more.
  [[nodiscard]] int seen_by(const Work& more, const std::vector<Work>& carried) const {
    int units = 0;
    for (const Work& work : carried) units += steps_back(work, more) ? 0 : work.units;
    return units;
  }
  [[nodiscard]] bool alike(const Work& a, const Work& b) const {
    return a.channel == b.channel && label_of(a) == label_of(b);
  }

 private:
  [[nodiscard]] bool channel_interrupts(Channel channel, Channel other) const {
    return channel != other &&
           (settings_.channels[static_cast<std::size_t>(channel)].interrupts & mask_of(other)) != 0;
  }
  [[nodiscard]] bool names(const std::string& topic, const std::string& other) const {
    return std::ranges::any_of(settings_.topics, [&](const TopicRules& rules) {
      return rules.id == topic && std::ranges::find(rules.interrupts, other) != rules.interrupts.end();
    });
  }
  [[nodiscard]] bool topic_interrupts(const std::string& topic, const std::string& other) const {
    return names(topic, other) && !names(other, topic);
  }
  /// The tests' topics are all listed.
  [[nodiscard]] std::string label_of(const Work& work) const {
    for (const TopicRules& rules : settings_.topics) {
      const bool takes_part = std::ranges::any_of(settings_.topics, [&](const TopicRules& other) {
        return topic_interrupts(rules.id, other.id) || topic_interrupts(other.id, rules.id);
      });
      if (takes_part && std::ranges::find(work.topics, rules.id) != work.topics.end()) return rules.id;
    }
    return "";
  }

  const Settings& settings_;
};

}  // namespace hark::routing
