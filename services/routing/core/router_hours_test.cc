#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

QueueRules office(const std::string& closed_to = "") {
  QueueRules rules = queue_named("office", "a");
  rules.hours = "week";
  rules.closed_to = closed_to;
  return rules;
}

TEST(Hours, AClosedQueueMakesNoOffersAndKeepsEverybodysPlace) {
  OneQueue c{office()};
  c.member("ana");
  c.come("t1");
  c.wait(1s);
  c.come("t2");
  EXPECT_THAT(c.made(), IsEmpty()) << "it is closed until somebody says that it is open";
  EXPECT_EQ(c.router.explain("t1"), "waits: queue office is closed");
  EXPECT_EQ(c.router.explain_fully("t1", 1)->estimate.why_none, NoEstimate::kClosed);
  c.tell(QueueHours{"office", true});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Hours, WhatIsWithAnAgentStaysWithThemWhenItsQueueCloses) {
  OneQueue c{office()};
  c.tell(QueueHours{"office", true});
  c.member("ana");
  c.come("t1");
  c.tell(QueueHours{"office", false});
  EXPECT_THAT(c.ended(), IsEmpty());
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
}

TEST(Hours, AsItClosesWhatWaitsGoesWhereClosedQueuesSendIt) {
  Center c{with({office("night"), queue_named("night")})};
  c.begin();
  c.tell(QueueHours{"office", true});
  for (int i = 0; i < 600; ++i) {
    Work work = Center::work("t" + std::to_string(i));
    work.account_id = "a";
    c.queue(work);
  }
  c.tell(QueueHours{"office", false});
  while (c.router.next_deadline() && *c.router.next_deadline() <= c.now + 10ms) {
    c.now = std::max(c.now, *c.router.next_deadline());
    c.tell(TimePassed{});
    EXPECT_LE(c.all<TicketMoved>().size(), static_cast<std::size_t>(Router::kTicketsMovedAtOnceMax));
  }
  const auto queues = c.router.queues(c.now, 1min);
  EXPECT_EQ(queues[1].tickets.waiting, 0);
  EXPECT_EQ(queues[2].tickets.waiting, 600);
  EXPECT_TRUE(queues[1].closed);
}

TEST(Hours, WhatComesWhileItIsClosedGoesThereAtOnce) {
  Center c{with({office("night"), queue_named("night")})};
  c.begin();
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  ASSERT_THAT(c.all<TicketMoved>(), SizeIs(1));
  EXPECT_EQ(c.all<TicketMoved>()[0].why, "it is closed");
}

TEST(Hours, WhatComesBackFromAnOfferToAClosedQueueGoesThereToo) {
  Center c{with({office("night"), queue_named("night")})};
  c.begin();
  c.tell(QueueHours{"office", true});
  c.agent("ana");
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  c.tell(QueueHours{"office", false});
  c.wait(1ms);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "office") << "it is before ana";
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "night");
}

TEST(Hours, ANewLeaderSendsOnWhatItFindsInAClosedQueue) {
  Center c{with({office("night"), queue_named("night")})};
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  c.begin();
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "night");
}

TEST(Hours, WhoWasAskedForByNameIsOfferedItAllTheSame) {
  OneQueue c{office()};
  c.member("ana");
  Work work = Center::work("t1");
  work.account_id = "a";
  work.wanted_agent_id = "ana";
  c.queue(work);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Hours, NewRulesLeaveAnOpenQueueOpenAndANewOneClosed) {
  OneQueue c{office()};
  c.tell(QueueHours{"office", true});
  Settings settings = with({office("night"), queue_named("night")});
  settings.queues[1].hours = "week";
  c.tell(SettingsChanged{settings});
  EXPECT_TRUE(c.router.is_open("office"));
  EXPECT_FALSE(c.router.is_open("night"));
}

TEST(Hours, OfTwoQueuesThatSendToEachOtherATicketStaysInTheSecond) {
  QueueRules night = queue_named("night");
  night.hours = "nights";
  night.closed_to = "office";
  Center c{with({office("night"), night})};
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.account_id = "a";
  c.queue(work);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "night");
  EXPECT_THAT(c.router.explain("t1"), HasSubstr("queue night is closed"));
  EXPECT_FALSE(c.router.next_deadline());
}

}  // namespace
}  // namespace hark::routing
