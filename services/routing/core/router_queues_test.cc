#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

QueueRules queue_named(const std::string& id, const std::string& account = "") {
  QueueRules queue;
  queue.id = id;
  if (!account.empty()) queue.entries = {{{account}, kAllChannels, {}, {}, {}}};
  return queue;
}

Settings with(std::vector<QueueRules> queues) {
  Settings settings = test_settings();
  settings.queues = std::move(queues);
  return settings;
}

/// A center with one queue that everything of account "a" enters.
struct OneQueue : Center {
  explicit OneQueue(const QueueRules& rules) : Center{with({rules})} { begin(); }
  void member(const std::string& id, std::initializer_list<const char*> has = {}, int units = 1,
              std::vector<std::string> groups = {}) {
    tell(AgentUpserted{{id, skills(has), units, std::move(groups)}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  void come(const std::string& id, Channel channel = Channel::kEmail, int units = 1) {
    Work ticket = work(id, {}, units);
    ticket.account_id = "a";
    ticket.channel = channel;
    queue(ticket);
  }
};

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

TEST(Offers, RingAllTheFirstToAcceptHasItAndNobodyElseLosesTheirPlace) {
  QueueRules rules = queue_named("q", "a");
  rules.offers_at_once = 3;
  OneQueue c{rules};
  for (const char* id : {"ana", "ben", "cid", "dan"}) c.member(id);
  c.come("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana", "t1>ben", "t1>cid"));
  const auto offers = c.router.ticket("t1")->offers;
  c.accept(offers[1]);
  EXPECT_THAT(c.ended(), UnorderedElementsAre("t1>ana withdrawn", "t1>cid withdrawn"));
  EXPECT_EQ(c.all<AssignTicket>().size(), 1u);
  c.accept(offers[0]);
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kOfferExpired);
  c.tell(AssignmentConfirmed{offers[1].id, 1});
  EXPECT_EQ(c.router.agent("ben")->handled, 1) << "counted once, whatever rang";
  c.come("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana", "t2>cid", "t2>dan"));
}

TEST(Offers, ProgressiveRingsOneMoreAfterEachDelay) {
  QueueRules rules = queue_named("q", "a");
  rules.offers_at_once = 2;
  rules.ring = RingPolicy::kProgressive;
  rules.ring_delay = 5s;
  OneQueue c{rules};
  for (const char* id : {"ana", "ben", "cid"}) c.member(id);
  c.come("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  c.wait(5s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
  c.wait(5s);
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Offers, AutoAnswerAcceptsAsItOffers) {
  Settings settings = test_settings();
  settings.channels[4].auto_answer = true;
  settings.channels[4].accept_timeout = 7s;
  Center c{settings};
  c.begin();
  c.agent("ana");
  Work call = Center::work("t1");
  call.channel = Channel::kPhone;
  c.queue(call);
  EXPECT_TRUE(c.last_offer.auto_answer);
  EXPECT_EQ(c.last_offer.expires_at, c.now + 7s);
  EXPECT_EQ(c.all<AssignTicket>().size(), 1u);
  EXPECT_EQ(c.standing("t1"), Standing::kAccepting);
}

TEST(Offers, ADeclineWithACodeGivesTheAgentARest) {
  Settings settings = test_settings();
  settings.rest_after_decline = {{"busy", 30s}};
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(OfferDeclined{c.last_offer.id, "ana", "busy"});
  c.queue("t2");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.explain("t2"), HasSubstr("1 rests after declining"));
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
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

TEST(Capacity, AWokenConversationComesBackBeforeAnyNewOfferAndNeverOnTop) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  for (const char* id : {"t1", "t2"}) {
    c.queue(id);
    c.accept_and_confirm(c.last_offer, 1);
  }
  c.tell(TicketIdled{"t1"});
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
  c.queue("t3");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t4");
  c.tell(TicketWoke{"t1"});
  EXPECT_EQ(c.router.agent("ana")->used_units, 2) << "nothing on top";
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kWaking);
  c.tell(TicketClosed{"t2"});
  EXPECT_THAT(c.made(), IsEmpty()) << "the room is t1's";
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kActive);
  c.tell(TicketClosed{"t3"});
  EXPECT_THAT(c.made(), ElementsAre("t4>ana"));
}

TEST(Capacity, WhoWaitsTooLongToComeBackIsGivenBack) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketIdled{"t1"});
  c.queue("t2");
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketWoke{"t1"});
  c.wait(5min);
  EXPECT_EQ(c.all<ReturnTicket>().at(0).ticket_id, "t1");
}

TEST(Presence, TakesOnlyTheChannelsThatItNames) {
  Center c;
  c.begin();
  c.agent("ana", {}, 5);
  c.tell(PresenceChanged{"ana", Presence::kAvailable, mask_of(Channel::kChat), "sam"});
  c.queue("mail");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.explain("mail"), HasSubstr("1 does not take this channel"));
  Work chat = Center::work("chat");
  chat.channel = Channel::kChat;
  c.queue(chat);
  EXPECT_THAT(c.made(), ElementsAre("chat>ana"));
}

TEST(Choice, EachPolicyPicksItsOwn) {
  const auto first_of = [](ChoicePolicy choice) {
    QueueRules rules = queue_named("q", "a");
    rules.choice = choice;
    rules.tiers = {*parse_requirement("group:gold")};
    OneQueue c{rules};
    c.member("ana", {}, 5);
    c.member("ben", {}, 9);
    c.member("cid", {}, 5, {"gold"});
    for (const char* id : {"x1", "x2"}) {  // one each to ana (handled, closed) and ben (open), by name
      Work work = Center::work(id);
      work.account_id = "a";
      work.wanted_agent_id = id == std::string{"x1"} ? "ana" : "ben";
      c.queue(work);
      c.accept_and_confirm(c.last_offer, 1);
      c.wait(1s);
    }
    c.tell(TicketClosed{"x1"});
    c.wait(1s);
    c.come("t");
    return c.last_offer.agent_id;
  };
  EXPECT_EQ(first_of(ChoicePolicy::kLongestIdle), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kMostSpareCapacity), "ben");
  EXPECT_EQ(first_of(ChoicePolicy::kFewestOpen), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kLeastHandled), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kTiers), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kRoundRobin), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kRandom), first_of(ChoicePolicy::kRandom));
}

TEST(WrapUp, ForcedLastsUnlessASupervisorEndsItAndOptionalBeginsByWord) {
  Settings settings = test_settings();
  settings.wrap_up = 60s;
  settings.wrap_up_mode = WrapUpMode::kForced;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.tell(TicketClosed{"t1"});
  c.tell(WrapUpEnded{"ana"});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kIllegalTransition);
  c.tell(WrapUpEnded{"ana", true});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));

  settings.wrap_up_mode = WrapUpMode::kOptional;
  Center other{settings};
  other.begin();
  other.agent("ana");
  other.queue("t1");
  other.accept_and_confirm(other.last_offer, 1);
  other.tell(TicketClosed{"t1"});
  other.tell(WrapUpBegun{"ana"});
  other.queue("t2");
  EXPECT_THAT(other.made(), IsEmpty());
  other.wait(60s);
  EXPECT_THAT(other.made(), ElementsAre("t2>ana"));
}

TEST(WrapUp, OfALastLeaderIsTakenOn) {
  Center c;
  c.agent("ana");
  c.tell(WrapUpRestored{"ana", t0 + 30s});
  c.begin();
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Requirement, ReadsWhatItWrites) {
  for (const char* text : {"any", "billing", "billing >= 3", "billing 2..4 and not agent:ben",
                           "(a or group:night) and not (b and c >= 2)", "language:lv or agent:ana"}) {
    const auto parsed = parse_requirement(text);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(to_text(*parsed), text);
  }
  for (const char* text :
       {"", "billing >=", "billing >= 6", "(a", "a b", "not", "agent:", "billing 4..2", "a and or b"}) {
    EXPECT_FALSE(parse_requirement(text).ok()) << text;
  }
  const auto odd = require_skill("agent:ben", 1);
  EXPECT_EQ(*parse_requirement(to_text(odd)), odd) << "a skill of an odd name is no agent";
}

// Problems that users of other systems reported (FIELD.md, section 1).

TEST(Reported, WhatWaitsIsServedWhenAnAgentFreesUpComesOnlineOrGainsRoom) {  // row 27
  Center c;
  c.begin();
  for (const char* id : {"t1", "t2", "t3"}) c.queue(id);
  c.agent("ana");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.tell(AgentUpserted{{"ana", {}, 2}});
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));
}

TEST(Reported, WorkDoesNotStickToWhoIsGoneOrDoesNotAnswer) {  // row 28
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.agent("ben");
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(AgentDisconnected{"ben"});
  c.wait(10s);
  EXPECT_EQ(c.all<ReturnTicket>().at(0).agent_id, "ben");
}

TEST(Reported, CapacityHoldsOnEveryPath) {  // row 29
  Center c;
  c.begin();
  c.agent("ana", {}, 1);
  c.queue("t1");
  c.tell(TicketAssigned{Center::work("t2"), "ana"});  // by hand, meanwhile
  EXPECT_THAT(c.ended(), Contains("t1>ana withdrawn"));
  Work named = Center::work("t3");
  named.wanted_agent_id = "ana";
  c.queue(named);
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Reported, AnOfferStandsInTheAgentsStateUntilItEnds) {  // row 30
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(AgentConnected{"ana", {}});  // a reload
  EXPECT_EQ(c.router.agent("ana")->offers.at(0).ticket_id, "t1");
  EXPECT_EQ(c.all<AgentChanged>().size(), 1u);
}

TEST(Reported, NobodyIsAssignedWhatTheyMayNotAnswer) {  // row 31
  QueueRules rules = queue_named("q", "a");
  rules.members = *parse_requirement("group:may-answer");
  OneQueue c{rules};
  c.member("ana", {"billing=5"}, 5);
  c.come("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.member("ben", {}, 1, {"may-answer"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
}

TEST(Reported, TwoNeverAnswerTheSameCustomer) {  // row 32
  QueueRules rules = queue_named("q", "a");
  rules.offers_at_once = 50;
  OneQueue c{rules};
  for (int i = 0; i < 60; ++i) c.member("agent" + std::to_string(100 + i));
  c.come("t1");
  EXPECT_EQ(c.made().size(), 50u);
  const auto offers = c.router.ticket("t1")->offers;
  int assigned = 0;
  for (const Offer& offer : offers) {
    c.accept(offer);
    assigned += static_cast<int>(c.all<AssignTicket>().size());
  }
  EXPECT_EQ(assigned, 1);
}

TEST(Reported, NoAgentStaysReservedWhenACallIsGone) {  // row 44
  QueueRules rules = queue_named("q", "a");
  rules.offers_at_once = 2;
  OneQueue c{rules};
  c.member("ana");
  c.member("ben");
  c.come("t1", Channel::kPhone);
  c.accept(c.router.ticket("t1")->offers[0]);
  c.tell(TicketClosed{"t1"});
  c.come("t2", Channel::kPhone);
  EXPECT_THAT(c.made(), UnorderedElementsAre("t2>ana", "t2>ben"));
}

TEST(Reported, AnAnsweredCallThatEndsTakesNoOtherDownAndCountsOnce) {  // row 45
  QueueRules rules = queue_named("q", "a");
  rules.offers_at_once = 2;
  rules.choice = ChoicePolicy::kLeastHandled;
  OneQueue c{rules};
  c.member("ana", {}, 2);
  c.member("ben", {}, 2);
  c.come("t1", Channel::kPhone);
  const auto first = c.router.ticket("t1")->offers;
  c.come("t2", Channel::kPhone);
  c.accept(first[0]);
  c.tell(AssignmentConfirmed{first[0].id, 1});
  c.tell(AssignmentConfirmed{first[0].id, 1});
  c.tell(TicketAssigned{[] {
                          Work work = Center::work("t1");
                          work.assignment_token = 1;
                          return work;
                        }(),
                        first[0].agent_id});
  EXPECT_EQ(c.router.agent(first[0].agent_id)->handled, 1);
  c.tell(TicketClosed{"t1"});
  EXPECT_EQ(c.router.ticket("t2")->offers.size(), 2u) << "the other call still rings everywhere";
}

}  // namespace
}  // namespace hark::routing
