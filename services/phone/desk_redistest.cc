#include <gmock/gmock.h>

#include "phone/desk_fixture.h"

namespace hark::phone {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(DeskTest, ACallIsOnRecordOnceHoweverOftenConversationIsAway) {
  conversation_.refusals = 2;
  arrive("c1");
  arrive("c1");
  until_told("queue");
  EXPECT_THAT(conversation_.accepted, SizeIs(1));
  EXPECT_EQ(conversation_.accepted[0].sender().address(), "tel:+37120000000");
  EXPECT_FALSE(conversation_.accepted[0].sender_verified());
}

TEST_F(DeskTest, ACommandIsRepeatedUntilTheExchangeIsThere) {
  board_.answers["queue"] = {{Carried::Kind::kAway, "no line"}, {Carried::Kind::kAway, "no line"}};
  arrive("c1");
  until([&] { return board_.commands.size() == 3; });
  EXPECT_THAT(board_.commands, ElementsAre("queue", "queue", "queue"));
}

TEST_F(DeskTest, WhatWasOnlySentGoesOutAgainWhenTheExchangeConnects) {
  board_.answers["queue"] = {{Carried::Kind::kSent}};
  arrive("c1");
  until_told("queue");
  desk_->connected("line");
  until([&] { return board_.commands.size() == 2; });
}

TEST_F(DeskTest, ARingThatIsRefusedGivesTheTicketBackOnce) {
  board_.answers["ring:c1.a1"] = {{Carried::Kind::kRefused, "no such endpoint"}};
  arrive("c1");
  until_told("queue");
  assign("ana", 1);
  until([&] { return !conversation_.transfers.empty(); });
  EXPECT_EQ(conversation_.transfers[0].reason(), "the phone of ana: could not be reached (no such endpoint)");
  EXPECT_EQ(conversation_.transfers[0].assignment_token(), 1);
  assign("ben", 2);
  until_told("ring:c1.a2");
  EXPECT_THAT(conversation_.transfers, SizeIs(1));
}

TEST_F(DeskTest, WhoHangsUpIsNotKeptOnTheLineWhileConversationIsAway) {
  arrive("c1");
  until_told("queue");
  assign("ana", 1);
  until_told("ring:c1.a1");
  answer("c1", "c1.a1");
  until_told("connect:c1.a1");
  conversation_.away = true;
  end("c1", "c1.a1");
  until_told("hangup");
  end("c1");
  conversation_.away = false;
  until([&] { return last_state() == v1::CALL_STATE_ENDED; });
}

TEST_F(DeskTest, WhatBecomesOfACallIsOnRecordThoughItIsNotKnownWhetherTheReportBeforeIs) {
  arrive("c1");
  until_told("queue");
  conversation_.unheard = true;
  assign("ana", 1);
  until([&] { return last_state() == v1::CALL_STATE_OFFERED; });
  end("c1");
  conversation_.unheard = false;
  until([&] { return last_state() == v1::CALL_STATE_ABANDONED; });
}

TEST_F(DeskTest, TheNextProcessTakesUpWhatThisOneLeft) {
  board_.answers["ring:c1.a1"] = std::vector<Carried>(1000, {Carried::Kind::kAway, "no line"});
  arrive("c1");
  until_told("queue");
  assign("ana", 1);
  until_told("ring:c1.a1");
  shut();
  board_.answers.clear();
  board_.commands.clear();
  open();
  ASSERT_TRUE(run(desk_->start()).ok());
  until_told("ring:c1.a1");
  EXPECT_THAT(board_.commands, ElementsAre("ring:c1.a1"));
  answer("c1", "c1.a1");
  until([&] { return last_state() == v1::CALL_STATE_ANSWERED; });
  EXPECT_THAT(conversation_.accepted, SizeIs(1));
}

TEST_F(DeskTest, CallsThatTheExchangeDoesNotKnowAnyMoreAreOver) {
  arrive("c1");
  arrive("c2", "+37120000002");
  until([&] { return conversation_.accepted.size() == 2; });
  ASSERT_TRUE(run(desk_->reconcile("line", {"c2"})).ok());
  until([&] { return desk_->calls().size() == 1; });
  EXPECT_EQ(desk_->calls()[0].call_id(), "c2");
}

TEST_F(DeskTest, AnAgentWhoTalksToSomebodyElseIsNotRung) {
  arrive("c1");
  until_told("queue");
  assign("ana", 1);
  until_told("ring:c1.a1");
  answer("c1", "c1.a1");
  arrive("c2", "+37120000002");
  until([&] { return !conversation_.transfers.empty(); });
  EXPECT_THAT(conversation_.transfers[0].reason(), HasSubstr("is on another call"));
  EXPECT_THAT(board_.commands, Not(Contains("ring:c2.a1")));
}

TEST_F(DeskTest, AnAgentWhoIsNotThereIsNotRungForATicketThatTheyHadBefore) {
  call_into_ticket_of("ana", v1::PRESENCE_AWAY);
  EXPECT_THAT(conversation_.transfers, SizeIs(0)) << "routing takes it back";
  // Whoever takes it now wants the call, and is rung, there for offers or not.
  assign("ben", 2);
  until_told("ring:c1.a2");
  EXPECT_THAT(board_.commands, Not(Contains("ring:c1.a1")));
}

TEST_F(DeskTest, WhatRoutingLeavesWithAnAgentWhoIsNotThereIsGivenBack) {
  call_into_ticket_of("ana", v1::PRESENCE_OFFLINE);
  clock_.advance(std::chrono::seconds{2});
  desk_->look_for_holders("con_1");
  until([&] { return conversation_.transfers.size() == 1; });
  EXPECT_EQ(conversation_.transfers[0].reason(), "the phone of ana: could not be reached (is offline)");
  EXPECT_THAT(board_.commands, Not(Contains("ring:c1.a1")));
}

TEST_F(DeskTest, WhoIsBackInAMomentIsRung) {
  call_into_ticket_of("ana", v1::PRESENCE_AWAY);
  phones_.presence = v1::PRESENCE_AVAILABLE;
  desk_->look_for_holders("con_1");
  until_told("ring:c1.a1");
}

TEST_F(DeskTest, WhoTakesANewTicketOfACustomerWhoStillWaitsIsRung) {
  arrive("c1");
  assign("ana", 1);
  until_told("ring:c1.a1");
  conversation_.current.set_state(v1::TICKET_STATE_RESOLVED);
  desk_->look_for_holders("con_1");
  until_told("hangup:c1.a1");
  conversation_.current.set_id("tkt_2");
  assign("ana", 1);
  until_told("ring:c1.a2");
  board_.answers["ring:c1.a3"] = {{Carried::Kind::kRefused, "no such endpoint"}};
  assign("ben", 2);
  until([&] { return conversation_.transfers.size() == 1; });
  EXPECT_EQ(conversation_.transfers[0].ticket_id(), "tkt_2");
  EXPECT_EQ(conversation_.transfers[0].assignment_token(), 2);
}

TEST_F(DeskTest, WhoTalksIsNotRungAgainWhenTheirCustomerIsMerged) {
  talk("c1", "ana", 3);
  conversation_.current.set_id("tkt_2");
  assign("ana", 1);
  until([&] { return desk_->find("line", "c1")->ticket_id == "tkt_2"; });
  assign("ben", 2);
  until_told("ring:c1.a4");
  EXPECT_EQ(std::ranges::count(board_.commands, "ring:c1.a4"), 1);
  EXPECT_THAT(board_.commands, Not(Contains(StartsWith("hangup"))));
}

TEST_F(DeskTest, WhoRingsBackGoesOnWithTheCallThatNobodyAnswered) {
  arrive("c1");
  until_told("queue");
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  arrive("c2");
  until([&] { return conversation_.accepted.size() == 2; });
  EXPECT_THAT(conversation_.accepted[1].thread().references(), ElementsAre("line:c1", "line:c2"));
  end("c2");
  until([&] { return desk_->find("line", "c2") == nullptr; });
  arrive("c3");
  until([&] { return conversation_.accepted.size() == 3; });
  EXPECT_THAT(conversation_.accepted[2].thread().references(), ElementsAre("line:c1", "line:c3"));
}

TEST_F(DeskTest, AnEventOfACallThatIsOverChangesNothing) {
  arrive("c1");
  until_told("queue");
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  const auto told = conversation_.reports.size();
  arrive("c1");
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  EXPECT_EQ(conversation_.reports.size(), told);
  EXPECT_THAT(conversation_.accepted, SizeIs(1));
}

TEST_F(DeskTest, WhatIsNoEventIsRefused) {
  EXPECT_EQ(say("", [](auto& event) { event.mutable_ringing(); }).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c 1", [](auto& event) { event.mutable_ringing(); }).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c1", [](auto&) {}).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c1", [](auto& event) { event.mutable_ringing(); }).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace hark::phone
