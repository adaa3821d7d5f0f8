// Problems that users of other systems reported (FIELD.md, section 1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// FIELD row 27
TEST(Reported, WhatWaitsIsServedWhenAnAgentFreesUpComesOnlineOrGainsRoom) {
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

// FIELD row 28
TEST(Reported, WorkDoesNotStickToWhoIsGoneOrDoesNotAnswer) {
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

// FIELD row 29
TEST(Reported, CapacityHoldsOnEveryPath) {
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

// FIELD row 29: uneven load.
TEST(Reported, WorkThatComesAtOnceIsSpreadEvenly) {
  Center c;
  c.begin();
  for (const char* id : {"ana", "ben", "cid"}) c.agent(id, {}, 4);
  for (int i = 0; i < 9; ++i) {
    c.queue("t" + std::to_string(i));
    c.accept_and_confirm(c.last_offer, 1);
  }
  for (const char* id : {"ana", "ben", "cid"}) EXPECT_EQ(c.router.agent(id)->used_units, 3) << id;
}

// FIELD row 30
TEST(Reported, AnOfferStandsInTheAgentsStateUntilItEnds) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(AgentConnected{"ana", {}});  // a reload
  EXPECT_EQ(c.router.offers_to("ana").at(0).ticket_id, "t1");
  EXPECT_EQ(c.all<AgentChanged>().size(), 1u);
}

// FIELD row 31
TEST(Reported, NobodyIsAssignedWhatTheyMayNotAnswer) {
  QueueRules rules = queue_named("q", "a");
  rules.members = *parse_requirement("group:may-answer");
  OneQueue c{rules};
  c.member("ana", {"billing=5"}, 5);
  c.come("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.member("ben", {}, 1, {"may-answer"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
}

// FIELD row 32
TEST(Reported, TwoNeverAnswerTheSameCustomer) {
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

// FIELD row 44
TEST(Reported, NoAgentStaysReservedWhenACallIsGone) {
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

// FIELD row 44: members are stuck once their line is gone in the middle of an offer.
TEST(Reported, WhoIsGoneInTheMiddleOfAnOfferIsFreeOnceTheyAreBack) {
  OneQueue c{queue_named("q", "a")};
  c.member("ana");
  c.come("t1", Channel::kPhone);
  ASSERT_THAT(c.made(), ElementsAre("t1>ana"));
  c.tell(AgentDisconnected{"ana"});
  c.wait(30s);
  EXPECT_EQ(c.standing("t1"), Standing::kWaiting);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
  c.tell(TicketClosed{"t1"});
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  c.come("t2", Channel::kPhone);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

// FIELD row 44: zombie calls.
TEST(Reported, ACallThatEndsWhileItIsBeingAssignedTakesNobodysRoom) {
  OneQueue c{queue_named("q", "a")};
  c.member("ana");
  c.come("t1", Channel::kPhone);
  const Offer offer = c.last_offer;
  c.accept(offer);
  c.tell(TicketClosed{"t1"});
  c.tell(AssignmentRefused{offer.id, "the ticket is resolved"});
  c.come("t2", Channel::kPhone);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

// FIELD row 44: order by score is broken.
TEST(Reported, TheOrderIsThatOfTheScoreWhateverComesAndGoes) {
  QueueRules rules = queue_named("q", "a");
  rules.order = OrderPolicy::kScore;
  rules.priority_point = 60s;
  OneQueue c{rules};
  const auto come = [&](const std::string& id, int priority) {
    Work work = Center::work(id);
    work.account_id = "a";
    work.priority = priority;
    c.queue(work);
    c.wait(50s);
  };
  come("oldest", 0);
  come("urgent", 3);
  come("gone", 9);
  come("newest", 2);
  c.tell(TicketClosed{"gone"});
  c.member("ana");
  for (const char* next : {"urgent", "oldest", "newest"}) {
    EXPECT_THAT(c.made(), ElementsAre(std::string{next} + ">ana"));
    c.accept_and_confirm(c.last_offer, 1);
    c.tell(TicketClosed{next});
  }
}

// FIELD row 45
TEST(Reported, AnAnsweredCallThatEndsTakesNoOtherDownAndCountsOnce) {
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
