#include "routing/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/convert.h"

namespace hark::routing {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// The default configuration with this below `routing:`.
Result<v1::Config> configured(const std::string& routing) {
  return read_config("routing:\n" + routing, "hark.yaml", &policy_problems);
}
std::string problem(const std::string& routing) {
  const auto config = configured(routing);
  return config.ok() ? "no problem" : config.error().message;
}

constexpr const char* kTargets = R"(  hours:
    - id: office
      time_zone: Europe/Riga
      open: ["mon-fri 09:00-18:00"]
  tiers:
    - {id: gold, addresses: ["@big.example", "ceo@small.example"], priority_points: 30}
  sla:
    - {id: gold, tiers: [gold], first_response_minutes: 15, hours: office, warn_at_percent: [50, 80]}
    - {id: chat, channels: [chat], first_response_minutes: 1}
    - {id: angry, priority_points_min: 20, resolution_minutes: 60, missed_priority_points: 40}
  topics:
    - {id: billing, words: ["invoice*", "rēķin*"], required_skills: [billing], priority_points: 2}
)";

v1::Ticket ticket(const char* address, const char* text = "Where is my parcel?") {
  v1::Ticket out;
  out.set_id("tkt_1");
  out.set_channel(v1::CHANNEL_EMAIL);
  out.set_opened_at_ms(1'000'000'000'000);
  out.mutable_sender()->set_address(address);
  out.set_preview(text);
  return out;
}

TEST(Policies, TheFirstRuleThatFitsHolds) {
  const auto config = configured(kTargets);
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Rules rules = rules_of(*config);
  const auto rule_of = [&](const v1::Ticket& t) {
    const SlaRule* rule = rules.policies->rule_for(t, assess(t, rules).points);
    return rule ? rule->policy.name : "none";
  };
  EXPECT_EQ(rule_of(ticket("mailto:ana@big.example")), "gold");
  EXPECT_EQ(rule_of(ticket("mailto:ceo@small.example")), "gold");
  EXPECT_EQ(rule_of(ticket("mailto:x@notbig.example")), "none");
  EXPECT_EQ(rule_of(ticket("mailto:x@y.example", "I demand a refund")), "angry");
  auto chat = ticket("chat:site:1");
  chat.set_channel(v1::CHANNEL_CHAT);
  EXPECT_EQ(rule_of(chat), "chat");
}

TEST(Policies, TierComplaintTopicAndRepeatedContactRaiseThePriority) {
  const Rules rules = rules_of(*configured(kTargets));
  const auto priority = [&](const v1::Ticket& t) {
    return work_of(t, rules, [](std::string_view) { return true; }).priority;
  };
  EXPECT_EQ(priority(ticket("mailto:x@y.example")), 0);
  EXPECT_EQ(priority(ticket("mailto:x@big.example")), 30);
  EXPECT_EQ(priority(ticket("mailto:x@y.example", "my invoice")), 2);
  auto again = ticket("mailto:x@y.example");
  again.set_previous_resolved_at_ms(again.opened_at_ms() - 86'400'000);
  EXPECT_EQ(priority(again), 5);
  again.set_previous_resolved_at_ms(again.opened_at_ms() - 8 * 86'400'000LL);
  EXPECT_EQ(priority(again), 0);
  again.set_previous_resolved_at_ms(again.opened_at_ms() + 1);
  again.set_waiting_since_ms(again.opened_at_ms() + 8 * 86'400'000LL);
  EXPECT_EQ(priority(again), 0) << "opened again late";
}

TEST(Policies, AStoredVerdictHoldsInPlaceOfTheText) {
  const Rules rules = rules_of(*configured(kTargets));
  auto judged = ticket("mailto:x@y.example", "I demand a refund for my invoice");
  judged.mutable_verdict()->set_priority_points(-7);
  judged.mutable_verdict()->add_required_skills("poetry=2");
  judged.mutable_verdict()->set_explanation("a poem");
  const Work work = work_of(judged, rules, [](std::string_view) { return true; });
  EXPECT_EQ(work.priority, -7);
  EXPECT_THAT(work.required_skills, ElementsAre(Skill{"poetry", 2}));
  EXPECT_EQ(work.note, "a poem");
}

TEST(Policies, AVerdictSurvivesBeingStored) {
  const Rules rules = rules_of(*configured(kTargets));
  const auto verdict =
      rules.policies->judge(ticket("x", "I want a refund for this terrible invoice, urgently!"));
  EXPECT_EQ(verdict_of(to_proto(verdict)), verdict);
}

TEST(Policies, WhatIsWrongIsToldByFileAndLine) {
  EXPECT_THAT(problem("  hours:\n    - id: a\n      time_zone: Riga\n      open: [mon 09:00-10:00]\n"),
              HasSubstr("hark.yaml:4: routing.hours[0].time_zone: 'Riga' is no time zone"));
  EXPECT_THAT(problem("  hours:\n    - id: a\n      time_zone: UTC\n      open:\n        - mon 9-5\n"),
              HasSubstr("hark.yaml:6: routing.hours[0].open[0]: 'mon 9-5'"));
  EXPECT_THAT(problem("  hours:\n    - id: a\n      time_zone: UTC\n      open: [mon 09:00-10:00]\n"
                      "      holidays_file: /nowhere.ics\n"),
              HasSubstr("hark.yaml:6: routing.hours[0].holidays_file: /nowhere.ics: cannot be read"));
  EXPECT_THAT(problem("  sla:\n    - id: a\n      hours: nights\n      first_response_minutes: 5\n"),
              HasSubstr("hark.yaml:4: routing.sla[0].hours: there are no hours 'nights'"));
  EXPECT_THAT(problem("  sla:\n    - id: a\n      channels: [fax]\n      tiers: [gold]\n      "
                      "warn_at_percent: [80, 50]\n"),
              AllOf(HasSubstr("'fax' is not one of"), HasSubstr("there is no tier 'gold'"),
                    HasSubstr("routing.sla[0].warn_at_percent[1]"), HasSubstr("has no target")));
  EXPECT_THAT(
      problem("  topics:\n    - id: a\n      patterns: ['(x']\n    - id: a\n      words: [x, '...']\n"),
      AllOf(HasSubstr("hark.yaml:4: routing.topics[0].patterns[0]: the pattern '(x'"),
            HasSubstr("hark.yaml:5: routing.topics[1].id: 'a' is taken"),
            HasSubstr("hark.yaml:6: routing.topics[1].words[1]: '...' must be words")));
}

TEST(Policies, AHoldStateStopsTheClocksThatItNames) {
  const auto config = configured(R"(  hold_states:
    - {id: customer, name: Waiting, longest_minutes: 90, frees_capacity: true, resets: [next_response], pauses: [resolution, requester_wait]}
    - {id: supplier}
  sla:
    - {id: all, resolution_minutes: 60}
)");
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Rules rules = rules_of(*config);
  const HoldState* customer = rules.policies->hold_state("customer");
  ASSERT_TRUE(customer);
  EXPECT_EQ(customer->longest, std::chrono::minutes{90});
  EXPECT_EQ(rules.policies->hold_state("supplier")->longest, std::chrono::hours{72});
  EXPECT_FALSE(rules.policies->hold_state("other"));
  const SlaRule* rule = rules.policies->rule_for(ticket("mailto:a@b.example"), 0);
  EXPECT_THAT(rule->policy.holds.at("customer"),
              ElementsAre(WhilePaused::kRun, WhilePaused::kReset, WhilePaused::kRun, WhilePaused::kPause,
                          WhilePaused::kPause, WhilePaused::kRun));
}

TEST(Policies, TargetsAreInMinutesOrSecondsButNotInBoth) {
  const auto config = configured(
      "  sla: [{id: calls, first_response_seconds: 20, resolution_minutes: 90, agent_work_seconds: 1800, "
      "requester_wait_minutes: 60, pause_while_awaiting_customer: true}]\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Rules rules = rules_of(*config);
  const SlaPolicy& policy = rules.policies->rule_for(ticket("mailto:a@b.example"), 0)->policy;
  const auto within = [&](SlaMetric metric) {
    return policy.targets[static_cast<std::size_t>(metric)].within;
  };
  EXPECT_EQ(within(SlaMetric::kFirstResponse), std::chrono::seconds{20});
  EXPECT_EQ(within(SlaMetric::kResolution), std::chrono::minutes{90});
  EXPECT_EQ(within(SlaMetric::kRequesterWait), std::chrono::hours{1});
  EXPECT_EQ(within(SlaMetric::kAgentWork), std::chrono::minutes{30});
  EXPECT_EQ(within(SlaMetric::kUpdate), Duration{0});
  EXPECT_EQ(policy.targets[5], usual_target(SlaMetric::kAgentWork, std::chrono::minutes{30}));

  EXPECT_EQ(
      problem("  sla:\n    - id: calls\n      agent_work_seconds: 20\n      agent_work_minutes: 1\n"),
      "hark.yaml:4: routing.sla[0].agent_work_seconds: is given besides agent_work_minutes; a target is "
      "written in one of them, such as 80 seconds");
  EXPECT_THAT(
      problem("  sla: [{id: calls, next_response_seconds: -1}]\n"),
      HasSubstr("routing.sla[0].next_response_seconds: -1 is out of range; it goes from 0 to 31622400"));
}

TEST(Policies, WrongHoldStatesAreToldByTheirFields) {
  EXPECT_THAT(problem("  hold_states: [{id: a, pauses: [sleep]}]"),
              HasSubstr("routing.hold_states[0].pauses[0]: 'sleep' is not one of first_response"));
  EXPECT_THAT(problem("  hold_states: [{id: a, pauses: [update], resets: [update]}]"),
              HasSubstr("routing.hold_states[0].resets[0]: 'update' is given twice"));
  EXPECT_THAT(problem("  hold_states: [{id: a}, {id: a}]"), HasSubstr("'a' is taken by one before"));
  EXPECT_THAT(problem("  sla: [{id: a, update_minutes: 5, missed_move_to_queue: nowhere}]"),
              HasSubstr("there is no queue 'nowhere' in routing.queues"));
}

}  // namespace
}  // namespace hark::routing
