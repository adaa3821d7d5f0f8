#include <gmock/gmock.h>

#include "phone/desk_fixture.h"

namespace hark::phone {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DeskTest, WhoTalksAsksSomebodyAndHandsOver) {
  talk("c1", "ana", 1);
  ASSERT_TRUE(control(v1::ControlCallRequest::ACTION_CONSULT, "ben").ok());
  ASSERT_TRUE(control(v1::ControlCallRequest::ACTION_CONSULT, "ben").ok()) << "asked twice, it rings once";
  until_told("ring:c1.c1");
  until([&] { return conversation_.reports.back().progress().consult().agent_id() == "ben"; });
  answer("c1", "c1.c1");
  until_told("consult:c1.c1");
  EXPECT_THAT(control(v1::ControlCallRequest::ACTION_HOLD).error().message, HasSubstr("while ben is asked"));
  clock_.advance(1s);
  ASSERT_TRUE(control(v1::ControlCallRequest::ACTION_HAND_OVER).ok());
  until_told("connect:c1.c1");
  ASSERT_THAT(phones_.given, SizeIs(1));
  EXPECT_EQ(phones_.given[0].agent_id(), "ben");
  EXPECT_EQ(phones_.given[0].reason(), "took the call from ana");
  until_told("hangup:c1.a1");
  until([&] { return conversation_.reports.back().progress().agent_id() == "ben"; });
  EXPECT_EQ(std::ranges::count(board_.commands, "ring:c1.c1"), 1);
}

TEST_F(DeskTest, AskingTakesNobodyWhoCannotBeAsked) {
  talk("c1", "ana", 1);
  const auto why = [&](const std::string& agent, const std::string& number = {}) {
    const auto asked = control(v1::ControlCallRequest::ACTION_CONSULT, agent, number);
    return asked.ok() ? std::string{"it rings"} : asked.error().message;
  };
  EXPECT_THAT(why("ana"), HasSubstr("on this call already"));
  EXPECT_THAT(why("", "12"), HasSubstr("none that can be called"));
  EXPECT_THAT(why("nobody"), HasSubstr("no phone in their record"));
  EXPECT_EQ(why("", "+37120000009"), "it rings");
  EXPECT_THAT(why("ben"), HasSubstr("+37120000009 is asked already"));
  ASSERT_TRUE(control(v1::ControlCallRequest::ACTION_TAKE_BACK).ok());
  EXPECT_THAT(control(v1::ControlCallRequest::ACTION_TAKE_BACK).error().message,
              HasSubstr("nobody is asked"));
  v1::ControlCallRequest request;
  request.set_entry_id("ent_call:line:c1");
  request.set_by_agent_id("ben");
  request.set_action(v1::ControlCallRequest::ACTION_HANG_UP);
  EXPECT_EQ(run(desk_->control(request)).error().code, Code::kPermissionDenied);
}

TEST_F(DeskTest, NobodyIsAskedWhoTalksToSomebodyElse) {
  talk("c1", "ben", 1);
  arrive("c2", "+37120000002");
  talk("c2", "ana", 2);
  EXPECT_EQ(control(v1::ControlCallRequest::ACTION_CONSULT, "ben", {}, "c2").error().message,
            "ben is on another call");
}

TEST_F(DeskTest, ACallIsPassedOnToSomebodyOutside) {
  talk("c1", "ana", 1);
  ASSERT_TRUE(control(v1::ControlCallRequest::ACTION_PASS_ON, {}, "+371 2000 0009").ok());
  until_told("ring:c1.c1");
  until([&] { return conversation_.reports.back().progress().consult().passing_on(); });
  answer("c1", "c1.c1");
  until_told("hangup:c1.a1");
  end("c1", "c1.a1");
  until([&] { return conversation_.reports.back().progress().number() == "+37120000009"; });
  EXPECT_THAT(phones_.given, IsEmpty());
}

}  // namespace
}  // namespace hark::phone
