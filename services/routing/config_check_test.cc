#include "routing/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string errors(const std::string& yaml) {
  const auto config = read_config(yaml, "hark.yaml", &check_config);
  return config.ok() ? "" : config.error().message;
}

/// Of a configuration that can be used.
std::string doubts(const std::string& yaml) {
  const auto found = doubts_of_config(yaml, "hark.yaml", &check_config, &doubtful_config);
  EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().message);
  return found.ok() ? *found : "";
}

TEST(ConfigCheck, TellsEveryNameThatLeadsNowhereInTheOrderOfTheFile) {
  EXPECT_EQ(
      errors("accounts:\n"
             "  - {id: support, email: {address: a@b.lv}, queue: ghost}\n"
             "routing:\n"
             "  tiers: [{id: gold, addresses: ['@gold.example']}]\n"
             "  sla:\n"
             "    - id: quick\n"
             "      accounts: [suport]\n"
             "      tiers: [glod]\n"
             "      channels: [fax]\n"
             "      first_response_seconds: 20\n"
             "      missed_move_to_queue: clams\n"
             "  queues:\n"
             "    - id: claims\n"
             "      overflow_to: claims\n"
             "      overflows:\n"
             "        - to: claims\n"
             "      closed_to: clams\n"),
      "hark.yaml:2: accounts[0].queue: there is no queue 'ghost' in routing.queues: claims\n"
      "hark.yaml:7: routing.sla[0].accounts[0]: there is no account 'suport' in accounts; did you mean "
      "'support'?\n"
      "hark.yaml:8: routing.sla[0].tiers[0]: there is no tier 'glod' in routing.tiers; did you mean "
      "'gold'?\n"
      "hark.yaml:9: routing.sla[0].channels[0]: 'fax' is not one of email, chat, social, phone\n"
      "hark.yaml:11: routing.sla[0].missed_move_to_queue: there is no queue 'clams' in routing.queues; did "
      "you mean 'claims'?\n"
      "hark.yaml:14: routing.queues[0].overflow_to: 'claims' is this queue itself; name another one, or "
      "none, so that tickets stay\n"
      "hark.yaml:16: routing.queues[0].overflows[0].to: 'claims' is this queue itself; name another one, or "
      "none, so that tickets stay\n"
      "hark.yaml:17: routing.queues[0].closed_to: there is no queue 'clams' in routing.queues; did you mean "
      "'claims'?");
}

TEST(ConfigCheck, LanguagesAreWrittenByTheirCodes) {
  EXPECT_EQ(
      errors("routing:\n"
             "  topics: [{id: money, words: [refund], languages: [english]}]\n"
             "  queues:\n"
             "    - id: q\n"
             "      entries:\n"
             "        - languages: [lv, LV]\n"),
      "hark.yaml:2: routing.topics[0].languages[0]: 'english' is no language that texts are found to be "
      "in; write en\n"
      "hark.yaml:6: routing.queues[0].entries[0].languages[1]: 'LV' is no language that texts are found to "
      "be in; write lv");
}

TEST(ConfigCheck, NumbersAreHeldAgainstWhatTheyMayBe) {
  const std::string told = errors(
      "routing:\n"
      "  accept_timeout_seconds: 86401\n"
      "  live_wait_seconds: -1\n"
      "  decline_rests:\n"
      "    - {code: busy, seconds: -3}\n"
      "    - {code: busy, seconds: 3}\n"
      "  channels: {phone: {accept_timeout_seconds: 100000}}\n"
      "  queues:\n"
      "    - {id: a, accept_timeout_seconds: 90000, overflows: [{to: b, metric: waiting, value: -1}]}\n"
      "    - {id: b}\n");
  EXPECT_EQ(
      told,
      "hark.yaml:2: routing.accept_timeout_seconds: 86401 is out of range; it goes from 1 to 86400\n"
      "hark.yaml:3: routing.live_wait_seconds: -1 is out of range; it goes from 0 to 86400\n"
      "hark.yaml:5: routing.decline_rests[0].seconds: -3 is out of range; it goes from 0 to 86400\n"
      "hark.yaml:6: routing.decline_rests[1].code: 'busy' is taken by one before\n"
      "hark.yaml:7: routing.channels.phone.accept_timeout_seconds: 100000 is out of range; it goes from 0 "
      "to 86400\n"
      "hark.yaml:9: routing.queues[0].accept_timeout_seconds: 90000 is out of range; it goes from 0 to "
      "86400\n"
      "hark.yaml:9: routing.queues[0].overflows[0].value: -1 is out of range; it goes from 0 to 1000000000");
}

TEST(ConfigCheck, ASkillThatIsDroppedIsOneThatATicketMayHave) {
  const auto dropping = [](const std::string& skill) {
    return "accounts:\n"
           "  - {id: a, email: {address: a@b.lv}, required_skills: [billing=4], route_by_language: true}\n"
           "routing:\n"
           "  queues: [{id: q, entries: [{}], steps: [{drop_skills: ['" +
           skill + "']}]}]\n";
  };
  const std::string field = "hark.yaml:4: routing.queues[0].steps[0].drop_skills[0]: ";
  for (const char* skill : {"*", "billing", "Billing", "language:lv"})
    EXPECT_EQ(doubts(dropping(skill)), "") << skill;
  EXPECT_EQ(errors(dropping("bil ling")),
            field +
                "skill 'bil ling' has a character that names of skills may not have; write for example "
                "billing or language:lv=5");
  EXPECT_EQ(errors(dropping("billing=3")),
            field + "'billing=3' has a level; a skill is dropped whole, so write billing");
  EXPECT_EQ(
      doubts(dropping("biling")),
      field +
          "warning: no account, topic or target requires 'biling': only a transfer for that skill does; did "
          "you mean 'billing'?");
  EXPECT_EQ(doubts(dropping("language:latvian")),
            field + "warning: 'latvian' is no language that texts are found to be in; write lv");
}

TEST(ConfigCheck, ALimitThatLeadsNowhereIsDoubtedAndSoIsAWayThatNothingTakes) {
  const auto queue = [](const std::string& fields) {
    return doubts(
        "routing:\n  hours: [{id: day, time_zone: UTC, open: ['mon-fri 09:00-17:00']}]\n  queues:\n    - "
        "{id: a, entries: [{}], " +
        fields + "}\n    - {id: b, hours: day}\n");
  };
  const auto says = [&](const std::string& fields, const std::string& what) {
    EXPECT_THAT(queue(fields), HasSubstr("hark.yaml:4: routing.queues[0]." + what)) << fields;
  };
  says("length_max: 5, closed_to: b, hours: day",
       "length_max: warning: does nothing without overflow_to, the queue where tickets go then");
  says("wait_max_seconds: 5", "wait_max_seconds: warning: does nothing without overflow_to");
  says("empty_on_join: [offline]", "empty_on_join: warning: does nothing without empty_to");
  says("empty_on_leave: [offline]", "empty_on_leave: warning: does nothing without empty_to");
  says("overflow_to: b", "overflow_to: warning: does nothing without length_max or wait_max_seconds");
  says("empty_to: b", "empty_to: warning: does nothing without empty_on_join or empty_on_leave");
  says("closed_to: b", "closed_to: warning: does nothing without hours: this queue never closes");
  says("hours: day, closed_to: b",
       "closed_to: warning: 'b' has the hours 'day' as well, so it is closed whenever this queue is");
  says("choice: tiers", "choice: warning: does nothing without tiers");
  says("ring: progressive", "ring: warning: does nothing without offers_at_once of 2 and more");
  says("overflows: [{to: b, value: 3}]",
       "overflows[0]: warning: of, comparison, value and again_seconds do nothing without metric");
  EXPECT_EQ(queue("length_max: 5, wait_max_seconds: 60, overflow_to: b, empty_on_leave: [offline], "
                  "empty_grace_seconds: 5, empty_to: b"),
            "");
}

TEST(ConfigCheck, WhatAnotherOneTakesBeforeIsDoubted) {
  EXPECT_EQ(
      doubts("accounts: [{id: a, email: {address: a@b.lv}}, {id: b, email: {address: b@b.lv}}]\n"
             "routing:\n"
             "  sla:\n"
             "    - {id: all, accounts: [a, b], first_response_seconds: 20}\n"
             "    - {id: one, accounts: [b], priority_points_min: 5, first_response_seconds: 10}\n"
             "    - {id: rest, first_response_seconds: 10}\n"
             "  queues:\n"
             "    - {id: wide, entries: [{channels: [email, chat]}]}\n"
             "    - {id: narrow, entries: [{channels: [chat], languages: [lv]}, {channels: [phone]}]}\n"),
      "hark.yaml:5: routing.sla[1]: warning: never holds: 'all' before it fits every ticket that it would; "
      "of several "
      "the first holds\n"
      "hark.yaml:9: routing.queues[1].entries[0]: warning: no ticket comes in by it: 'wide' before it takes "
      "all of "
      "them");
}

TEST(ConfigCheck, WhatNoAgentOfTheFileMeetsIsDoubted) {
  const std::string routing =
      "accounts: [{id: a, email: {address: a@b.lv}, required_skills: [biling]}]\n"
      "routing:\n"
      "  tiers: [{id: gold, addresses: ['@g.example'], agents: [bob]}]\n"
      "  queues:\n"
      "    - id: q\n"
      "      entries: [{}]\n"
      "      members: group:nigth and not agent:eve\n"
      "      steps: [{require: 'billing >= 4'}]\n";
  EXPECT_EQ(
      doubts("agents: [{id: eva, password: x, groups: [night], skills: [billing=3]}]\n" + routing),
      "hark.yaml:2: accounts[0].required_skills[0]: warning: no agent of agents has the skill 'biling'; did "
      "you "
      "mean 'billing'?\n"
      "hark.yaml:4: routing.tiers[0].agents[0]: warning: no agent of agents is 'bob'\n"
      "hark.yaml:8: routing.queues[0].members: warning: no agent of agents is in group 'nigth'; did you mean "
      "'night'?\n"
      "hark.yaml:8: routing.queues[0].members: warning: no agent of agents is 'eve'; did you mean 'eva'?\n"
      "hark.yaml:9: routing.queues[0].steps[0].require: warning: no agent of agents has 'billing' at a level "
      "of 4 "
      "to 5");
  EXPECT_EQ(doubts("agents: []\n" + routing), "") << "agents are added while it runs";
  EXPECT_EQ(doubts(routing), "") << "those of the default configuration are for trying out";
}

TEST(ConfigCheck, OneMistakeBringsNoSecondLine) {
  EXPECT_EQ(
      errors("routing:\n"
             "  hours: [{id: day, time_zone: Riga, open: ['mon 09:00-17:00']}]\n"
             "  sla: [{id: a, hours: day, first_response_seconds: 5}]\n"),
      "hark.yaml:2: routing.hours[0].time_zone: 'Riga' is no time zone of the tz database; write it like "
      "Europe/Riga or UTC");
  EXPECT_THAT(errors("routing: {sla: [{id: a, first_response: 5}]}\n"), Not(HasSubstr("has no target")));
}

TEST(ConfigCheck, AnEntryByAnAccountThatHasAQueueOfItsOwnIsDoubted) {
  EXPECT_EQ(doubts("accounts: [{id: a, email: {address: a@b.lv}, queue: first}]\n"
                   "routing:\n"
                   "  queues: [{id: first}, {id: second, entries: [{accounts: [a]}]}]\n"),
            "hark.yaml:3: routing.queues[1].entries[0].accounts[0]: warning: no ticket comes in by it: the "
            "account's own "
            "queue is 'first', which goes before entries");
}

TEST(ConfigCheck, AnAgentWithoutUnitsIsDoubtedASupervisorIsNot) {
  EXPECT_EQ(doubts("agents:\n"
                   "  - {id: eva, password: x, capacity_units: 0}\n"
                   "  - {id: sam, password: x, capacity_units: 0, role: supervisor}\n"),
            "hark.yaml:2: agents[0].capacity_units: warning: 'eva' is offered nothing: each ticket takes at "
            "least one unit");
}

TEST(ConfigCheck, AGroupWrittenWithoutItsWordIsDoubted) {
  EXPECT_EQ(doubts("agents: [{id: eva, password: x, groups: [night]}]\n"
                   "routing: {queues: [{id: q, entries: [{}], members: night}]}\n"),
            "hark.yaml:2: routing.queues[0].members: warning: no agent of agents has the skill 'night'; did "
            "you mean "
            "'group:night'?");
}

TEST(ConfigCheck, EveryWordPatternAndRangeOfHoursIsTold) {
  EXPECT_THAT(errors("routing:\n"
                     "  hours: [{id: a, time_zone: riga, open: [mon 9-5]}]\n"
                     "  topics:\n"
                     "    - id: t\n"
                     "      patterns:\n"
                     "        - '(a'\n"
                     "        - a\n"
                     "        - 'b{'\n"
                     "  triage: {service: 'http://judge:1'}\n"),
              AllOf(HasSubstr("hark.yaml:2: routing.hours[0].time_zone"),
                    HasSubstr("hark.yaml:2: routing.hours[0].open[0]"),
                    HasSubstr("hark.yaml:6: routing.topics[0].patterns[0]"),
                    HasSubstr("hark.yaml:8: routing.topics[0].patterns[2]"),
                    HasSubstr("hark.yaml:9: routing.triage.service: 'http://judge:1' is not where a service "
                              "is; write it like host:port")));
}

TEST(ConfigCheck, AnAddressOfATierIsOneThatACustomerMayHave) {
  EXPECT_THAT(errors("routing: {tiers: [{id: gold, addresses: [gold.example]}]}\n"),
              HasSubstr("routing.tiers[0].addresses[0]: 'gold.example' is no address; write ana@example.com, "
                        "@example.com for all of it"));
  EXPECT_THAT(errors("routing: {tiers: [{id: gold, addresses: ['*@gold.example']}]}\n"),
              HasSubstr("'*@gold.example' is no address"));
  for (const char* address : {"@Gold.example", "CEO@gold.example", "tel:+37120000000"})
    EXPECT_EQ(errors("routing: {tiers: [{id: gold, addresses: ['" + std::string{address} + "']}]}\n"), "")
        << address;
}

}  // namespace
}  // namespace hark::routing
