#include "routing/core/work_class.h"

#include <algorithm>
#include <set>
#include <utility>

namespace hark::routing {
namespace {

/// What a topic interrupts, and what it is interrupted by.
struct Ties {
  std::set<std::string> over;
  std::set<std::string> under;
  friend auto operator<=>(const Ties&, const Ties&) = default;
};

/// Topics that take part, in the order of the settings; those that are only named behind them.
struct Matrix {
  std::vector<std::string> order;
  std::map<std::string, Ties> ties;
};

Matrix matrix_of(const std::vector<TopicRules>& topics) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const TopicRules& topic : topics) {
    for (const std::string& other : topic.interrupts) pairs.emplace(topic.id, other);
  }
  Matrix out;
  for (const auto& [over, under] : pairs) {
    if (pairs.contains({under, over})) continue;  // as with itself: neither can step back
    out.ties[over].over.insert(under);
    out.ties[under].under.insert(over);
  }
  const auto add = [&](const std::string& id) {
    if (out.ties.contains(id) && std::ranges::find(out.order, id) == out.order.end()) out.order.push_back(id);
  };
  for (const TopicRules& topic : topics) add(topic.id);
  for (const TopicRules& topic : topics) std::ranges::for_each(topic.interrupts, add);
  return out;
}

bool interrupts(const std::array<ChannelRules, kChannels>& channels, Channel channel, Channel other) {
  return channel != other && (channels[static_cast<std::size_t>(channel)].interrupts & mask_of(other)) != 0;
}

}  // namespace

WorkClasses::WorkClasses(const std::array<ChannelRules, kChannels>& channels,
                         const std::vector<TopicRules>& topics) {
  const Matrix matrix = matrix_of(topics);
  std::map<Ties, std::size_t> numbers;
  for (const std::string& id : matrix.order) {
    const Ties& ties = matrix.ties.at(id);
    if (!numbers.contains(ties) && numbers.size() == kLabelsMax) continue;
    const std::size_t number = numbers.try_emplace(ties, numbers.size() + 1).first->second;
    by_topic_.emplace(id, Label{by_topic_.size(), number});
  }
  labels_ = numbers.size() + 1;
  std::array<std::array<bool, kLabelsMax + 1>, kLabelsMax + 1> over{};
  for (const auto& [id, label] : by_topic_) {
    for (const std::string& other : matrix.ties.at(id).over) {
      if (const auto under = by_topic_.find(other); under != by_topic_.end())
        over[label.number][under->second.number] = true;
    }
  }
  for (WorkClass work = 0; work < size(); ++work) {
    for (WorkClass other = 0; other < size(); ++other) {
      const Channel channel = channel_of(work), others = channel_of(other);
      const bool steps_back =
          interrupts(channels, channel, others) ||
          (over[label_of(work)][label_of(other)] && !interrupts(channels, others, channel));
      if (steps_back) stepping_back_[work] |= mask_of_class(other);
    }
    anything_interrupts_ = anything_interrupts_ || stepping_back_[work] != 0;
  }
}

std::string_view WorkClasses::label_among(const std::vector<std::string>& topics) const {
  std::string_view first;
  std::size_t order = by_topic_.size();
  for (const std::string& topic : topics) {
    const auto found = by_topic_.find(topic);
    if (found == by_topic_.end() || found->second.order >= order) continue;
    first = found->first;
    order = found->second.order;
  }
  return first;
}

WorkClass WorkClasses::of(Channel channel, const std::vector<std::string>& topics) const {
  const auto found = by_topic_.empty() ? by_topic_.end() : by_topic_.find(label_among(topics));
  return class_of(channel, found == by_topic_.end() ? 0 : found->second.number);
}

std::size_t count_labels(const std::vector<TopicRules>& topics) {
  const Matrix matrix = matrix_of(topics);
  std::set<Ties> different;
  for (const auto& [id, ties] : matrix.ties) different.insert(ties);
  return different.size();
}

}  // namespace hark::routing
