#include "routing/core/work_class.h"

#include <gtest/gtest.h>

namespace hark::routing {
namespace {

std::array<ChannelRules, kChannels> calls_interrupt_mail() {
  std::array<ChannelRules, kChannels> channels{};
  channels[static_cast<std::size_t>(Channel::kPhone)].interrupts = mask_of(Channel::kEmail);
  return channels;
}

/// Whether the first steps back for the second.
bool steps_back(const WorkClasses& classes, WorkClass work, WorkClass other) {
  return (classes.stepping_back_for(other) & mask_of_class(work)) != 0;
}

TEST(WorkClasses, WithoutLabelsAreTheChannels) {
  const WorkClasses classes{calls_interrupt_mail(), {{"billing", {}}}};
  EXPECT_EQ(classes.size(), kChannels);
  EXPECT_EQ(classes.of(Channel::kPhone, {"billing"}), static_cast<WorkClass>(Channel::kPhone));
  EXPECT_TRUE(steps_back(classes, class_of(Channel::kEmail), class_of(Channel::kPhone)));
  EXPECT_FALSE(steps_back(classes, class_of(Channel::kPhone), class_of(Channel::kEmail)));
  EXPECT_FALSE(steps_back(classes, class_of(Channel::kChat), class_of(Channel::kPhone)));
}

TEST(WorkClasses, ATopicsWorkStepsBackWhateverItsChannelIsUnlessChannelsSayTheContrary) {
  const WorkClasses classes{calls_interrupt_mail(), {{"outage", {"billing"}}}};
  const auto of = [&](Channel channel, const char* topic) { return classes.of(channel, {topic}); };
  EXPECT_TRUE(steps_back(classes, of(Channel::kEmail, "billing"), of(Channel::kEmail, "outage")));
  EXPECT_TRUE(steps_back(classes, of(Channel::kChat, "billing"), of(Channel::kEmail, "outage")));
  EXPECT_TRUE(steps_back(classes, of(Channel::kEmail, "outage"), of(Channel::kPhone, "other")))
      << "channels as before";
  EXPECT_FALSE(steps_back(classes, of(Channel::kEmail, "other"), of(Channel::kEmail, "outage")));
  EXPECT_FALSE(steps_back(classes, of(Channel::kEmail, "outage"), of(Channel::kEmail, "billing")));
  EXPECT_FALSE(steps_back(classes, of(Channel::kPhone, "billing"), of(Channel::kEmail, "outage")))
      << "nobody hangs up for a mail";
  EXPECT_TRUE(steps_back(classes, of(Channel::kEmail, "outage"), of(Channel::kPhone, "billing")));
}

TEST(WorkClasses, TopicsThatInterruptAlikeShareALabel) {
  const std::vector<TopicRules> topics = {
      {"fire", {"a", "b", "c"}}, {"flood", {"c", "b", "a"}}, {"a", {}}, {"b", {}}, {"c", {"d"}}};
  EXPECT_EQ(count_labels(topics), 4U) << "fire and flood, a and b, c, d";
  const WorkClasses classes{{}, topics};
  EXPECT_EQ(classes.labels(), 5U);
  EXPECT_EQ(classes.of(Channel::kChat, {"fire"}), classes.of(Channel::kChat, {"flood"}));
  EXPECT_NE(classes.of(Channel::kChat, {"a"}), classes.of(Channel::kChat, {"c"}));
  EXPECT_TRUE(steps_back(classes, classes.of(Channel::kChat, {"d"}), classes.of(Channel::kChat, {"c"})));
  EXPECT_FALSE(steps_back(classes, classes.of(Channel::kChat, {"d"}), classes.of(Channel::kChat, {"fire"})))
      << "what interrupts what interrupts it is another matter";
}

TEST(WorkClasses, OfSeveralTopicsTheFirstOfTheSettingsThatTakesPartIsTheLabel) {
  const WorkClasses classes{{}, {{"plain", {}}, {"outage", {"billing"}}, {"billing", {}}}};
  EXPECT_EQ(classes.label_among({"billing", "plain", "outage"}), "outage");
  EXPECT_EQ(classes.label_among({"plain", "billing"}), "billing");
  EXPECT_EQ(classes.label_among({"plain"}), "");
}

TEST(WorkClasses, WhatWouldStepBackForEachOtherDoesNotAndTooManyLabelsAreNone) {
  const WorkClasses circle{{}, {{"a", {"a", "b"}}, {"b", {"a"}}}};
  EXPECT_EQ(circle.labels(), 1U);
  EXPECT_FALSE(circle.anything_interrupts());
  std::vector<TopicRules> steps;  // each interrupts all after it
  for (int i = 0; i < 20; ++i) {
    steps.push_back({"t" + std::to_string(i), {}});
    for (int j = i + 1; j < 20; ++j) steps.back().interrupts.push_back("t" + std::to_string(j));
  }
  EXPECT_EQ(count_labels(steps), 20U);
  const WorkClasses many{{}, steps};
  EXPECT_EQ(many.size(), kWorkClassesMax);
  EXPECT_TRUE(steps_back(many, many.of(Channel::kChat, {"t10"}), many.of(Channel::kChat, {"t0"})));
  EXPECT_EQ(many.of(Channel::kChat, {"t11"}), class_of(Channel::kChat));
}

}  // namespace
}  // namespace hark::routing
