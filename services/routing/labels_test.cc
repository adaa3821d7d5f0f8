#include "routing/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config/config.h"
#include "routing/config_check.h"
#include "routing/convert.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "" if it is in order.
std::string problems_of(const std::string& topics, const std::string& more = "") {
  const auto config = read_config("routing:\n  topics:\n" + topics + more, "hark.yaml", check_config);
  return config.ok() ? "" : config.error().message;
}

v1::Routing read(const std::string& topics) {
  return read_config("routing:\n  topics:\n" + topics, "hark.yaml")->routing();
}

TEST(Labels, OnlyTopicsThatTakePartAreTheEngines) {
  RuleProblems problems;
  const Labels labels = labels_of(read("    - {id: plain, words: [x], units: 3}\n"
                                       "    - {id: outage, words: [x], interrupts: [billing]}\n"
                                       "    - {id: billing, words: [x], units: 2}\n"),
                                  problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_THAT(labels.topics, ElementsAre(TopicRules{"outage", {"billing"}}, TopicRules{"billing", {}}));
  EXPECT_EQ(labels.units_of({"billing", "plain"}, 1), 3) << "the first of the configuration";
  EXPECT_EQ(labels.units_of({"outage", "billing"}, 1), 2) << "the first that says so";
  EXPECT_EQ(labels.units_of({"outage"}, 1), 1);
}

TEST(Labels, ATicketCostsWhatItsTopicSaysElseItsChannel) {
  v1::Config config;
  config.mutable_routing()->set_chat_units(2);
  auto& topic = *config.mutable_routing()->add_topics();
  topic.set_id("claim");
  topic.add_words("claim*");
  topic.set_units(4);
  const Rules rules = rules_of(config);
  const auto nobody = [](std::string_view) { return false; };
  v1::Ticket ticket;
  ticket.set_channel(v1::CHANNEL_CHAT);
  ticket.set_preview("Where do I claim?");
  EXPECT_EQ(work_of(ticket, rules, nobody).units, 4);
  ticket.set_preview("When do you open?");
  EXPECT_EQ(work_of(ticket, rules, nobody).units, 2);
}

TEST(Labels, WhatIsWrongIsToldByItsPlace) {
  const std::string message = problems_of(
      "    - id: outage\n      words: [x]\n      units: 1001\n"
      "      interrupts: [outage, billing, bilings, billing]\n"
      "    - id: billing\n      words: [x]\n      units: -1\n      interrupts: [outage]\n");
  EXPECT_THAT(
      message,
      HasSubstr("hark.yaml:5: routing.topics[0].units: 1001 is out of range; it goes from 0 to 1000"));
  EXPECT_THAT(message,
              HasSubstr("hark.yaml:6: routing.topics[0].interrupts[0]: a topic cannot interrupt itself"));
  EXPECT_THAT(message,
              HasSubstr("hark.yaml:6: routing.topics[0].interrupts[2]: there is no topic 'bilings' in "
                        "routing.topics"));
  EXPECT_THAT(message, HasSubstr("hark.yaml:6: routing.topics[0].interrupts[3]: 'billing' is given twice"));
  EXPECT_THAT(message,
              HasSubstr("hark.yaml:9: routing.topics[1].units: -1 is out of range; it goes from 0 to 1000"));
  EXPECT_THAT(
      message,
      HasSubstr("hark.yaml:10: routing.topics[1].interrupts[0]: 'outage' interrupts 'billing' already; "
                "only one of them can step back for the other"));
}

TEST(Labels, ATriageServiceHasTopicsOfItsOwn) {
  const std::string topics = "    - {id: outage, interrupts: [theirs], units: 2}\n";
  EXPECT_THAT(problems_of(topics), HasSubstr("there is no topic 'theirs'"));
  EXPECT_THAT(problems_of(topics), HasSubstr("nothing would be found"));
  EXPECT_EQ(problems_of(topics, "  triage: {service: 'judge:1', service_timeout_ms: 500}\n"), "");
}

TEST(Labels, MoreSortsThanCanBeToldApartAreRefusedAndAlikeOnesCountOnce) {
  const auto steps = [](int many) {
    std::string yaml;
    for (int i = 0; i < many; ++i) {
      yaml += "    - {id: t" + std::to_string(i) + ", words: [x], interrupts: [";
      for (int j = i + 1; j < many; ++j) yaml += (j > i + 1 ? ", t" : "t") + std::to_string(j);
      yaml += "]}\n";
    }
    return yaml;
  };
  EXPECT_EQ(problems_of(steps(11)), "");
  EXPECT_EQ(problems_of(steps(12)),
            "hark.yaml:2: routing.topics: come to 12 sorts by what they interrupt and what interrupts them; "
            "at most 11 "
            "are told apart");
  std::string alike = "    - {id: outage, words: [x], interrupts: [";
  for (int i = 0; i < 50; ++i) alike += (i > 0 ? ", t" : "t") + std::to_string(i);
  alike += "]}\n";
  for (int i = 0; i < 50; ++i) alike += "    - {id: t" + std::to_string(i) + ", words: [x]}\n";
  EXPECT_EQ(problems_of(alike), "");
}

}  // namespace
}  // namespace hark::routing
