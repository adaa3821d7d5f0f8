#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/input.h"

namespace hark::routing {

/// Labels that an engine tells apart. Topics that interrupt the same ones, and are interrupted by the same
/// ones, have one label.
constexpr std::size_t kLabelsMax = 11;
/// What units, room and interrupts go by: a ticket's channel and its label. The first ones are those without
/// a label, each by its channel's number.
using WorkClass = std::uint8_t;
/// One bit for each class.
using ClassMask = std::uint64_t;
constexpr std::size_t kWorkClassesMax = (kLabelsMax + 1) * kChannels;
static_assert(kWorkClassesMax <= 64);

/// Of a label's classes; 0: none.
constexpr WorkClass class_of(Channel channel, std::size_t label = 0) {
  return static_cast<WorkClass>(label * kChannels + static_cast<std::size_t>(channel));
}
constexpr Channel channel_of(WorkClass work_class) { return static_cast<Channel>(work_class % kChannels); }
constexpr std::size_t label_of(WorkClass work_class) { return work_class / kChannels; }
constexpr ClassMask mask_of_class(WorkClass work_class) { return ClassMask{1} << work_class; }

/// The classes of work that some settings tell apart, and which of them steps back for which. Made once for
/// each version of the settings.
///
/// Work steps back for other work if its channel is interrupted by the other's channel, or its topic by the
/// other's topic; where these contradict each other, channels decide.
class WorkClasses {
 public:
  WorkClasses() = default;
  WorkClasses(const std::array<ChannelRules, kChannels>& channels, const std::vector<TopicRules>& topics);

  /// Of several topics the first in the order of the settings that interrupts, or is interrupted, gives the
  /// label.
  [[nodiscard]] WorkClass of(Channel channel, const std::vector<std::string>& topics) const;
  /// The topic that does; empty: none.
  [[nodiscard]] std::string_view label_among(const std::vector<std::string>& topics) const;

  /// Of labels with the one of those without.
  [[nodiscard]] std::size_t labels() const { return labels_; }
  [[nodiscard]] std::size_t size() const { return labels_ * kChannels; }
  /// The classes whose work steps back for this one.
  [[nodiscard]] ClassMask stepping_back_for(WorkClass work_class) const { return stepping_back_[work_class]; }
  [[nodiscard]] bool anything_interrupts() const { return anything_interrupts_; }
  /// Whether both give every ticket the same class.
  [[nodiscard]] bool tell_apart_as(const WorkClasses& other) const { return by_topic_ == other.by_topic_; }

 private:
  struct Label {
    /// Lower first, where a ticket has several.
    std::size_t order = 0;
    std::size_t number = 0;
    friend bool operator==(const Label&, const Label&) = default;
  };

  std::map<std::string, Label, std::less<>> by_topic_;
  std::size_t labels_ = 1;
  std::array<ClassMask, kWorkClassesMax> stepping_back_{};
  bool anything_interrupts_ = false;
};

/// Labels that these topics come to; more than kLabelsMax are too many, and the last ones are none.
std::size_t count_labels(const std::vector<TopicRules>& topics);

}  // namespace hark::routing
