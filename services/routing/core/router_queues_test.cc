#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Queues, ATicketEntersTheFirstThatTakesItElseTheOneWithoutAName) {
  QueueRules gold = queue_named("gold", "a");
  gold.entries[0].customer_tiers = {"gold"};
  QueueRules latvian = queue_named("latvian", "a");
  latvian.entries[0].languages = {"lv"};
  latvian.entries[0].topics = {"invoice", "refund"};
  Center c{with({gold, latvian, queue_named("rest", "a")})};
  c.begin();
  const auto where = [&](const std::string& id, const std::string& tier, const std::string& language,
                         const std::string& topic, const std::string& account) {
    Work work = Center::work(id);
    work.account_id = account;
    work.customer_tier = tier;
    work.language = language;
    work.topics = {topic};
    c.queue(work);
    return c.router.ticket(id)->queue_id;
  };
  EXPECT_EQ(where("t1", "gold", "lv", "refund", "a"), "gold");
  EXPECT_EQ(where("t2", "", "lv", "refund", "a"), "latvian");
  EXPECT_EQ(where("t3", "", "lv", "weather", "a"), "rest");
  EXPECT_EQ(where("t4", "gold", "lv", "refund", "b"), "");
}

TEST(Queues, WhatFindsAQueueFullGoesOnAndKeepsItsPlace) {
  QueueRules small = queue_named("small", "a");
  small.length_max = 1;
  small.overflow_to = "big";
  Center c{with({small, queue_named("big")})};
  c.begin();
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  work.ticket_id = "t2";
  work.waiting_since = t0 - 1min;
  c.queue(work);
  EXPECT_EQ(c.all<TicketMoved>().at(0), (TicketMoved{"t2", "small", "big", "more than 1 wait there"}));
  c.agent("ana");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(Queues, OverflowOnTimeAndOnAMetricOfAnotherQueue) {
  QueueRules from = queue_named("from", "a");
  from.members = *parse_requirement("group:none");
  from.overflows = {
      {10s, MetricCondition{Metric::kReadyAgents, Comparison::kAtLeast, 1, "other"}, 5s, "other"}};
  from.wait_max = 60s;
  from.overflow_to = "last";
  Center c{with({from, queue_named("other"), queue_named("last")})};
  c.begin();
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  c.wait(10s);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "from");
  c.agent("ana");
  EXPECT_THAT(c.made(), IsEmpty()) << "she is no member";
  c.wait(5s);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "other");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  work.ticket_id = "t2";
  c.queue(work);
  c.wait(60s);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "last");
}

TEST(Queues, WhatWaitsGoesOnWhenTheLastMemberLeaves) {
  QueueRules rules = queue_named("q", "a");
  rules.empty_on_leave = kOfflineCounts | kAwayCounts;
  rules.empty_grace = 5s;
  rules.empty_to = "rest";
  Center c{with({rules, queue_named("rest")})};
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  c.accept_and_confirm(c.last_offer, 1);
  work.ticket_id = "t2";
  c.queue(work);
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.wait(4s);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "q");
  c.wait(1s);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "rest");
}

TEST(Queues, WhatComesWhileNobodyIsThereGoesOnAtOnce) {
  QueueRules rules = queue_named("q", "a");
  rules.empty_on_join = kOfflineCounts | kAwayCounts | kWrappingUpCounts;
  rules.empty_to = "rest";
  Center c{with({rules, queue_named("rest")})};
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "q") << "ana is busy at worst, and that does not count";
  c.tell(PresenceChanged{"ana", Presence::kAway});
  work.ticket_id = "t2";
  c.queue(work);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "rest");
  EXPECT_EQ(c.all<TicketMoved>().at(0).why, "nobody serves it now");
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "q") << "what waits stays; that is for empty_on_leave";
}

TEST(Queues, ServeByClassThenWeightThenDueTime) {
  QueueRules low = queue_named("low", "low"), heavy = queue_named("heavy", "heavy"),
             first = queue_named("first", "first");
  heavy.weight = 5;
  first.order_class = 1;
  heavy.order = OrderPolicy::kDue;
  Center c{with({low, heavy, first})};
  c.begin();
  const auto come = [&](const std::string& id, Duration due) {
    Work work = Center::work(id);
    work.account_id = id.substr(0, id.size() - 1);
    work.due = c.now + due;
    c.queue(work);
  };
  come("low1", 1s);
  come("heavy1", 60min);
  come("heavy2", 10min);
  come("first1", 99min);
  EXPECT_THAT(c.router.queue(9), ElementsAre("first1", "heavy2", "heavy1", "low1"));
}

TEST(Queues, NewRulesTakeWhatWaitsAlong) {
  OneQueue c{queue_named("q", "a")};
  c.come("t1");
  QueueRules other = queue_named("other", "a");
  other.members = *parse_requirement("group:new");
  c.tell(SettingsChanged{with({other})});
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "other");
  c.member("ana");
  EXPECT_THAT(c.made(), IsEmpty());
  c.member("ben", {}, 1, {"new"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
}

TEST(Shares, WhatIsTooMuchForOneInputIsDoneAtOnceByTheNextOnes) {
  constexpr int kMany = 900;
  QueueRules rules = queue_named("q", "a");
  Step step;
  step.require = *parse_requirement("group:none");
  step.lasts = 60s;
  rules.steps = {step};
  rules.offers_at_once = 2;
  OneQueue c{rules};
  c.member("ana", {}, 1000);
  c.member("ben", {}, 1000);
  for (int i = 0; i < kMany; ++i) c.come("t" + std::to_string(i));
  c.wait(60s);
  std::size_t offers = c.made().size();
  EXPECT_LT(offers, 2u * kMany);
  EXPECT_EQ(c.router.next_deadline(), c.now);
  for (int i = 0; i < kMany; i += 7) {  // in between, some are resolved elsewhere
    c.tell(TicketClosed{"t" + std::to_string(i)});
    offers += c.made().size();
  }
  while (c.router.next_deadline() && *c.router.next_deadline() <= c.now) {
    c.wait(Duration{0});
    offers += c.made().size();
  }
  for (const std::string& id : c.router.queue(kMany)) EXPECT_EQ(c.router.ticket(id)->offers.size(), 2u) << id;
  EXPECT_EQ(c.router.queue_size(), static_cast<std::size_t>(kMany - (kMany + 6) / 7));
}

/// Until nothing more is due at once; how many inputs that took.
int settle(Center& c, std::vector<std::string>& made) {
  int inputs = 0;
  for (; c.router.next_deadline() && *c.router.next_deadline() <= c.now; ++inputs) {
    c.wait(Duration{0});
    for (const std::string& offer : c.made()) made.push_back(offer);
  }
  return inputs;
}

TEST(Shares, NewRulesAreTakenOnInSharesAndWhatIsNotReachedYetWaitsByTheOldOnes) {
  constexpr int kMany = 1000;
  OneQueue c{queue_named("old", "a")};
  for (int i = 0; i < kMany; ++i) {
    c.come("t" + std::to_string(i));
    c.now += 1ms;
  }
  QueueRules other = queue_named("new", "a");
  other.offers_at_once = 2;
  c.tell(SettingsChanged{with({other})});
  EXPECT_EQ(c.router.next_deadline(), c.now);
  EXPECT_EQ(c.router.ticket("t0")->queue_id, "new");
  EXPECT_EQ(c.router.ticket("t999")->queue_id, "old");
  std::vector<std::string> made;
  c.member("ana", {}, kMany);
  for (const std::string& offer : c.made()) made.push_back(offer);
  EXPECT_EQ(made.front(), "t0>ana") << "the place in line is as it was";
  EXPECT_GT(settle(c, made), 1);
  EXPECT_EQ(made.size(), static_cast<std::size_t>(kMany)) << "each once";
  for (const int i : {0, 500, 999}) EXPECT_EQ(c.router.ticket("t" + std::to_string(i))->queue_id, "new");
}

TEST(Shares, NewRulesWhileOthersAreBeingTakenOnBeginAnew) {
  constexpr int kMany = 1000;
  OneQueue c{queue_named("first", "a")};
  for (int i = 0; i < kMany; ++i) c.come("t" + std::to_string(i));
  c.tell(SettingsChanged{with({queue_named("second", "a")})});
  c.tell(SettingsChanged{with({queue_named("third", "a")})});
  std::vector<std::string> made;
  settle(c, made);
  for (int i = 0; i < kMany; ++i) EXPECT_EQ(c.router.ticket("t" + std::to_string(i))->queue_id, "third");
  EXPECT_EQ(c.router.queues(c.now, 1s)[1].tickets.waiting, kMany);
}

TEST(Shares, AgentsTakeNewLimitsOfChannelsOnInSharesToo) {
  constexpr int kMany = 1200;
  Center c;
  c.begin();
  for (int i = 0; i < kMany; ++i) c.agent("agent" + std::to_string(i), {}, 2);
  Settings other = test_settings();
  other.channels[static_cast<std::size_t>(Channel::kEmail)].tickets_max = 1;
  c.tell(SettingsChanged{other});
  std::vector<std::string> made;
  EXPECT_GT(settle(c, made), 1);
  const auto email = static_cast<std::size_t>(Channel::kEmail);
  c.queue("t1");
  EXPECT_EQ(c.router.agent(c.last_offer.agent_id)->room[email], 0);
  for (const int i : {0, kMany - 1}) EXPECT_LE(c.router.agent("agent" + std::to_string(i))->room[email], 2);
}

TEST(Queues, AVirtualStartIsAPlaceInLineAndNoWait) {
  OneQueue c{queue_named("q", "a")};
  c.come("first");
  c.wait(1min);
  Work waited_elsewhere = Center::work("second");
  waited_elsewhere.account_id = "a";
  waited_elsewhere.waiting_since = c.now;
  waited_elsewhere.virtual_start = c.now - 1h;
  c.queue(waited_elsewhere);
  EXPECT_THAT(c.router.queue(2), ElementsAre("second", "first"));
  EXPECT_EQ(c.router.queues(c.now, 30s)[1].tickets.at_risk, 1) << "it is the first that has waited long";
}

TEST(Queues, StepsAreCountedFromWhenATicketCameBackAlsoUnderANewLeader) {
  QueueRules rules = queue_named("q", "a");
  Step narrow, wide;
  narrow.require = *parse_requirement("billing >= 5");
  narrow.lasts = 60s;
  rules.steps = {narrow, wide};
  Work work = Center::work("t1");
  work.account_id = "a";
  work.waiting_since = t0 - 1h;
  work.queued_since = t0 - 20s;
  work.assignment_token = 1;
  Center c{with({rules})};
  c.agent("ana");
  c.tell(TicketQueued{work});
  c.begin();
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(39s);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Affinity, WaitsForWhoKnowsTheCustomerAndThenForAnyone) {
  QueueRules rules = queue_named("q", "a");
  rules.affinity_wait = 10s;
  OneQueue c{rules};
  c.member("ana");
  c.come("busy");
  c.accept_and_confirm(c.last_offer, 1);
  c.member("ben");
  Work work = Center::work("t1");
  work.account_id = "a";
  work.preferred = {{"zoe", 9}, {"ana", 5}};
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.explain("t1"), HasSubstr("knows the customer"));
  c.wait(10s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
}

TEST(Affinity, ALiveChatGoesToWhoHoldsTheSameCustomersMail) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  Work mail = Center::work("mail");
  mail.conversation_id = "con_1";
  c.queue(mail);
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(1h);
  c.agent("ben", {}, 9);
  Work chat = Center::work("chat");
  chat.conversation_id = "con_1";
  chat.channel = Channel::kChat;
  c.queue(chat);
  EXPECT_THAT(c.made(), ElementsAre("chat>ana"));
  EXPECT_THAT(c.last_offer.explanation, HasSubstr("other work of this customer"));
}

}  // namespace
}  // namespace hark::routing
