#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Ana holds t1.
struct OneHeld : Center {
  explicit OneHeld(Settings settings = test_settings()) : Center{std::move(settings)} {
    begin();
    agent("ana");
    queue("t1");
    accept_and_confirm(last_offer, 1);
  }
};

TEST(Hold, FreesItsUnitsAndComesBackAtItsTimeBeforeAnyNewOffer) {
  OneHeld c;
  c.put_on_hold("t1", 1h);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
  EXPECT_EQ(c.router.explain("t1"), "held by ana, on hold");
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(1h);
  ASSERT_EQ(c.all<EndHold>().size(), 1U);
  EXPECT_EQ(c.all<EndHold>().front(), (EndHold{"t1", t0 + 1h}));
  c.release("t1");
  EXPECT_EQ(c.router.explain("t1"), "waits for room with ana, who has it");
  c.queue("t3");
  c.tell(TicketClosed{"t2"});
  EXPECT_THAT(c.made(), IsEmpty()) << "the room is t1's";
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kActive);
}

TEST(Hold, ThatKeepsItsUnitsLeavesNoRoom) {
  OneHeld c;
  c.put_on_hold("t1", 1h, Hold::kKeepsUnits);
  c.queue("t2");
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1h);
  EXPECT_EQ(c.all<EndHold>().size(), 1U);
}

TEST(Hold, AsksForItsEndOnceAndForThatOfAnotherHoldAgain) {
  OneHeld c;
  c.put_on_hold("t1", 1min);
  c.wait(1min);
  EXPECT_EQ(c.all<EndHold>().size(), 1U);
  c.wait(1min);
  EXPECT_THAT(c.all<EndHold>(), IsEmpty());
  c.put_on_hold("t1", 1min);
  c.wait(1min);
  EXPECT_EQ(c.all<EndHold>().size(), 1U);
}

TEST(Hold, EndsWhenItsCustomerWritesHoweverLongItWasToLast) {
  OneHeld c;
  c.put_on_hold("t1", 1h);
  c.wait(1min);
  c.release("t1");
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
  c.wait(1h);
  EXPECT_THAT(c.all<EndHold>(), IsEmpty());
}

TEST(Hold, StaysWithAnAgentWhoIsGoneUntilItsTimeThenGoesToTheQueue) {
  OneHeld c;
  c.put_on_hold("t1", 10h);
  c.tell(PresenceChanged{"ana", Presence::kOffline});
  EXPECT_THAT(c.all<ReturnTicket>(), IsEmpty());
  c.wait(10h);
  EXPECT_EQ(c.all<EndHold>().size(), 1U);
  c.release("t1");
  ASSERT_EQ(c.all<ReturnTicket>().size(), 1U);
  EXPECT_EQ(c.all<ReturnTicket>().front().why, "ana is offline");
}

TEST(Hold, IsKnownToANewLeaderWhoEndsWhatShouldHaveEnded) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  Work work = Center::work("t1");
  work.assignment_token = 1;
  work.hold = Hold::kFreesUnits;
  work.hold_until = c.now - 1min;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
  EXPECT_THAT(c.all<EndHold>(), IsEmpty());
  c.begin();
  EXPECT_EQ(c.all<EndHold>().size(), 1U);
}

TEST(Hold, IsOverWhenTheTicketChangesHands) {
  OneHeld c;
  c.put_on_hold("t1", 1h);
  c.agent("bob");
  Work work = Center::work("t1");
  work.assignment_token = 2;
  c.tell(TicketAssigned{work, "bob"});
  EXPECT_EQ(c.router.agent("bob")->used_units, 1);
  c.wait(1h);
  EXPECT_THAT(c.all<EndHold>(), IsEmpty());
}

TEST(Hold, OffersThatStandMakeWayForWhatIsBack) {
  OneHeld c;
  c.put_on_hold("t1", 1h);
  c.queue("t2");
  c.release("t1");
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kActive);
}

TEST(Hold, IsCounted) {
  OneHeld c;
  EXPECT_EQ(c.router.summarize(c.now, 1min).on_hold, 0);
  c.put_on_hold("t1", 1h);
  EXPECT_EQ(c.router.summarize(c.now, 1min).on_hold, 1);
}

}  // namespace
}  // namespace hark::routing
