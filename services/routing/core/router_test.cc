#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Router, OffersANewTicketToAnAvailableAgentAtOnce) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_EQ(c.last_offer.expires_at, c.now + 20s);
  EXPECT_EQ(c.last_offer.explanation, "the only one with room");
  EXPECT_EQ(c.router.next_deadline(), c.now + 20s);
  EXPECT_EQ(c.all<AgentChanged>().size(), 1u);
  EXPECT_EQ(c.all<AgentChanged>()[0].used_units, 1);
}

TEST(Router, DecidesNothingWhileItRebuilds) {
  Center c;
  c.agent("ana");
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
  c.begin();
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, ServesAWaitingTicketWhenAnAgentComes) {
  Center c;
  c.begin();
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.agent("ana");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, OffersNothingToAnAgentWhoIsAwayOfflineOrUnconnected) {
  Center c;
  c.begin();
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.agent("bob");
  c.tell(PresenceChanged{"bob", Presence::kAway});
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"), "waits: of 2 agents: 1 away, 1 offline");
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, RequiresEverySkillAtItsLevel) {
  Center c;
  c.begin();
  c.agent("low", {"billing=2", "language:lv=5"});
  c.agent("none", {"billing=5"});
  c.queue("t1", {"billing=3", "language:lv"});
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"), "waits: none of 2 agents with billing ≥ 3, language:lv ≥ 1");
  c.agent("fit", {"language:lv=1", "billing=3"});
  EXPECT_THAT(c.made(), ElementsAre("t1>fit"));
  EXPECT_EQ(c.last_offer.explanation, "the only one with room and billing ≥ 3, language:lv ≥ 1");
}

TEST(Router, ServesAWaitingTicketWhenAnAgentGainsTheSkill) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1", {"language:lv"});
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_FALSE(c.router.skill_known("language:lv"));
  c.tell(AgentUpserted{{"ana", skills({"language:lv"}), 1}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_TRUE(c.router.skill_known("language:lv"));
}

TEST(Router, ChoosesTheLongestIdle) {
  Center c;
  c.begin();
  c.agent("zoe", {}, 2);
  c.wait(1s);
  c.agent("ana", {}, 2);
  c.wait(1s);
  c.queue("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>zoe"));
  EXPECT_EQ(c.last_offer.explanation, "longest idle of 2 with room");
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.queue("t3");
  EXPECT_THAT(c.made(), ElementsAre("t3>zoe"));
  EXPECT_EQ(c.last_offer.explanation, "all 2 with room have work; longest without new work");
}

TEST(Router, SaysThatOthersAreFullRatherThanNotThere) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.agent("ben");
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ben"));
  EXPECT_EQ(c.last_offer.explanation, "the only one with room");
}

TEST(Router, PrefersAnIdleAgentToOneWithWork) {
  Center c;
  c.begin();
  c.agent("ana", {}, 3);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(1h);
  c.agent("bob", {}, 3);
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
}

TEST(Router, SpreadsABurstThatCameInOneMillisecond) {
  Center c;
  c.begin();
  for (const char* id : {"a", "b", "c"}) c.agent(id, {}, 3);
  std::vector<std::string> order;
  for (const char* id : {"t1", "t2", "t3", "t4", "t5", "t6"}) {
    c.queue(id);
    order.push_back(c.made().at(0));
  }
  EXPECT_THAT(order, ElementsAre("t1>a", "t2>b", "t3>c", "t4>a", "t5>b", "t6>c"));
}

TEST(Router, ServesByPriorityThenAgeThenId) {
  Center c;
  c.begin();
  Work late = Center::work("t2");
  late.waiting_since = t0;
  Work same = Center::work("t1");
  same.waiting_since = t0;
  Work old = Center::work("t3");
  old.waiting_since = t0 - 1h;
  Work urgent = Center::work("t4");
  urgent.waiting_since = t0 + 1s;
  urgent.priority = 1;
  for (const Work& work : {late, same, old, urgent}) c.queue(work);
  EXPECT_THAT(c.router.queue(10), ElementsAre("t4", "t3", "t1", "t2"));
  EXPECT_THAT(c.router.queue(2), ElementsAre("t4", "t3"));
  c.agent("ana", {}, 4);
  EXPECT_THAT(c.made(), ElementsAre("t4>ana", "t3>ana", "t1>ana", "t2>ana"));
}

TEST(Router, AFreedAgentTakesTheOldestOfAllLanesThatFit) {
  Center c;
  c.begin();
  c.queue("b1", {"billing"});
  c.wait(1s);
  c.queue("l1", {"language:lv"});
  c.wait(1s);
  c.queue("x1", {"secret"});
  c.queue("p1");
  c.agent("ana", {"language:lv", "billing"}, 1);
  EXPECT_THAT(c.made(), ElementsAre("b1>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"b1"});
  EXPECT_THAT(c.made(), ElementsAre("l1>ana"));
}

TEST(Router, AnOfferReservesItsUnits) {
  Center c;
  c.begin();
  c.agent("ana", {}, 3);
  c.queue("t1", {}, 2);
  c.queue("t2", {}, 2);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t2"), "waits: of 1 agent: 1 without room");
  c.queue("t3", {}, 1);
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));  // a smaller one is not held back
  EXPECT_EQ(c.router.agent("ana")->used_units, 3);
}

TEST(Router, AcceptanceIsAssignedAndThenHeld) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  EXPECT_THAT(c.all<AssignTicket>(), ElementsAre(AssignTicket{offer.id, "t1", "ana"}));
  EXPECT_EQ(c.standing("t1"), Standing::kAccepting);
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);  // accepted in time: it cannot run out any more
  c.tell(AssignmentConfirmed{offer.id, 1});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana assigned"));
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
  EXPECT_THAT(c.router.agent("ana")->ticket_ids, ElementsAre("t1"));
  EXPECT_EQ(c.router.explain("t1"), "held by ana");
}

TEST(Router, AcceptingTwiceAnswersTwiceAndAssignsOnce) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  c.accept(offer);
  EXPECT_THAT(c.all<AssignTicket>(), IsEmpty());
  EXPECT_THAT(c.all<AcceptRepeated>(), ElementsAre(AcceptRepeated{offer.id, "t1", "ana", 0}));
  c.tell(AssignmentConfirmed{offer.id, 5});
  c.accept(offer);
  EXPECT_THAT(c.all<AcceptRepeated>(), ElementsAre(AcceptRepeated{offer.id, "t1", "ana", 5}));
}

TEST(Router, RefusesAcceptanceOfForeignUnknownAndExpiredOffers) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.tell(OfferAccepted{offer.id, "eve"});
  ASSERT_EQ(c.all<Refused>().size(), 1u);
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferNotFound);
  c.tell(OfferAccepted{"off_nonsense", "ana"});
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferNotFound);
  c.now += 20s;
  c.accept(offer);  // no TimePassed came in between
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferExpired);
  EXPECT_THAT(c.all<AssignTicket>(), IsEmpty());
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana missed"));
}

TEST(Router, AMissedOfferGoesOnWithItsAge) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  const TimePoint queued_at = c.now;
  c.queue("t2");
  c.accept_and_confirm(c.offer_of("t2"), 1);
  c.wait(1s);
  c.queue("t3");
  c.wait(19s);
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana missed"));
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));  // she is spared t1, not the rest
  c.tell(TicketClosed{"t2"});
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  EXPECT_EQ(c.router.ticket("t1")->work.waiting_since, queued_at);
}

TEST(Router, AMissedTicketComesBackToTheSameAgentOnlyAfterRestsThatDouble) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 0;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  std::vector<std::int64_t> rests_s;
  for (int i = 0; i < 5; ++i) {
    c.wait(20s);
    ASSERT_THAT(c.ended(), ElementsAre("t1>ana missed"));
    ASSERT_THAT(c.made(), IsEmpty());
    ASSERT_EQ(c.router.explain("t1"), "waits: of 1 agent: 1 let it run out just now");
    const auto rest = *c.router.next_deadline() - c.now;
    rests_s.push_back(rest.count() / 1000);
    c.wait(rest - 1ms);
    ASSERT_THAT(c.made(), IsEmpty());
    c.wait(1ms);
    ASSERT_THAT(c.made(), ElementsAre("t1>ana"));
    ASSERT_THAT(c.last_offer.explanation,
                HasSubstr("let it run out before, but nobody else can take it now"));
  }
  EXPECT_THAT(rests_s, ElementsAre(30, 60, 120, 120, 120));
}

TEST(Router, AnAgentWhoHasNotMissedTheTicketGoesBeforeOneWhoHas) {
  Settings settings = test_settings();
  settings.rest_after_miss = 5s;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  c.wait(20s);
  ASSERT_THAT(c.made(), ElementsAre("t1>bob"));
  c.wait(10s);
  c.agent("carl");  // idle for less long than ana, whose rest is over
  c.tell(OfferDeclined{c.last_offer.id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>carl"));
  EXPECT_EQ(c.last_offer.explanation, "the first one with room; 1 more let it run out before");
}

TEST(Router, ADeclinedTicketIsNotOfferedToThatAgentAgain) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.queue("t2");
  c.tell(OfferDeclined{offer.id, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana declined"));
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.tell(OfferDeclined{offer.id, "ana"});
  EXPECT_THAT(c.all<Refused>(), IsEmpty());  // a retry has what it wants
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t2"});
  c.wait(48h);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(
      c.router.explain("t1"),
      "waits: everybody who is available has declined it (ana); nobody is asked again, it waits for somebody "
      "else");
  c.agent("bob");
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
}

TEST(Router, DecliningKeepsTheAgentsPlaceAndMissingLosesIt) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  ASSERT_EQ(c.last_offer.agent_id, "ana");
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t1"});
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
}

TEST(Router, DeclinedByOfTheTicketIsHeeded) {
  Center c;
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.declined_by = {"ana", "someone.unknown"};
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Router, UnknownAgentsAreRefused) {
  Center c;
  c.begin();
  c.tell(PresenceChanged{"eve", Presence::kAvailable});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kAgentNotFound);
  c.tell(AgentConnected{"eve", {}});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kAgentNotFound);
  c.tell(AgentDisconnected{"eve"});
  EXPECT_THAT(c.effects, IsEmpty());
}

TEST(Router, TimeDoesNotRunBackwards) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.now -= 1h;
  c.tell(TimePassed{});
  c.queue("t2");
  EXPECT_EQ(c.router.next_deadline(), t0 + 20s);
}

TEST(Router, ThousandsOfKindsOfTicketsReuseLanes) {
  Center c;
  c.begin();
  c.agent("ana", {}, 1);
  for (int i = 0; i < 3000; ++i) {
    const std::string id = "t" + std::to_string(i);
    Work work = Center::work(id);
    work.required_skills = {{"skill" + std::to_string(i), 1}};
    c.queue(work);
    c.tell(TicketClosed{id});
  }
  c.queue("plain");
  EXPECT_THAT(c.made(), ElementsAre("plain>ana"));
  Work work = Center::work("special");
  work.required_skills = {{"skill5", 1}};
  c.queue(work);
  c.tell(AgentUpserted{{"bob", {{"skill5", 2}}, 1}});
  c.tell(AgentConnected{"bob", Presence::kAvailable});
  EXPECT_THAT(c.made(), ElementsAre("special>bob"));
}

TEST(OfferIds, AreDifferentForEveryOfferAndLeader) {
  OfferIds a{0, 1}, b{0, 2};
  const std::string first = a.next(t0);
  EXPECT_EQ(first.size(), 30u);
  EXPECT_NE(first, a.next(t0));
  EXPECT_NE(first, b.next(t0));
  OfferIds again{0, 1};
  EXPECT_EQ(first, again.next(t0));
}

TEST(Skill, IsReadWithItsLevel) {
  EXPECT_EQ(*parse_skill("billing", 3), (Skill{"billing", 3}));
  EXPECT_EQ(*parse_skill("Language:LV=5", 1), (Skill{"language:lv", 5}));
  for (const char* bad : {"", "=3", "a=", "a=6", "a=0", "a=10", "a b", "a\n"})
    EXPECT_FALSE(parse_skill(bad, 1).ok()) << bad;
}

}  // namespace
}  // namespace hark::routing
