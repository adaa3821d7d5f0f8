#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Router, SetsAnAgentAwayAfterMissedOffersInARow) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.queue("t2");
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.wait(20s);
  EXPECT_THAT(c.all<PresenceSet>(),
              ElementsAre(PresenceSet{"ana", Presence::kAway, "let 2 offers in a row run out", 2}));
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
  EXPECT_EQ(c.router.agent("ana")->away_after_missed, 2);
}

TEST(Router, WhyAnAgentIsAwayStandsUntilTheySayWhatTheyAre) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 1;
  for (const Presence said : {Presence::kAvailable, Presence::kAway}) {
    Center c{settings};
    c.begin();
    c.agent("ana");
    c.queue("t1");
    c.wait(20s);
    c.tell(AgentConnected{"ana", Presence::kAway});
    EXPECT_EQ(c.router.agent("ana")->away_after_missed, 1) << "a page that comes back is nobody's word";
    c.tell(PresenceChanged{"ana", said});
    EXPECT_EQ(c.router.agent("ana")->away_after_missed, 0);
    EXPECT_THAT(c.all<PresenceSet>(), ElementsAre(PresenceSet{"ana", said, "as asked"}));
  }
}

TEST(Router, ANewLeaderKnowsWhyAnAgentIsAway) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAway, kAllChannels, {}, 3});
  c.begin();
  EXPECT_EQ(c.router.agent("ana")->away_after_missed, 3);
}

TEST(Router, AnAnswerStartsTheCountOfMissedOffersAnew) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.queue("t2");
  c.queue("t3");
  c.wait(20s);
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  ASSERT_THAT(c.made(), ElementsAre("t3>ana"));
  c.wait(20s);
  EXPECT_THAT(c.all<PresenceSet>(), IsEmpty());
}

TEST(Router, OffersThatRunOutTogetherAreOneAbsence) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana", {}, 5);
  c.queue("t1");
  c.wait(1s);
  c.queue("t2");
  c.wait(1s);
  c.queue("t3");
  c.wait(18s);
  c.wait(1s);
  c.wait(1s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kAvailable);
}

TEST(Router, GoingAwayTakesOffersBackButNotWork) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.tell(PresenceChanged{"ana", Presence::kAway});
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_THAT(c.all<ReturnTicket>(), IsEmpty());
  EXPECT_THAT(c.router.agent("ana")->ticket_ids, ElementsAre("t1"));
}

TEST(Router, ALostSessionIsForgivenWithinTheGrace) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(AgentDisconnected{"ana"});
  EXPECT_EQ(c.router.next_deadline(), c.now + 10s);
  c.wait(9s);
  c.tell(AgentConnected{"ana", {}});
  c.wait(10s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kAvailable);
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
}

TEST(Router, AnAgentWithoutASessionGetsNoNewOffersDuringTheGrace) {
  Center c;
  c.begin();
  c.agent("ana");
  c.tell(AgentDisconnected{"ana"});
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, OneOfSeveralSessionsMayGo) {
  Center c;
  c.begin();
  c.agent("ana");
  c.tell(AgentConnected{"ana", {}});
  c.tell(AgentDisconnected{"ana"});
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
  EXPECT_EQ(c.router.agent("ana")->connections, 1);
}

TEST(Router, AGoneAgentsOffersGoOnAndTicketsGoBack) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 4);
  c.queue("t2");
  c.agent("bob");
  c.tell(AgentDisconnected{"ana"});
  c.wait(10s);
  EXPECT_THAT(c.all<PresenceSet>(),
              ElementsAre(PresenceSet{"ana", Presence::kOffline, "no session for 10 s"}));
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
  EXPECT_THAT(c.all<ReturnTicket>(),
              ElementsAre(ReturnTicket{"t1", "ana", 4, "ana is offline: no session for 10 s"}));
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);  // until the log says that it is back
  Work back = Center::work("t1");
  back.assignment_token = 4;
  back.waiting_since = t0;
  c.queue(back);
  EXPECT_EQ(c.standing("t1"), Standing::kWaiting);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Router, AGoneAgentKeepsTicketsIfThePolicySaysSo) {
  Settings settings = test_settings();
  settings.gone_policy = GonePolicy::kKeep;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(AgentDisconnected{"ana"});
  c.wait(1h);
  EXPECT_THAT(c.all<ReturnTicket>(), IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
}

TEST(Router, AnAssignmentThatIsConfirmedAfterItsAgentWentIsTakenBack) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept(c.last_offer);
  c.tell(PresenceChanged{"ana", Presence::kOffline});
  EXPECT_EQ(c.standing("t1"), Standing::kAccepting);
  c.tell(AssignmentConfirmed{c.last_offer.id, 3});
  EXPECT_THAT(c.all<ReturnTicket>(), ElementsAre(ReturnTicket{"t1", "ana", 3, "ana is offline"}));
}

TEST(Router, AWantedAgentComesFirst) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1h);
  c.agent("bob");
  Work work = Center::work("t1");
  work.wanted_agent_id = "bob";
  work.declined_by = {"bob"};  // asked for by name: stronger
  c.queue(work);
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  EXPECT_EQ(c.last_offer.explanation, "asked for by name");
  c.tell(OfferDeclined{c.last_offer.id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_EQ(c.last_offer.explanation, "the only one with room; was meant for bob, who did not take it");
}

TEST(Router, ATicketWaitsForABusyWantedAgentButNotForEver) {
  Center c;
  c.begin();
  c.agent("bob");
  c.queue("t1");
  c.agent("ana");
  Work work = Center::work("t2");
  work.wanted_agent_id = "bob";
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t2"), "waits for bob, who was asked for by name");
  c.tell(OfferDeclined{c.offer_of("t1").id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana", "t2>bob"));

  Work other = Center::work("t3");
  other.wanted_agent_id = "bob";
  c.queue(other);
  c.accept_and_confirm(c.offer_of("t1"), 1);
  c.accept_and_confirm(c.offer_of("t2"), 1);
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));
}

TEST(Router, AWishForSomeoneOfflineUnknownOrUnskilledIsDroppedAtOnce) {
  Center c;
  c.begin();
  c.tell(AgentUpserted{{"off", skills({"x"}), 1}});
  c.agent("low", {}, 1);
  c.agent("ana", {"x"}, 5);
  for (const char* wanted : {"off", "low", "nobody"}) {
    Work work = Center::work(std::string{"t-"} + wanted, {"x"});
    work.wanted_agent_id = wanted;
    c.queue(work);
    EXPECT_THAT(c.made(), ElementsAre(std::string{"t-"} + wanted + ">ana"));
    EXPECT_THAT(c.last_offer.explanation, HasSubstr(std::string{"was meant for "} + wanted));
  }
}

TEST(Router, AWishEndsWhenItsAgentSignsOut) {
  Center c;
  c.begin();
  c.agent("bob");
  c.tell(PresenceChanged{"bob", Presence::kAway});
  c.agent("ana");
  Work work = Center::work("t1");
  work.wanted_agent_id = "bob";
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(PresenceChanged{"bob", Presence::kOffline});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

}  // namespace
}  // namespace hark::routing
