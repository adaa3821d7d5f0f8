#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Router, ATicketTakenElsewhereTakesItsOfferAlong) {
  Center c;
  c.begin();
  c.agent("ana");
  c.agent("bob");
  c.queue("t1");
  ASSERT_EQ(c.last_offer.agent_id, "ana");
  Work work = Center::work("t1");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "bob"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_THAT(c.router.agent("bob")->ticket_ids, ElementsAre("t1"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Router, WorkFromElsewherePushesOutOffersThatNoLongerFit) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.queue("t2");
  Work work = Center::work("t9");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 2);
}

TEST(Router, TheLogMayBeFasterThanTheAnswer) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  Work work = Center::work("t1");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana assigned"));
  c.tell(AssignmentConfirmed{offer.id, 1});
  EXPECT_THAT(c.effects, IsEmpty());
  c.accept(offer);
  EXPECT_EQ(c.all<AcceptRepeated>().at(0).assignment_token, 1);
}

TEST(Router, OldNewsChangeNothing) {
  Center c;
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.waiting_since = t0;
  c.queue(work);
  c.queue(work);
  EXPECT_THAT(c.effects, IsEmpty());
  c.accept_and_confirm(c.last_offer, 1);
  c.queue(work);
  EXPECT_THAT(c.effects, IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.effects, IsEmpty());
}

TEST(Router, ARefusedAssignmentRestsAMomentAndIsOfferedAgain) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept(c.last_offer);
  c.tell(AssignmentRefused{c.last_offer.id, "the ticket is resolved"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.next_deadline(), c.now + 1s);
  c.wait(1s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, ALesserRecordTakesBackWhatNoLongerFits) {
  Center c;
  c.begin();
  c.agent("ana", {"x"}, 3);
  c.queue("t1");
  c.queue("t2", {"x"});
  c.queue("t3");
  c.tell(AgentUpserted{{"ana", {}, 1}});
  EXPECT_THAT(c.ended(), ElementsAre("t3>ana withdrawn", "t2>ana withdrawn"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
}

TEST(Router, AResolvedTicketIsForgotten) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_FALSE(c.router.ticket("t1"));
  EXPECT_EQ(c.router.queue_size(), 0u);
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
}

TEST(Router, StandingOffersOutliveTheirLeader) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 2}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.queue("t1");
  c.queue("t2");
  const Offer mine{"off_a", "t1", "ana", 1, t0 - 15s, t0 + 5s, "longest idle"};
  const Offer gone{"off_b", "t7", "ana", 1, t0 - 15s, t0 + 5s, "longest idle"};
  c.tell(OfferRestored{mine});
  c.tell(OfferRestored{gone});
  EXPECT_THAT(c.ended(), ElementsAre("t7>ana withdrawn"));
  c.now += 6s;
  c.begin();
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
  c.wait(1s);
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.accept(mine);
  EXPECT_EQ(c.all<AssignTicket>().size(), 1u);
}

TEST(Router, AgentsWhoDoNotComeBackAfterAChangeOfLeaderAreGone) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 2}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.tell(AgentUpserted{{"bob", {}, 2}});
  Work held = Center::work("t1");
  held.assignment_token = 2;
  c.tell(TicketAssigned{held, "bob"});
  c.begin();
  EXPECT_THAT(c.all<ReturnTicket>(), ElementsAre(ReturnTicket{"t1", "bob", 2, "its agent is offline"}));
  c.wait(10s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kOffline);
}

}  // namespace
}  // namespace hark::routing
