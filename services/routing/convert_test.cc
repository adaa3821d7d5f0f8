#include "routing/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config/config.h"

namespace hark::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Config some_config() {
  v1::Config config;
  config.mutable_routing()->set_accept_timeout_seconds(40);
  config.mutable_routing()->set_gone_policy("keep");
  config.mutable_routing()->set_chat_units(2);
  auto& account = *config.add_accounts();
  account.set_id("support");
  account.set_route_by_language(true);
  account.add_required_skills("billing=2");
  return config;
}

v1::Ticket some_ticket() {
  v1::Ticket ticket;
  ticket.set_id("tkt_1");
  ticket.set_channel(v1::CHANNEL_CHAT);
  ticket.set_account_id("support");
  ticket.set_waiting_since_ms(77);
  ticket.set_assignment_token(3);
  ticket.add_wanted_skills("VIP");
  ticket.add_declined_by("ben");
  ticket.set_preview("Guten Tag, meine Bestellung ist leider noch immer nicht angekommen.");
  return ticket;
}

TEST(Convert, ATicketNeedsWhatItsAccountItsTransferAndItsLanguageAskFor) {
  const Rules rules = rules_of(some_config());
  EXPECT_EQ(rules.settings.accept_timeout, std::chrono::seconds{40});
  EXPECT_EQ(rules.settings.gone_policy, GonePolicy::kKeep);
  const Work work =
      work_of(some_ticket(), rules, [](std::string_view skill) { return skill == "language:de"; });
  EXPECT_THAT(work.required_skills,
              ElementsAre(Skill{"billing", 2}, Skill{"language:de", 1}, Skill{"vip", 1}));
  EXPECT_EQ(work.units, 2);
  EXPECT_EQ(work.priority, 100);
  EXPECT_EQ(work.assignment_token, 3);
  EXPECT_EQ(work.waiting_since, from_ms(77));
  EXPECT_THAT(work.declined_by, ElementsAre("ben"));
}

TEST(Convert, AQueueSeesWhatATicketIsAboutAndWhoseItIs) {
  v1::Config config = some_config();
  auto& topic = *config.mutable_routing()->add_topics();
  topic.set_id("orders");
  topic.add_words("bestellung*");
  auto& tier = *config.mutable_routing()->add_tiers();
  tier.set_id("gold");
  tier.add_addresses("@gold.example");
  v1::Ticket ticket = some_ticket();
  ticket.mutable_sender()->set_address("mailto:ana@gold.example");
  const auto nobody = [](std::string_view) { return false; };
  const Work judged_here = work_of(ticket, rules_of(config), nobody);
  EXPECT_THAT(judged_here.topics, ElementsAre("orders"));
  EXPECT_EQ(judged_here.customer_tier, "gold");
  EXPECT_EQ(judged_here.language, "de");
  ticket.mutable_verdict()->add_topics("parcels");
  EXPECT_THAT(work_of(ticket, rules_of(config), nobody).topics, ElementsAre("parcels"))
      << "what is stored holds";
}

TEST(Convert, AQueueThatAsksForTopicsOrTiersWhichThereAreNotIsToldSo) {
  v1::Config config = some_config();
  v1::Routing& routing = *config.mutable_routing();
  routing.add_topics()->set_id("billing");
  routing.add_tiers()->set_id("gold");
  v1::RoutingQueue& queue = *routing.add_queues();
  queue.set_id("q");
  v1::RoutingEntry& entry = *queue.add_entries();
  for (const char* topic : {"billing", "bilings"}) entry.add_topics(topic);
  for (const char* tier : {"silver", "gold"}) entry.add_customer_tiers(tier);
  using Problem = std::pair<std::string, std::string>;
  const Problem topic{"routing.queues[0].entries[0].topics[1]",
                      "there is no topic 'bilings' in routing.topics; did you mean 'billing'?"};
  const Problem tier{"routing.queues[0].entries[0].customer_tiers[0]",
                     "there is no tier 'silver' in routing.tiers: gold"};
  EXPECT_THAT(rule_problems(config), ElementsAre(topic, tier));
  routing.mutable_triage()->set_service("judge:1");
  EXPECT_THAT(rule_problems(config), ElementsAre(tier)) << "its topics are not ours to know";
}

TEST(Convert, WhoIsOnTheTelephoneIsServedAsACallWhateverTheyWroteAndAMissedCallCanWait) {
  v1::Config config = some_config();
  config.mutable_routing()->set_phone_units(5);
  config.mutable_routing()->set_email_units(1);
  const Rules rules = rules_of(config);
  v1::Ticket ticket = some_ticket();
  ticket.set_channel(v1::CHANNEL_EMAIL);
  const auto known = [](std::string_view) { return false; };
  EXPECT_EQ(work_of(ticket, rules, known).priority, 0);
  ticket.set_on_the_line(true);
  EXPECT_EQ(work_of(ticket, rules, known).priority, 100);
  EXPECT_EQ(work_of(ticket, rules, known).units, 5);
  EXPECT_EQ(work_of(ticket, rules, known).channel, Channel::kPhone);
  ticket.set_on_the_line(false);
  ticket.set_channel(v1::CHANNEL_PHONE);
  EXPECT_EQ(work_of(ticket, rules, known).priority, 0);
}

TEST(Convert, WhoWritesByChatIsServedAsOneWhoChatsWhateverTheyWroteBefore) {
  v1::Config config = some_config();
  config.mutable_routing()->set_chat_units(3);
  config.mutable_routing()->set_email_units(1);
  const Rules rules = rules_of(config);
  v1::Ticket ticket = some_ticket();
  ticket.set_channel(v1::CHANNEL_EMAIL);
  ticket.set_chatting(true);
  const auto known = [](std::string_view) { return false; };
  EXPECT_EQ(work_of(ticket, rules, known).priority, 100);
  EXPECT_EQ(work_of(ticket, rules, known).units, 3);
  EXPECT_EQ(work_of(ticket, rules, known).channel, Channel::kChat);
  ticket.set_on_the_line(true);
  EXPECT_EQ(work_of(ticket, rules, known).channel, Channel::kPhone);
}

TEST(Convert, AnUnknownAccountOrChannelCostsOneUnitAndAsksForNothing) {
  v1::Ticket ticket = some_ticket();
  ticket.set_account_id("other");
  ticket.set_channel(v1::CHANNEL_UNSPECIFIED);
  ticket.clear_wanted_skills();
  const Work work = work_of(ticket, rules_of(some_config()), [](std::string_view) { return true; });
  EXPECT_TRUE(work.required_skills.empty());
  EXPECT_EQ(work.units, 1);
  EXPECT_EQ(work.priority, 0);
}

TEST(Convert, AnAgentsRecordIsCheckedAndMadeRegular) {
  v1::Agent agent;
  agent.set_id("ana");
  auto add = [&](const char* name, int level) {
    agent.add_skills()->set_name(name);
    agent.mutable_skills(agent.skills_size() - 1)->set_level(level);
  };
  add("vip", 1);
  add("Billing", 2);
  add("billing", 5);
  const auto checked = checked_agent(agent);
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  EXPECT_EQ(checked->name(), "ana");
  EXPECT_EQ(checked->role(), v1::ROLE_AGENT);
  EXPECT_THAT(profile_of(*checked).skills, ElementsAre(Skill{"billing", 5}, Skill{"vip", 1}));
}

TEST(Convert, WhatIsWrongWithARecordIsNamed) {
  v1::Agent agent;
  EXPECT_THAT(checked_agent(agent).error().message, HasSubstr("agent.id"));
  agent.set_id("Ana Berzina");
  EXPECT_THAT(checked_agent(agent).error().message, HasSubstr("'Ana Berzina'"));
  agent.set_id("ana");
  agent.set_capacity_units(-1);
  EXPECT_THAT(checked_agent(agent).error().message, HasSubstr("agent.capacity_units"));
  agent.set_capacity_units(1);
  agent.add_skills()->set_name("x y");
  agent.mutable_skills(0)->set_level(3);
  EXPECT_THAT(checked_agent(agent).error().message, HasSubstr("agent.skills"));
}

TEST(Convert, AChangeOfARecordTakesTheNamedFieldsAlone) {
  v1::Agent known;
  known.set_id("ana");
  known.set_name("Ana");
  known.set_capacity_units(7);
  known.add_groups("night");
  known.mutable_caps()->set_chat(3);
  v1::Agent wished;
  wished.set_id("ana");
  wished.set_name("not asked for");
  wished.set_capacity_units(2);
  wished.mutable_caps()->set_email(1);
  google::protobuf::RepeatedPtrField<std::string> changes;
  for (const char* name : {"capacity_units", "caps", "groups"}) changes.Add(name);
  const auto changed = changed_agent(known, wished, changes);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  EXPECT_EQ(changed->name(), "Ana");
  EXPECT_EQ(changed->capacity_units(), 2);
  EXPECT_EQ(changed->groups_size(), 0);
  EXPECT_EQ(changed->caps().chat(), 0);
  EXPECT_EQ(changed->caps().email(), 1);
  changes.Add("shard");
  EXPECT_THAT(changed_agent(known, wished, changes).error().message, HasSubstr("'shard' is none of"));
}

Rules rules_from(const std::string& yaml) {
  const auto config = read_config(yaml, "f", &policy_problems);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return rules_of(*config);
}

Work work_of(const v1::Ticket& ticket, const Rules& rules) {
  return work_of(ticket, rules, [](std::string_view) { return false; });
}

TEST(Convert, ATicketGoesIntoTheQueueThatItWasPutIntoElseItsAccounts) {
  const Rules rules = rules_from(R"(accounts: [{id: support, email: {address: a@b.example}, queue: mails}]
routing: {queues: [{id: mails}, {id: claims}]}
)");
  v1::Ticket ticket = some_ticket();
  EXPECT_EQ(work_of(ticket, rules).queue_id, "mails");
  ticket.set_wanted_queue_id("claims");
  ticket.set_queued_at_ms(99);
  ticket.set_virtual_start_ms(55);
  EXPECT_EQ(work_of(ticket, rules).queue_id, "claims");
  EXPECT_EQ(work_of(ticket, rules).queued_since, from_ms(99));
  EXPECT_EQ(work_of(ticket, rules).virtual_start, from_ms(55));
  ticket.set_wanted_queue_id("nosuch");
  EXPECT_EQ(work_of(ticket, rules).queue_id, "mails") << "where it belongs";
  EXPECT_THAT(work_of(ticket, rules).note, HasSubstr("queue 'nosuch', which there is not"));
}

TEST(Convert, WhoKnowsTheCustomerIsAskedForWhereAQueueWaitsForThem) {
  const std::string tiers = "tiers: [{id: gold, addresses: ['@gold.example'], agents: [bea, ana]}]";
  v1::Ticket ticket = some_ticket();
  ticket.mutable_sender()->set_address("mailto:x@gold.example");
  ticket.set_opened_at_ms(std::int64_t{100} * 3600 * 1000);
  ticket.set_previous_resolved_at_ms(ticket.opened_at_ms() - std::int64_t{71} * 3600 * 1000);
  ticket.set_previous_agent_id("leo");
  ticket.add_preferred_agent_ids("ana");
  const Rules plain = rules_from("routing: {" + tiers + "}");
  EXPECT_TRUE(work_of(ticket, plain).preferred.empty());
  const Rules asking = rules_from("routing: {" + tiers + ", queues: [{id: q, affinity_wait_seconds: 60}]}");
  EXPECT_THAT(
      work_of(ticket, asking).preferred,
      ElementsAre(PreferredAgent{"ana", 300}, PreferredAgent{"bea", 200}, PreferredAgent{"leo", 100}));
  ticket.set_previous_resolved_at_ms(1);
  ticket.clear_preferred_agent_ids();
  EXPECT_THAT(work_of(ticket, asking).preferred,
              ElementsAre(PreferredAgent{"bea", 200}, PreferredAgent{"ana", 199}));
  ticket.set_previous_resolved_at_ms(ticket.opened_at_ms() + 1);
  ticket.set_waiting_since_ms(ticket.opened_at_ms() + std::int64_t{71} * 3600 * 1000);
  EXPECT_EQ(work_of(ticket, asking).preferred.back(), (PreferredAgent{"leo", 100})) << "opened again soon";
  ticket.set_waiting_since_ms(ticket.opened_at_ms() + std::int64_t{73} * 3600 * 1000);
  EXPECT_EQ(work_of(ticket, asking).preferred.back(), (PreferredAgent{"ana", 199})) << "and late";
}

TEST(Convert, ACallbackKeepsItsPlaceAmongCallsIfTheRulesSaySo) {
  v1::Ticket ticket = some_ticket();
  ticket.set_channel(v1::CHANNEL_PHONE);
  const Rules keeping =
      rules_from("routing: {callback_points: 100, queues: [{id: q, entries: [{channels: [phone]}]}]}");
  ticket.set_on_the_line(true);
  const int live = work_of(ticket, keeping).priority;
  ticket.set_on_the_line(false);
  EXPECT_EQ(work_of(ticket, keeping).priority, live);
  EXPECT_EQ(work_of(ticket, rules_from("routing: {}")).priority, live - 100);
}

TEST(Convert, WaitsAreOfTheirOwnOrThoseOfAnOffer) {
  const Rules own = rules_from("routing: {wanted_wait_seconds: 7, rest_after_miss_seconds: 8, seed: 9}");
  EXPECT_EQ(own.settings.wanted_wait, std::chrono::seconds{7});
  EXPECT_EQ(own.settings.rest_after_miss, std::chrono::seconds{8});
  EXPECT_EQ(own.settings.seed, 9U);
  const Rules plain = rules_from("routing: {accept_timeout_seconds: 11}");
  EXPECT_EQ(plain.settings.wanted_wait, std::chrono::seconds{11});
  EXPECT_EQ(plain.settings.rest_after_miss, std::chrono::seconds{11});
}

TEST(Convert, AHeldTicketsHoldAndSilenceAreTheEnginesToKnow) {
  const Rules rules = rules_from(R"(routing:
  hold_states: [{id: customer, frees_capacity: true}, {id: desk}]
  channels: {chat: {idle_after_seconds: 60}}
)");
  v1::Ticket ticket = some_ticket();
  ticket.mutable_hold()->set_state("customer");
  ticket.mutable_hold()->set_until_ms(500);
  ticket.set_quiet_since_ms(400);
  EXPECT_EQ(work_of(ticket, rules).hold, Hold::kNone) << "nobody holds it";
  ticket.set_state(v1::TICKET_STATE_ASSIGNED);
  EXPECT_EQ(work_of(ticket, rules).hold, Hold::kFreesUnits);
  EXPECT_EQ(work_of(ticket, rules).hold_until, from_ms(500));
  EXPECT_EQ(work_of(ticket, rules).quiet_since, from_ms(400));
  ticket.set_on_the_line(true);
  EXPECT_EQ(work_of(ticket, rules).hold, Hold::kKeepsUnits) << "the customer is on the telephone";
  ticket.set_on_the_line(false);
  for (const char* state : {"desk", "unheard of"}) {
    ticket.mutable_hold()->set_state(state);
    EXPECT_EQ(work_of(ticket, rules).hold, Hold::kKeepsUnits) << state;
  }
  ticket.set_channel(v1::CHANNEL_EMAIL);
  EXPECT_EQ(work_of(ticket, rules).quiet_since, TimePoint{}) << "mails keep their units";
}

TEST(Convert, GroupsWithHoursAreNamedOnceAndTheirHoursMustBeThere) {
  const auto config = read_config(
      "routing: {hours: [{id: nights}], groups: [{id: night, hours: nights}, {id: night, hours: days}, "
      "{hours: nights}, "
      "{id: 'group:day'}]}",
      "f");
  ASSERT_TRUE(config.ok());
  using Problem = std::pair<std::string, std::string>;
  EXPECT_THAT(
      rule_problems(*config),
      ElementsAre(
          Problem{"routing.groups[1].id", "'night' is given twice"},
          Problem{"routing.groups[1].hours", "there are no hours 'days' in routing.hours: nights"},
          Problem{"routing.groups[2].id", "is missing"},
          Problem{"routing.groups[3].id", "'group:day' goes without \"group:\""},
          Problem{"routing.groups[3].hours", "is missing; a group without hours needs no mention here"}));
}

TEST(Convert, WhatLeavesAStepOutIsReadExactly) {
  const auto problem_of = [](const std::string& skip_if) {
    v1::Config config = some_config();
    v1::RoutingQueue& queue = *config.mutable_routing()->add_queues();
    queue.set_id("q");
    v1::RoutingStep& step = *queue.add_steps();
    step.set_seconds(5);
    step.set_skip_if(skip_if);
    queue.add_steps();
    const RuleProblems problems = rule_problems(config);
    return problems.empty() ? "" : problems.at(0).first + ": " + problems.at(0).second;
  };
  const std::string at = "routing.queues[0].steps[0].skip_if: ";
  EXPECT_EQ(problem_of("ready_agents <= 0"), "");
  EXPECT_EQ(problem_of("staffed_agents >= 2"), "");
  EXPECT_EQ(problem_of("waiting >= 2"), at + "'waiting' is not one of ready_agents, staffed_agents");
  EXPECT_EQ(problem_of("ready_agents == 0"), at + "'==' is not one of >=, <=");
  EXPECT_EQ(problem_of("ready_agents <= -1"), at + "-1 is out of range; it goes from 0 to 10000");
  const std::string unlike = "' is not like \"ready_agents <= 0\" or \"staffed_agents <= 1\"";
  for (const char* text : {"nobody", "ready_agents<=0", "ready_agents <= x", "ready_agents <= 0 0", " "})
    EXPECT_EQ(problem_of(text), at + "'" + text + unlike);
}

TEST(Convert, QueuesHoursMustBeThere) {
  const auto config = read_config("routing: {queues: [{id: q, hours: nights, closed_to: nowhere}]}", "f");
  ASSERT_TRUE(config.ok());
  const RuleProblems problems = rule_problems(*config);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].second, "there is no queue 'nowhere' in routing.queues: q");
  EXPECT_EQ(problems[1].second, "there are no hours 'nights' in routing.hours: office");
}

}  // namespace
}  // namespace hark::routing
