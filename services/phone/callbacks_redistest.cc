#include <gmock/gmock.h>

#include "phone/desk_fixture.h"

namespace hark::phone {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(DeskTest, ACustomerIsCalledBackAsOftenAsConfiguredAndThenGivenUp) {
  for (const std::string call : {"back-ent_reply-1", "back-ent_reply-2"}) {
    desk_->take(reply());
    until([&] { return desk_->find("line", call) != nullptr; });
    until([&] { return desk_->find("line", call)->done.contains("ring:" + call + ".a1"); });
    answer(call, call + ".a1");
    until([&] { return desk_->find("line", call)->done.contains("dial"); });
    until([&] { return last_state() == v1::CALL_STATE_DIALING; });
    end(call, {}, v1::LEG_END_BUSY);
    until([&] { return desk_->find("line", call) == nullptr; });
    EXPECT_EQ(last_state(), v1::CALL_STATE_UNANSWERED);
  }
  const auto& last = conversation_.receipts.back();
  EXPECT_EQ(last.state(), v1::DELIVERY_STATE_FAILED);
  EXPECT_EQ(last.detail(), "busy (called 2 of 2 times)");
  const auto before =
      std::ranges::find(conversation_.receipts, "busy (called 1 of 2 times)", &v1::Receipt::detail);
  ASSERT_NE(before, conversation_.receipts.end());
  EXPECT_EQ(before->state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(before->lease_id(), "lease");
  EXPECT_EQ(before->retry_at_ms(), to_ms(clock_.now() + 15min));
}

TEST_F(DeskTest, ALeaseThatComesAgainWhileItRingsIsTheSameCall) {
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  desk_->take(reply());
  until([&] { return conversation_.receipts.size() == 3; });
  EXPECT_EQ(conversation_.receipts[2].state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(desk_->find("line", "back-ent_reply-2"), nullptr);
}

TEST_F(DeskTest, WhoWasHeardBeforeAnyPhoneRingsIsNotCalledBack) {
  conversation_.heard = true;
  desk_->take(reply());
  until([&] { return conversation_.receipts.size() == 1; });
  EXPECT_EQ(desk_->find("line", "back-ent_reply-1"), nullptr);
  EXPECT_THAT(board_.commands, IsEmpty());
}

TEST_F(DeskTest, WhoIsHeardWhileTheAgentsPhoneRingsIsNotDialled) {
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  conversation_.heard = true;
  desk_->look_whether_wanted("ent_reply");
  until_told("hangup:back-ent_reply-1.a1");
  end("back-ent_reply-1", "back-ent_reply-1.a1");
  until([&] { return desk_->find("line", "back-ent_reply-1") == nullptr; });
  EXPECT_THAT(board_.commands, Not(Contains("dial")));
}

TEST_F(DeskTest, NobodyIsDialledWhoWasHeardThoughNothingWasSaidOfIt) {
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  conversation_.heard = true;
  answer("back-ent_reply-1", "back-ent_reply-1.a1");
  until_told("hangup:back-ent_reply-1.a1");
  EXPECT_THAT(board_.commands, Not(Contains("dial")));
}

TEST_F(DeskTest, WhoIsHeardBeforeTheirAgentsPhoneRangCostsNobodyACall) {
  board_.answers["ring:back-ent_reply-1.a1"] = {{Carried::Kind::kAway}, {Carried::Kind::kAway}};
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  conversation_.heard = true;
  desk_->look_whether_wanted("");
  until([&] { return desk_->find("line", "back-ent_reply-1") == nullptr; });
  EXPECT_EQ(conversation_.receipts.back().state(), v1::DELIVERY_STATE_FAILED);
  EXPECT_THAT(board_.commands, Not(Contains("dial")));
}

TEST_F(DeskTest, TheNextProcessHangsUpOnWhoWasHeardMeanwhile) {
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  until([&] { return desk_->find("line", "back-ent_reply-1")->done.contains("ring:back-ent_reply-1.a1"); });
  shut();
  conversation_.heard = true;
  open();
  ASSERT_TRUE(run(desk_->start()).ok());
  until_told("hangup:back-ent_reply-1.a1");
}

TEST_F(DeskTest, WhoTalksToTheAgentWhoCalledBackGoesOnTalking) {
  const std::string call = "back-ent_reply-1";
  desk_->take(reply());
  until_told("ring:" + call + ".a1");
  answer(call, call + ".a1");
  until_told("dial");
  answer(call);
  until_told("connect:" + call + ".a1");
  conversation_.heard = true;
  desk_->look_whether_wanted("ent_reply");
  ASSERT_TRUE(say(call, [](auto& event) { event.mutable_held()->set_held(true); }).ok());
  until([&] { return last_state() == v1::CALL_STATE_HELD; });
  until([&] { return conversation_.receipts.back().state() == v1::DELIVERY_STATE_SENT; });
  EXPECT_THAT(board_.commands, Not(Contains(StartsWith("hangup"))));
}

TEST_F(DeskTest, ACallBackThatTheExchangeDoesNotKnowAnyMoreIsOver) {
  const std::string call = "back-ent_reply-1";
  board_.answers["ring:" + call + ".a1"] = {{Carried::Kind::kSent}};
  desk_->take(reply());
  until_told("ring:" + call + ".a1");
  ASSERT_TRUE(run(desk_->reconcile("line", {})).ok());
  EXPECT_FALSE(is_over(*desk_->find("line", call))) << "it may not have heard of it yet";
  answer(call, call + ".a1");
  until_told("dial");
  answer(call);
  until([&] { return conversation_.receipts.back().state() == v1::DELIVERY_STATE_SENT; });
  v1::PhoneEventsRequest::CommandResult rung;
  rung.set_call_id(call);
  rung.set_command_id("ring:" + call + ".a1");
  ASSERT_TRUE(run(desk_->take("line", rung)).ok());
  ASSERT_TRUE(run(desk_->reconcile("line", {})).ok());
  until([&] { return desk_->find("line", call) == nullptr; });
  EXPECT_EQ(last_state(), v1::CALL_STATE_ENDED);
}

TEST_F(DeskTest, ACustomerIsCalledByDay) {
  settings_.callback_hours = {9 * 60, 10 * 60};  // in Riga; it is past midnight there
  desk_->take(reply());
  until([&] { return !conversation_.receipts.empty(); });
  EXPECT_EQ(conversation_.receipts[0].detail(), "quiet hours in Latvia");
  EXPECT_THAT(board_.commands, IsEmpty());
}

TEST_F(DeskTest, AWithheldNumberCannotBeCalledBack) {
  desk_->take(reply("withheld-0123"));
  until([&] { return !conversation_.receipts.empty(); });
  EXPECT_EQ(conversation_.receipts[0].state(), v1::DELIVERY_STATE_FAILED);
}

}  // namespace
}  // namespace hark::phone
