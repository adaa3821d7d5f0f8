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
  EXPECT_EQ(c.router.offers_to("ana").at(0).ticket_id, "t1");
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
