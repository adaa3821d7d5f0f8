#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

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
  EXPECT_THAT(c.router.explain("t2"), HasSubstr("1 rests after an offer"));
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(Offers, OneThatRunsOutGivesTheAgentARestIfThereIsOneForMissed) {
  Settings settings = test_settings();
  settings.rest_after_decline = {{"", 5s}, {"missed", 30s}};
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.wait(20s);
  c.queue("t2");
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(29s);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1s);
  EXPECT_THAT(c.made(), testing::SizeIs(1));
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
  EXPECT_EQ(first_of(ChoicePolicy::kLeastTalkTime), "cid");
  EXPECT_EQ(first_of(ChoicePolicy::kRandom), first_of(ChoicePolicy::kRandom));
}

/// A queue by talk time, with one ticket after the other for whom they are wanted.
struct ByTalkTime : OneQueue {
  ByTalkTime() : OneQueue{rules()} {}
  static QueueRules rules() {
    QueueRules rules = queue_named("q", "a");
    rules.choice = ChoicePolicy::kLeastTalkTime;
    return rules;
  }
  void give(const std::string& id, const std::string& agent) {
    Work work = Center::work(id);
    work.account_id = "a";
    work.wanted_agent_id = agent;
    queue(work);
    accept_and_confirm(last_offer, 1);
  }
  [[nodiscard]] Duration talk_time(const std::string& agent) const { return router.agent(agent)->talk_time; }
};

TEST(Choice, LeastTalkTimeCountsTheTimeWithWorkOnceHoweverMuchOfIt) {
  ByTalkTime c;
  c.member("ana", {}, 5);
  c.member("ben", {}, 5);
  for (const char* id : {"a1", "a2", "a3"}) c.give(id, "ana");
  c.give("b1", "ben");
  c.wait(10s);
  for (const char* id : {"a1", "a2", "a3"}) c.tell(TicketClosed{id});
  c.wait(1s);
  EXPECT_EQ(c.talk_time("ana"), 10s);
  EXPECT_EQ(c.talk_time("ben"), 11s) << "it goes on";
  c.come("t1");
  EXPECT_EQ(c.last_offer.agent_id, "ana");
  EXPECT_EQ(c.last_offer.explanation, "least talk time of 2 with room; queue q");
  EXPECT_EQ(c.router.explain_fully("t1", 1)->candidates.at(0).agent_id, "ana");
}

TEST(Choice, TalkTimeStandsStillOnHoldAndInWrapUpAndBeginsAnewWithSigningIn) {
  ByTalkTime c;
  c.member("ana", {}, 5);
  c.give("a1", "ana");
  c.wait(10s);
  c.put_on_hold("a1", 1h);
  c.wait(10s);
  EXPECT_EQ(c.talk_time("ana"), 10s);
  c.release("a1");
  c.wait(5s);
  c.tell(TicketClosed{"a1"});
  c.wait(10s);
  EXPECT_EQ(c.talk_time("ana"), 15s);
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  EXPECT_EQ(c.talk_time("ana"), 15s);
  c.tell(PresenceChanged{"ana", Presence::kOffline});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  EXPECT_EQ(c.talk_time("ana"), 0s);
}

TEST(Choice, LeastTalkTimeIsFoundAmongManyByAnOrderThatIsKeptWhileTheirTimesGrow) {
  ByTalkTime c;
  constexpr int kMany = 200;
  for (int i = 0; i < kMany; ++i) c.member("agent" + std::to_string(i), {}, 9);
  for (int i = 0; i < kMany; i += 2) {  // every second one has work, the later the less of it
    c.give("x" + std::to_string(i), "agent" + std::to_string(i));
    c.wait(1s);
  }
  for (int i = 1; i < kMany; i += 2) {  // the others had a moment of it
    c.give("y" + std::to_string(i), "agent" + std::to_string(i));
    c.wait(i == 77 ? 500ms : 600ms);
    c.tell(TicketClosed{"y" + std::to_string(i)});
  }
  c.come("t1");
  EXPECT_EQ(c.last_offer.agent_id, "agent77");
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(50ms);
  c.come("t2");
  EXPECT_EQ(c.last_offer.agent_id, "agent77") << "550 ms are still the least";
  c.wait(100ms);
  c.tell(OfferDeclined{c.last_offer.id, "agent77", ""});
  EXPECT_EQ(c.last_offer.agent_id, "agent1") << "of those with 600 ms the longest idle";
}

TEST(Choice, BestProficiencyCountsALevelAsOftenAsItsSkillWeighs) {
  const auto first_of = [](const char* require) {
    QueueRules rules = queue_named("q", "a");
    rules.choice = ChoicePolicy::kBestProficiency;
    rules.members = *parse_requirement(require);
    OneQueue c{rules};
    c.member("ana", {"billing=5", "language:lv=1"});
    c.member("ben", {"billing=2", "language:lv=3"});
    c.come("t");
    return c.last_offer.agent_id;
  };
  EXPECT_EQ(first_of("billing and language:lv"), "ana");
  EXPECT_EQ(first_of("billing and language:lv weight 2"), "ben") << "7 against 8";
  EXPECT_EQ(first_of("billing weight 2 and language:lv weight 2"), "ana");
  EXPECT_EQ(first_of("billing and not language:lv 4..5 weight 100"), "ana")
      << "what is excluded weighs nothing";
}

}  // namespace
}  // namespace hark::routing
