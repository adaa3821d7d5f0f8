#include "phone/core/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace hark::phone {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr TimePoint kStart = from_ms(1'000'000);

/// A call, told step by step.
class CallTest : public ::testing::Test {
 protected:
  bool say(auto what, std::string leg = {}) { return apply(call, {std::move(leg), now, std::move(what)}); }
  void arrive() {
    say(Arrived{"+37120000000", "+37160000000", ""});
    say(Accepted{"con_1", "tkt_1", "ent_1"});
    carry_out();
  }
  void assign(const std::string& agent, std::int64_t token) {
    say(Assigned{{agent, "PJSIP/" + agent, token}});
    carry_out();
  }
  std::string leg(std::int64_t token) { return agent_leg_id(call, token); }
  std::vector<std::string> wanted() {
    std::vector<std::string> ids;
    for (const auto& command : due(call, now, rules)) ids.push_back(command.id);
    return ids;
  }
  /// Does what is due, and returns what that was.
  std::vector<std::string> carry_out() {
    auto ids = wanted();
    for (const auto& id : ids) say(CommandDone{id});
    return ids;
  }
  CallState state() { return state_of(call); }

  Call call{.account = "line", .id = "c"};
  Rules rules;
  TimePoint now = kStart;
};

TEST_F(CallTest, ACallIsLetWaitOnceItIsOnRecord) {
  say(Arrived{"+37120000000", "", ""});
  EXPECT_EQ(state(), CallState::kRinging);
  EXPECT_THAT(wanted(), IsEmpty());
  say(Accepted{"con_1", "tkt_1", "ent_1"});
  EXPECT_EQ(state(), CallState::kQueued);
  EXPECT_THAT(carry_out(), ElementsAre("queue"));
  EXPECT_THAT(wanted(), IsEmpty());
}

TEST_F(CallTest, TheAgentWhoTakesItIsRungAndPutThrough) {
  arrive();
  say(Assigned{{"ana", "PJSIP/ana", 1}});
  EXPECT_EQ(state(), CallState::kOffered);
  EXPECT_THAT(carry_out(), ElementsAre("ring:c.a1"));
  say(Rang{}, leg(1));
  now += 5s;
  say(Answered{}, leg(1));
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a1"));
  EXPECT_EQ(progress_of(call).agent_id, "ana");
  EXPECT_EQ(progress_of(call).answered, now);
}

TEST_F(CallTest, WhenOneHangsUpSoIsTheOther) {
  for (const bool by_agent : {true, false}) {
    call = {.account = "line", .id = "c"};
    arrive();
    assign("ana", 1);
    say(Answered{}, leg(1));
    carry_out();
    now += 60s;
    say(Ended{}, by_agent ? leg(1) : "");
    EXPECT_THAT(carry_out(), ElementsAre(by_agent ? "hangup" : "hangup:c.a1"));
    now += 1s;
    say(Ended{}, by_agent ? "" : leg(1));
    EXPECT_EQ(state(), CallState::kEnded);
    EXPECT_EQ(progress_of(call).ended_by, by_agent ? "agent" : "customer");
    EXPECT_THAT(wanted(), IsEmpty());
  }
}

TEST_F(CallTest, WhoLeavesTheQueueHasAbandonedTheCallWhateverTheCause) {
  for (const auto cause : {LegEnd::kHungUp, LegEnd::kLost, LegEnd::kBusy}) {
    call = {.account = "line", .id = "c"};
    arrive();
    say(Ended{cause, ""});
    EXPECT_EQ(state(), CallState::kAbandoned);
    EXPECT_THAT(wanted(), IsEmpty());
  }
}

TEST_F(CallTest, AnAgentsPhoneStopsRingingWhenTheCustomerLeaves) {
  arrive();
  assign("ana", 1);
  say(Ended{});
  EXPECT_EQ(state(), CallState::kAbandoned);
  EXPECT_THAT(wanted(), ElementsAre("hangup:c.a1"));
}

TEST_F(CallTest, APhoneThatIsNotAnsweredGivesTheTicketBack) {
  arrive();
  assign("ana", 1);
  EXPECT_EQ(next_deadline(call, now, rules), now + rules.ring);
  now += rules.ring;
  const auto commands = due(call, now, rules);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].id, "hangup:c.a1");
  EXPECT_EQ(commands[1].kind, Command::Kind::kReturnTicket);
  EXPECT_EQ(commands[1].detail, "the phone of ana was not answered");
  carry_out();
  say(Ended{LegEnd::kNoAnswer, ""}, leg(1));
  say(Released{1});
  EXPECT_EQ(state(), CallState::kQueued);
  assign("ben", 2);
  EXPECT_EQ(state(), CallState::kOffered);
}

TEST_F(CallTest, AnAgentWithoutAPhoneGivesTheTicketBackAtOnce) {
  arrive();
  say(Assigned{{"ana", "", 1}});
  const auto commands = due(call, now, rules);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].detail, "ana has no phone in their record");
  EXPECT_EQ(state(), CallState::kQueued);
}

TEST_F(CallTest, ARingThatTheExchangeRefusesGivesTheTicketBack) {
  arrive();
  say(Assigned{{"ana", "PJSIP/ana", 1}});
  say(CommandDone{"ring:c.a1", true, "no such endpoint"});
  const auto commands = due(call, now, rules);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].detail, "the phone of ana: could not be reached (no such endpoint)");
}

TEST_F(CallTest, WhoPassesTheCallOnStaysUntilTheNextOneTalks) {
  arrive();
  assign("ana", 1);
  say(Answered{}, leg(1));
  carry_out();
  say(Released{1});
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(wanted(), IsEmpty());
  assign("ben", 2);
  now += 3s;
  say(Answered{}, leg(2));
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a2", "hangup:c.a1"));
  say(Ended{}, leg(1));
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_EQ(progress_of(call).agent_id, "ben");
  EXPECT_EQ(progress_of(call).answered, kStart);
}

TEST_F(CallTest, WhoPassesTheCallOnAndLeavesLetsTheCustomerWait) {
  arrive();
  assign("ana", 1);
  say(Answered{}, leg(1));
  carry_out();
  say(Released{1});
  say(Ended{}, leg(1));
  EXPECT_EQ(state(), CallState::kQueued);
  EXPECT_THAT(carry_out(), ElementsAre("queue:c.a1"));
  assign("ben", 2);
  say(Answered{}, leg(2));
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a2"));
  EXPECT_EQ(state(), CallState::kAnswered);
}

/// Ana talks, asks Ben before she passes the call on, and he has answered.
class ConsultTest : public CallTest {
 protected:
  void SetUp() override {
    arrive();
    assign("ana", 1);
    say(Answered{}, leg(1));
    carry_out();
    now += 1s;
    ask("ben", "PJSIP/ben");
    now += 5s;
    say(Answered{}, "c.c1");
  }
  void ask(const std::string& agent, const std::string& endpoint) {
    asked = asked_leg_id(call);
    say(Asks{talking_token(call), agent, endpoint}, asked);
    ASSERT_THAT(carry_out(), ElementsAre("ring:" + asked));
  }
  std::string asked;
};

TEST_F(ConsultTest, TheAgentsHearEachOtherAndTheCustomerMusic) {
  EXPECT_EQ(asked, "c.c1");
  EXPECT_THAT(carry_out(), ElementsAre("hold:c.c1", "consult:c.c1"));
  EXPECT_EQ(state(), CallState::kHeld);
  EXPECT_EQ(progress_of(call).agent_id, "ana");
  EXPECT_EQ(progress_of(call).held, now);
  ASSERT_NE(progress_of(call).asked, nullptr);
  EXPECT_EQ(progress_of(call).asked->agent_id, "ben");
}

TEST_F(ConsultTest, HandedOverTheCustomerIsTheOthersAndSoIsTheTicket) {
  carry_out();
  now += 5s;
  say(HandsOver{}, asked);
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_EQ(progress_of(call).agent_id, "ben");
  EXPECT_EQ(progress_of(call).asked, nullptr);
  EXPECT_THAT(carry_out(), ElementsAre("give:c.c1", "connect:c.c1", "hangup:c.a1"));
  say(Ended{}, leg(1));
  assign("ben", 2);
  EXPECT_THAT(wanted(), IsEmpty()) << "his phone is not rung a second time";
  EXPECT_EQ(talking_token(call), 2);
  now += 5s;
  say(Ended{}, asked);
  EXPECT_THAT(carry_out(), ElementsAre("hangup"));
}

TEST_F(ConsultTest, WhoHasTheCustomerMayAskTheNextOne) {
  carry_out();
  now += 1s;
  say(HandsOver{}, asked);
  carry_out();
  say(Ended{}, leg(1));
  assign("ben", 2);
  now += 1s;
  ask("cara", "PJSIP/cara");
  EXPECT_EQ(asked, "c.c2");
  now += 1s;
  say(Answered{}, asked);
  EXPECT_THAT(carry_out(), ElementsAre("hold:c.c2", "consult:c.c2"));
  now += 1s;
  say(HandsOver{}, asked);
  EXPECT_THAT(carry_out(), ElementsAre("give:c.c2", "connect:c.c2", "hangup:c.c1"));
  EXPECT_EQ(progress_of(call).agent_id, "cara");
}

TEST_F(ConsultTest, HangingUpHandsOver) {
  carry_out();
  now += 5s;
  say(Ended{}, leg(1));
  EXPECT_EQ(progress_of(call).agent_id, "ben");
  EXPECT_THAT(carry_out(), ElementsAre("give:c.c1", "connect:c.c1"));
}

TEST_F(ConsultTest, WhoWasAskedAndLeavesIsAsIfNothingHadBeen) {
  carry_out();
  now += 5s;
  say(Ended{}, asked);
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a1,c.c1"));
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_EQ(progress_of(call).agent_id, "ana");
  EXPECT_EQ(talking_token(call), 1);
}

TEST_F(ConsultTest, TakenBackTheOtherIsHungUpAndTheCustomerIsBack) {
  carry_out();
  now += 5s;
  say(LetsGo{}, asked);
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a1,c.c1", "hangup:c.c1"));
  now += 1s;
  say(Ended{}, leg(1));
  EXPECT_THAT(carry_out(), ElementsAre("hangup")) << "nothing was handed over";
}

TEST_F(ConsultTest, AHoldIsOverOnceSomebodyWasAsked) {
  carry_out();
  say(LetsGo{}, asked);
  carry_out();
  say(Ended{}, asked);
  now += 1s;
  say(Held{true, true});
  EXPECT_EQ(state(), CallState::kHeld);
  carry_out();
  now += 1s;
  ask("ben", "PJSIP/ben");
  now += 1s;
  say(Answered{}, asked);
  carry_out();
  say(LetsGo{}, asked);
  EXPECT_EQ(state(), CallState::kAnswered);
}

TEST_F(ConsultTest, ACustomerWhoLeavesMeanwhileHasTalkedToTheFirstAlone) {
  carry_out();
  now += 5s;
  say(Ended{});
  EXPECT_THAT(carry_out(), ElementsAre("hangup:c.a1", "hangup:c.c1"));
  EXPECT_EQ(state(), CallState::kEnded);
  EXPECT_EQ(progress_of(call).agent_id, "ana");
}

/// Ana talks and passes the call on to somebody outside, without asking them.
class PassOnTest : public CallTest {
 protected:
  void SetUp() override {
    arrive();
    assign("ana", 1);
    say(Answered{}, leg(1));
    carry_out();
    now += 1s;
    say(Asks{1, "", "+37120000009"}, "c.c1");
    say(HandsOver{}, "c.c1");
    ASSERT_THAT(carry_out(), ElementsAre("ring:c.c1"));
    EXPECT_EQ(state(), CallState::kAnswered);
    now += 5s;
  }
};

TEST_F(PassOnTest, WhoPassesTheCallOnStaysUntilTheyAnswer) {
  say(Answered{}, "c.c1");
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.c1", "hangup:c.a1"));
  EXPECT_EQ(progress_of(call).number, "+37120000009");
  EXPECT_EQ(progress_of(call).agent_id, "");
  say(Ended{}, leg(1));
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_EQ(talking_token(call), 0) << "no agent of ours can do anything to it";
  now += 5s;
  say(Ended{}, "c.c1");
  EXPECT_THAT(carry_out(), ElementsAre("hangup"));
}

TEST_F(PassOnTest, IfTheyDoNotAnswerItIsAsIfNothingHadBeen) {
  say(Ended{LegEnd::kBusy, ""}, "c.c1");
  EXPECT_THAT(wanted(), IsEmpty());
  now += 5s;
  say(Ended{}, leg(1));
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(carry_out(), ElementsAre("hangup"));
}

TEST_F(PassOnTest, IfTheyDoNotAnswerAndTheAgentHasLeftTheCustomerWaitsAgain) {
  say(Ended{}, leg(1));
  EXPECT_EQ(state(), CallState::kOffered);
  EXPECT_THAT(carry_out(), ElementsAre("queue:c.c1"));
  EXPECT_EQ(next_deadline(call, now, rules), kStart + 1s + rules.ring);
  now = kStart + 1s + rules.ring;
  const auto commands = due(call, now, rules);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].id, "hangup:c.c1");
  EXPECT_EQ(commands[1].id, "return:c.c1");
  EXPECT_EQ(commands[1].leg_id, leg(1));
  EXPECT_EQ(commands[1].detail, "the phone of +37120000009 was not answered");
  carry_out();
  say(Ended{LegEnd::kNoAnswer, ""}, "c.c1");
  say(Released{1});
  EXPECT_EQ(state(), CallState::kQueued);
  assign("ben", 2);
  say(Answered{}, leg(2));
  EXPECT_THAT(carry_out(), ElementsAre("connect:c.a2"));
}

TEST_F(CallTest, WhoWaitsHearsTheirPlaceNowAndThenAndOnlyWhileTheyWait) {
  rules.announce_every = 30s;
  arrive();
  EXPECT_EQ(next_deadline(call, now, rules), kStart + 30s);
  now += 65s;
  EXPECT_THAT(carry_out(), ElementsAre("announce:2"));  // the first one would be late
  EXPECT_THAT(wanted(), IsEmpty());
  EXPECT_EQ(next_deadline(call, now, rules), kStart + 90s);
  assign("ana", 1);
  now += 10s;
  say(Answered{}, leg(1));
  now += 60s;
  EXPECT_THAT(wanted(), ElementsAre("connect:c.a1"));
}

TEST_F(CallTest, AHoldIsWhatWasSaidLast) {
  arrive();
  assign("ana", 1);
  say(Answered{}, leg(1));
  carry_out();
  now += 1s;
  say(Held{true, true});
  EXPECT_EQ(state(), CallState::kHeld);
  EXPECT_THAT(carry_out(), ElementsAre("hold:" + std::to_string(to_ms(now))));
  now += 1s;
  say(Held{false, true});
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(carry_out(), ElementsAre("unhold:" + std::to_string(to_ms(now))));
  now += 1s;
  say(Held{true, false}, leg(1));
  EXPECT_EQ(state(), CallState::kHeld);
  EXPECT_THAT(wanted(), IsEmpty());  // their phone did it
}

TEST_F(CallTest, AHoldThatTheExchangeRefusesIsNone) {
  arrive();
  assign("ana", 1);
  say(Answered{}, leg(1));
  carry_out();
  now += 1s;
  say(Held{true, true});
  EXPECT_EQ(state(), CallState::kHeld);
  const auto id = wanted().front();
  now += 1s;
  say(CommandDone{id, true, "cannot"});
  EXPECT_EQ(state(), CallState::kAnswered);
}

TEST_F(CallTest, WhoHasWaitedLongEnoughMayLeaveAMessage) {
  rules.voicemail_after = 60s;
  arrive();
  EXPECT_EQ(next_deadline(call, now, rules), kStart + 60s);
  EXPECT_FALSE(tape_is_missing(call, now, rules));
  now += 60s;
  EXPECT_TRUE(tape_is_missing(call, now, rules)) << "asked or about to be";
  EXPECT_THAT(carry_out(), ElementsAre("voicemail"));
  EXPECT_EQ(state(), CallState::kVoicemail);
  say(Ended{});
  EXPECT_EQ(state(), CallState::kAbandoned);  // without a word
  say(Recorded{{"r1", "https://x/r1", 12, true, ""}});
  EXPECT_EQ(state(), CallState::kVoicemail);
  EXPECT_FALSE(tape_is_missing(call, now, rules));
}

TEST_F(CallTest, NobodyIsAskedForAMessageWhileAPhoneRings) {
  rules.voicemail_after = 60s;
  arrive();
  now += 55s;
  assign("ana", 1);
  now += 10s;
  EXPECT_THAT(wanted(), IsEmpty());
}

TEST_F(CallTest, ATranscriptThatComesLaterJoinsItsRecording) {
  arrive();
  EXPECT_TRUE(say(Recorded{{"r1", "https://x/r1", 12, true, ""}}));
  EXPECT_TRUE(say(Recorded{{"r1", "", 0, true, "call me"}}));
  EXPECT_FALSE(say(Recorded{{"r1", "https://x/r1", 12, true, ""}}));
  EXPECT_THAT(call.recordings, ElementsAre(Recording{"r1", "https://x/r1", 12, true, "call me"}));
}

TEST_F(CallTest, AWishToHangUpEndsItForAll) {
  arrive();
  assign("ana", 1);
  say(Answered{}, leg(1));
  carry_out();
  say(HangUpWished{});
  EXPECT_THAT(wanted(), ElementsAre("hangup", "hangup:c.a1"));
}

TEST_F(CallTest, WhatIsNeverHeardOfAgainIsTakenForLost) {
  arrive();
  now += rules.life;
  EXPECT_THAT(wanted(), ElementsAre("hangup"));
  say(CommandDone{"hangup", true, "no such channel"});
  EXPECT_EQ(state(), CallState::kAbandoned);
  EXPECT_EQ(progress_of(call).ended_by, "system");
}

class CallbackTest : public CallTest {
 protected:
  CallbackTest() {
    call = outbound_call("line", "b", "+37160000000", "+37120000000", {"ana", "PJSIP/ana", 0}, now);
  }
};

TEST_F(CallbackTest, TheAgentIsRungFirstThenTheCustomer) {
  EXPECT_EQ(state(), CallState::kDialing);
  EXPECT_THAT(carry_out(), ElementsAre("ring:b.a1"));
  say(Answered{}, leg(1));
  EXPECT_THAT(carry_out(), ElementsAre("dial"));
  EXPECT_EQ(state(), CallState::kDialing);
  EXPECT_FALSE(outcome_of(call));
  now += 9s;
  say(Answered{});
  EXPECT_EQ(state(), CallState::kAnswered);
  EXPECT_THAT(carry_out(), ElementsAre("connect:b.a1"));
  EXPECT_EQ(outcome_of(call)->kind, Outcome::Kind::kTalked);
  EXPECT_EQ(progress_of(call).answered, now);
  say(Ended{}, leg(1));
  EXPECT_THAT(carry_out(), ElementsAre("hangup"));
  say(Ended{});
  EXPECT_EQ(state(), CallState::kEnded);
}

TEST_F(CallbackTest, ABusyCustomerIsTriedAgainAWrongNumberIsNot) {
  for (const auto how : {LegEnd::kBusy, LegEnd::kNoAnswer, LegEnd::kRejected, LegEnd::kFailed}) {
    call = outbound_call("line", "b", "+37160000000", "+37120000000", {"ana", "PJSIP/ana", 0}, now);
    carry_out();
    say(Answered{}, leg(1));
    carry_out();
    say(Ended{how, ""});
    EXPECT_EQ(state(), CallState::kUnanswered);
    EXPECT_THAT(carry_out(), ElementsAre("hangup:b.a1"));
    EXPECT_EQ(outcome_of(call)->kind,
              how == LegEnd::kFailed ? Outcome::Kind::kFailed : Outcome::Kind::kTryAgain);
    EXPECT_EQ(outcome_of(call)->detail, words_of(how));
  }
}

TEST_F(CallbackTest, NobodyIsCalledIfTheAgentDoesNotAnswer) {
  carry_out();
  now += rules.ring;
  EXPECT_THAT(carry_out(), ElementsAre("hangup:b.a1"));
  say(Ended{LegEnd::kNoAnswer, ""}, leg(1));
  EXPECT_EQ(state(), CallState::kUnanswered);
  EXPECT_EQ(outcome_of(call)->kind, Outcome::Kind::kFailed);
  EXPECT_EQ(outcome_of(call)->detail, "the phone of ana was not answered");
}

TEST_F(CallbackTest, TheCustomersPhoneStopsRingingWhenTheAgentHangsUp) {
  carry_out();
  say(Answered{}, leg(1));
  carry_out();
  say(Ended{}, leg(1));
  EXPECT_THAT(carry_out(), ElementsAre("hangup"));
  now += 1s;
  say(Ended{LegEnd::kNoAnswer, ""});
  EXPECT_EQ(outcome_of(call)->detail, "ana hung up before the customer answered");
}

/// Whatever comes, in any order and any number of times, it is the same call in the end.
TEST(CallProperty, OrderAndRepetitionOfReportsDoNotMatter) {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937 random{seed};
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<std::uint32_t>(n)); };
    const auto at = [&] { return kStart + Duration{pick(100'000)}; };
    const auto some_leg = [&] {
      return pick(3) == 0 ? std::string{} : (pick(4) ? "c.a" : "c.c") + std::to_string(1 + pick(3));
    };
    std::vector<Event> events{{"", kStart, Arrived{"+37120000000", "+37160000000", ""}},
                              {"", kStart, Accepted{"con_1", "tkt_1", "ent_1"}}};
    for (int i = pick(14); i > 0; --i) {
      switch (pick(10)) {
        case 8: {
          const int other = 2 + pick(3);
          events.push_back(
              {"", kStart + Duration{other}, OtherTicket{"tkt_" + std::to_string(other), other}});
          break;
        }
        case 0:
          events.push_back({some_leg(), at(), Rang{}});
          break;
        case 1:
          events.push_back({some_leg(), at(), Answered{}});
          break;
        case 2:
          events.push_back(
              {some_leg(), at(), Ended{static_cast<LegEnd>(1 + pick(6)), pick(2) ? "words" : ""}});
          break;
        case 3:
          events.push_back({some_leg(), at(), Held{pick(2) == 0, pick(2) == 0}});
          break;
        case 4: {
          const int token = 1 + pick(3);
          const auto agent = "agent" + std::to_string(token);
          events.push_back({"", kStart + Duration{token}, Assigned{{agent, "PJSIP/" + agent, token}}});
          break;
        }
        case 5:
          events.push_back({"", at(), Released{1 + pick(3)}});
          break;
        case 7:
          if (pick(2))
            events.push_back({"c.c1", kStart + 10s, Asks{1, seed % 2 ? "agent2" : "", "x"}});
          else if (pick(2))
            events.push_back({"c.c1", at(), HandsOver{}});
          else
            events.push_back({"c.c1", at(), LetsGo{}});
          break;
        case 6:
          events.push_back(
              {"", at(), Recorded{{"r" + std::to_string(pick(2)), "url", pick(9), pick(2) == 0, ""}}});
          break;
        default:
          events.push_back({"", at(), CommandDone{"ring:c.a" + std::to_string(1 + pick(3))}});
          break;
      }
    }
    Call once{.account = "line", .id = "c"};
    for (const auto& event : events) apply(once, event);
    auto again = events;
    again.insert(again.end(), events.begin(), events.end());
    std::ranges::shuffle(again, random);
    Call other{.account = "line", .id = "c"};
    for (const auto& event : again) apply(other, event);
    ASSERT_EQ(once, other) << "seed " << seed;
    for (const auto& event : events) ASSERT_FALSE(apply(other, event)) << "seed " << seed;

    // What is due is done in the end, whatever the exchange is slow with.
    const Rules rules;
    for (int rounds = 0;; ++rounds) {
      const auto commands = due(other, kStart + 200s, rules);
      if (commands.empty()) break;
      ASSERT_LT(rounds, 10) << "seed " << seed;
      for (const auto& command : commands) apply(other, {"", kStart + 200s, CommandDone{command.id}});
    }
    // Whoever rang after the customer had left was never heard by them.
    if (progress_of(other).answered && progress_of(other).ended) {
      ASSERT_LE(*progress_of(other).answered, *progress_of(other).ended) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace hark::phone
