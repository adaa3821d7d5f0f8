// How other systems' routing is written in our configuration, and that it does what theirs do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config/config.h"
#include "routing/convert.h"
#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Settings settings_of(const std::string& yaml) {
  const auto config = read_config(yaml, "hark.yaml");
  EXPECT_TRUE(config.ok()) << config.error().message;
  auto rules = checked_rules(*config);
  EXPECT_TRUE(rules.ok()) << rules.error().message;
  return rules->settings;
}

struct Example : Center {
  explicit Example(const std::string& yaml) : Center{settings_of(yaml)} { begin(); }

  void member(const std::string& id, std::initializer_list<const char*> has,
              std::vector<std::string> groups = {}, int units = 1) {
    tell(AgentUpserted{{id, skills(has), units, std::move(groups)}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  void queue_on(Channel channel, const std::string& id, int units,
                std::initializer_list<const char*> needs = {}) {
    Work ticket = work(id, needs, units);
    ticket.channel = channel;
    ticket.account_id = "support";
    queue(ticket);
  }
};

// Amazon Connect: RoutingCriteria.Steps, each an expression over proficiencies with an expiry; then any agent
// of the queue.
constexpr const char* kConnect = R"(
routing:
  queues:
    - id: claims
      entries: [{accounts: [support]}]
      members: group:claims
      steps:
        - {require: "french >= 4 and claims >= 3", seconds: 30}
        - {require: "french >= 2 or agent:zoe", seconds: 60}
)";

TEST(WorkedExamples, AmazonConnectsRoutingStepsWidenUntilAnyAgentOfTheQueueWillDo) {
  Example c{kConnect};
  c.member("beginner", {"french=2"}, {"claims"});
  c.member("plain", {}, {"claims"});
  c.member("outside", {"french=5", "claims=5"});
  c.queue_on(Channel::kPhone, "t1", 1);
  c.queue_on(Channel::kPhone, "t2", 1);
  EXPECT_THAT(c.made(), IsEmpty());
  const auto why = *c.router.explain_fully("t1", 10);
  EXPECT_EQ(why.queue_id, "claims");
  EXPECT_EQ(why.step, "step 1 of 2");
  EXPECT_EQ(why.requirement, "group:claims and french >= 4 and claims >= 3");
  EXPECT_EQ(why.step_ends_at, t0 + 30s);
  EXPECT_EQ(why.candidates.at(0).text, "lacks french >= 4, claims >= 3");
  EXPECT_EQ(why.candidates.at(2).text, "lacks group:claims");
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t1>beginner"));
  EXPECT_THAT(c.last_offer.explanation, HasSubstr("step 2 of 2"));
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(60s);
  EXPECT_THAT(c.router.ticket("t2")->step, "any in the queue");
  EXPECT_EQ(c.router.ticket("t2")->offer->agent_id, "plain");
}

// Twilio TaskRouter: a workflow's targets, each with a timeout of the task's age and skip_if.
//   {"queue": "billing-lv", "timeout": 30, "skip_if": "workers.available == 0"},
//   {"queue": "billing", "timeout": 60}, {"queue": "everyone"}
constexpr const char* kTwilio = R"(
routing:
  queues:
    - id: support
      entries: [{accounts: [support]}]
      steps:
        - {require: "billing and language:lv", seconds: 30, skip_if: "ready_agents <= 0"}
        - {require: "billing", seconds: 60}
        - {}
)";

TEST(WorkedExamples, TwiliosSkipIfPassesATargetByThatHasNobody) {
  Example c{kTwilio};
  c.member("latvian", {"billing", "language:lv"});
  c.member("biller", {"billing"});
  c.queue_on(Channel::kPhone, "t1", 1);
  EXPECT_THAT(c.made(), ElementsAre("t1>latvian")) << "the first target has a worker who is available";
  c.accept_and_confirm(c.last_offer, 1);
  c.queue_on(Channel::kPhone, "t2", 1);
  EXPECT_THAT(c.made(), ElementsAre("t2>biller")) << "it has none any more";
  EXPECT_THAT(c.last_offer.explanation, HasSubstr("step 2 of 3"));
  c.accept_and_confirm(c.last_offer, 2);
  c.queue_on(Channel::kPhone, "t3", 1);
  EXPECT_EQ(c.router.explain_fully("t3", 1)->step_ends_at, c.now + 60s)
      << "the timeouts that are left, from zero";
  c.member("anybody", {});
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(60s);
  EXPECT_EQ(c.router.ticket("t3")->offer->agent_id, "anybody");
}

// Genesys Cloud: bullseye routing, where each ring removes skills and waits some seconds.
constexpr const char* kGenesys = R"(
routing:
  queues:
    - id: bullseye
      entries: [{accounts: [support]}]
      members: group:core
      backups: [{who: group:second, after_seconds: 40}]
      order: score
      priority_point_seconds: 60
      choice: best_proficiency
      steps:
        - {seconds: 20}
        - {drop_skills: [card], seconds: 20}
        - {drop_skills: ["*"]}
)";

TEST(WorkedExamples, GenesysRingsRemoveSkillsAndLetBackupsIn) {
  Example c{kGenesys};
  c.member("second", {}, {"second"});
  c.queue_on(Channel::kChat, "t1", 1, {"billing", "card"});
  c.wait(20s);
  EXPECT_EQ(to_text(c.router.ticket("t1")->require), "group:core and billing");
  EXPECT_THAT(c.made(), IsEmpty());
  c.member("core", {"billing=2"}, {"core"});
  EXPECT_THAT(c.made(), ElementsAre("t1>core"));
  c.accept_and_confirm(c.last_offer, 1);
  c.queue_on(Channel::kChat, "t2", 1, {"billing", "card"});
  c.wait(40s);
  EXPECT_THAT(c.router.ticket("t2")->offer->agent_id, "second");
}

TEST(WorkedExamples, GenesysScoreCountsAPointOfPriorityAsAMinuteOfWait) {
  Example c{kGenesys};
  Work old = Center::work("old"), urgent = Center::work("urgent");
  old.account_id = urgent.account_id = "support";
  c.queue(old);
  c.wait(119s);
  urgent.priority = 2;
  urgent.waiting_since = c.now;
  c.queue(urgent);
  EXPECT_THAT(c.router.queue(2), ElementsAre("urgent", "old"));
  Work later = Center::work("later");
  later.account_id = "support";
  later.priority = 1;
  c.wait(2s);
  later.waiting_since = c.now;
  c.queue(later);
  EXPECT_THAT(c.router.queue(3), ElementsAre("urgent", "old", "later"));
}

TEST(WorkedExamples, GenesysBestSkillsTakeTheMostProficient) {
  Example c{kGenesys};
  c.member("low", {"billing=2", "card=3"}, {"core"});
  c.member("high", {"billing=4", "card=3"}, {"core"});
  c.queue_on(Channel::kChat, "t1", 1, {"billing", "card"});
  EXPECT_THAT(c.made(), ElementsAre("t1>high"));
  EXPECT_THAT(c.last_offer.explanation, HasSubstr("best proficiency"));
}

// Salesforce: interruptible capacity. Mail is interruptible; a call takes its place, and the mail comes back.
constexpr const char* kSalesforce = R"(
routing:
  channels:
    phone: {interrupts: [email], tickets_max: 1}
    email: {tickets_max: 2}
)";

TEST(WorkedExamples, SalesforcesInterruptibleWorkStepsBackForACall) {
  Example c{kSalesforce};
  c.member("ana", {}, {}, 2);
  c.queue_on(Channel::kEmail, "m1", 1);
  c.accept_and_confirm(c.last_offer, 1);
  c.queue_on(Channel::kEmail, "m2", 1);
  c.accept_and_confirm(c.last_offer, 1);
  c.queue_on(Channel::kEmail, "m3", 1);
  EXPECT_THAT(c.made(), IsEmpty()) << "two mails are her capacity";
  c.queue_on(Channel::kPhone, "call", 2);
  EXPECT_THAT(c.made(), ElementsAre("call>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_EQ(c.router.agent("ana")->used_units, 2) << "the mails have stepped back";
  c.queue_on(Channel::kPhone, "call2", 2);
  EXPECT_THAT(c.made(), IsEmpty()) << "one call at once";
  c.tell(TicketClosed{"m1"});
  EXPECT_THAT(c.made(), IsEmpty()) << "no new mail during a call";
  c.tell(TicketClosed{"call"});
  EXPECT_THAT(c.made(), ElementsAre("call2>ana"));
}

// Genesys Cloud: utilization by label. A label has a capacity of its own and may interrupt others;
// Salesforce's interruptible capacity likewise, by what work is about.
constexpr const char* kGenesysLabels = R"(
routing:
  channels:
    phone: {interrupts: [email]}
  topics:
    - {id: outage, words: [outage], units: 2, interrupts: [billing, questions]}
    - {id: billing, words: [invoice*], interrupts: [questions]}
    - {id: questions, words: [open]}
)";

struct LabelExample : Example {
  LabelExample() : Example{kGenesysLabels} { member("ana", {}, {}, 2); }
  void mail(const std::string& id, const std::string& text) {
    const Rules rules = rules_of(*read_config(kGenesysLabels, "hark.yaml"));
    v1::Ticket ticket;
    ticket.set_id(id);
    ticket.set_channel(v1::CHANNEL_EMAIL);
    ticket.set_preview(text);
    ticket.set_waiting_since_ms(to_ms(now));
    queue(work_of(ticket, rules, [](std::string_view) { return false; }));
  }
  [[nodiscard]] std::map<std::string, std::string> interrupted() const {
    return router.agent("ana")->interrupted_by;
  }
};

TEST(WorkedExamples, GenesysLabelsInterruptByWhatWorkIsAboutAndCostWhatTheySay) {
  LabelExample c;
  for (const char* id : {"q1", "q2"}) {
    c.mail(id, "When do you open?");
    c.accept_and_confirm(c.last_offer, 1);
  }
  c.mail("q3", "When do you open?");
  EXPECT_THAT(c.made(), IsEmpty()) << "two questions are her capacity";
  c.mail("b1", "Where is my invoice?");
  EXPECT_THAT(c.made(), ElementsAre("b1>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_THAT(c.interrupted(),
              ElementsAre(Pair("q1", "a mail about billing"), Pair("q2", "a mail about billing")));
  c.mail("o1", "There is an outage here.");
  EXPECT_THAT(c.made(), ElementsAre("o1>ana"));
  EXPECT_EQ(c.last_offer.units, 2);
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_EQ(c.router.agent("ana")->used_units, 2);
  c.mail("b2", "Where is my invoice?");
  c.mail("o2", "An outage as well.");
  EXPECT_THAT(c.made(), IsEmpty());
  c.queue_on(Channel::kPhone, "call", 2);
  EXPECT_THAT(c.made(), ElementsAre("call>ana")) << "a call interrupts all mail, also that about outages";
  EXPECT_EQ(c.interrupted().at("o1"), "a call");
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_EQ(c.router.agent("ana")->used_units, 2);
  c.tell(TicketClosed{"call"});
  EXPECT_THAT(c.made(), IsEmpty()) << "o1 is back";
  c.tell(TicketClosed{"o1"});
  EXPECT_THAT(c.made(), ElementsAre("o2>ana")) << "as urgent as it sounds";
  c.tell(TicketClosed{"o2"});
  EXPECT_THAT(c.made(), ElementsAre("b2>ana")) << "there is room for one bill beside the other";
  for (const char* id : {"b2", "b1"}) c.tell(TicketClosed{id});
  EXPECT_THAT(c.interrupted(), IsEmpty());
  EXPECT_EQ(c.router.agent("ana")->used_units, 2) << "the questions are back, and q3 waits for one of them";
}

TEST(WorkedExamples, WhatIsWrongWithAQueueIsToldByItsPlace) {
  const auto config = read_config(
      "routing:\n  queues:\n    - id: a\n      members: 'billing >='\n      overflow_to: b\n      choice: "
      "best\n"
      "    - id: a\n",
      "hark.yaml", [](const v1::Config& read) {
        std::vector<ConfigProblem> problems;
        for (auto& [field, what] : rule_problems(read)) problems.push_back({field, what});
        return problems;
      });
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().reason, Reason::kInvalidField);
  const std::string& message = config.error().message;
  EXPECT_THAT(message, HasSubstr("hark.yaml:4: routing.queues[0].members: requirement 'billing >='"));
  EXPECT_THAT(message, HasSubstr("hark.yaml:6: routing.queues[0].choice: 'best' is not one of longest_idle"));
  EXPECT_THAT(message, HasSubstr("hark.yaml:5: routing.queues[0].overflow_to: there is no queue 'b'"));
  EXPECT_THAT(message, HasSubstr("hark.yaml:7: routing.queues[1].id: 'a' is given twice"));
}

}  // namespace
}  // namespace hark::routing
