#include "phone/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/async/notifier.h"
#include "base/testing/redis_fixture.h"

namespace hark::phone {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* kNumber = "+37120000000";

/// A conversation with one ticket, which the test hands around.
class OneTicket final : public ConversationPort {
 public:
  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) override {
    if (refusals > 0) {
      --refusals;
      co_return Error{Code::kUnavailable, Reason::kStoreUnavailable, "not now"};
    }
    v1::AcceptResponse out;
    out.set_conversation_id("con_1");
    out.set_ticket_id("tkt_1");
    out.set_entry_id("ent_" + message.native_id());
    accepted.push_back(std::move(message));
    co_return out;
  }
  Task<Status> report(v1::Receipt receipt) override {
    receipts.push_back(std::move(receipt));
    co_return Status{};
  }
  Task<Status> report_call(v1::CallReport report) override {
    if (away) co_return Error{Code::kUnavailable, Reason::kStoreUnavailable, "not now"};
    reports.push_back(std::move(report));
    co_return Status{};
  }
  Task<Result<v1::Ticket>> ticket(std::string) override { co_return current; }
  Task<Status> transfer(v1::TransferRequest request) override {
    current.set_state(v1::TICKET_STATE_QUEUED);
    transfers.push_back(std::move(request));
    co_return Status{};
  }

  Task<Result<v1::BlobRef>> put_blob(std::string content) override {
    v1::BlobRef blob;
    blob.set_id("blob of " + std::to_string(content.size()));
    co_return blob;
  }

  int refusals = 0;
  bool away = false;
  v1::Ticket current;
  std::vector<v1::InboundMessage> accepted;
  std::vector<v1::Receipt> receipts;
  std::vector<v1::CallReport> reports;
  std::vector<v1::TransferRequest> transfers;
};

class Phones final : public AgentPort {
 public:
  Task<Result<std::string>> phone_of(std::string agent_id) override {
    co_return agent_id == "nobody" ? std::string{} : "PJSIP/" + agent_id;
  }
  Task<Result<Place>> place_of(std::string) override { co_return Place{3, 120}; }
  Task<Status> give(v1::TakeOverRequest request) override {
    given.push_back(std::move(request));
    co_return Status{};
  }
  std::vector<v1::TakeOverRequest> given;
};

/// Gives out what is laid out for it, in turn; then nothing.
class Tapes final : public RecordingPort {
 public:
  Task<http::Answer> fetch(Account, std::string url) override {
    urls.push_back(std::move(url));
    if (answers.empty()) co_return http::Answer{http::Answer::Kind::kAnswered, 404};
    auto answer = answers.front();
    answers.erase(answers.begin());
    co_return answer;
  }
  std::vector<std::string> urls;
  std::vector<http::Answer> answers;
};

/// Does what it is told, but for the answers that are laid out for it.
class Board final : public Exchange {
 public:
  Task<Carried> carry_out(v1::PhoneCommand command) override {
    commands.push_back(command.id());
    const auto found = answers.find(command.id());
    if (found == answers.end() || found->second.empty()) co_return Carried{Carried::Kind::kDone};
    auto answer = found->second.front();
    found->second.erase(found->second.begin());
    co_return answer;
  }
  std::vector<std::string> commands;
  std::map<std::string, std::vector<Carried>> answers;
};

class DeskTest : public hark::testing::RedisTest {
 protected:
  DeskTest() {
    settings_.accounts.emplace("line", Account{.id = "line", .number = "+37160000000"});
    settings_.return_within = 900s;
    settings_.callback_tries = 2;
    settings_.callback_retry = 15min;
    settings_.callback_hours = {0, 24 * 60};
    open();
  }
  ~DeskTest() override { shut(); }

  /// Another process with the same store.
  void open() {
    desk_tasks_.emplace(executor());
    desk_.emplace(
        Desk::World{*desk_tasks_, conversation_, phones_, tapes_, store_, clock_, settings_, metrics_});
    desk_->add("line", board_);
  }
  void shut() {
    run(ended(*desk_tasks_));
    desk_.reset();
    desk_tasks_.reset();
  }
  /// Cancelled where its tasks run, as everywhere: one that ends meanwhile would be told after its end.
  static Task<bool> ended(TaskGroup& group) {
    group.cancel();
    co_await group.wait();
    co_return true;
  }

  Status say(const std::string& call, auto fill, const std::string& leg = {}) {
    v1::PhoneEvent event;
    event.set_account_id("line");
    event.set_call_id(call);
    event.set_leg_id(leg);
    fill(event);
    return run(desk_->take(std::move(event)));
  }
  void arrive(const std::string& call, const std::string& from = kNumber) {
    ASSERT_TRUE(say(call, [&](auto& event) { event.mutable_arrived()->set_from(from); }).ok());
  }
  void answer(const std::string& call, const std::string& leg = {}) {
    ASSERT_TRUE(say(call, [](auto& event) { event.mutable_answered(); }, leg).ok());
  }
  void end(const std::string& call, const std::string& leg = {}, v1::LegEnd how = v1::LEG_END_HUNG_UP) {
    ASSERT_TRUE(say(call, [&](auto& event) { event.mutable_ended()->set_how(how); }, leg).ok());
  }
  void assign(const std::string& agent, std::int64_t token) {
    conversation_.current.set_state(v1::TICKET_STATE_ASSIGNED);
    conversation_.current.set_agent_id(agent);
    conversation_.current.set_assignment_token(token);
    desk_->look_for_holders("con_1");
  }
  void talk(const std::string& call, const std::string& agent, std::int64_t token) {
    arrive(call);
    const auto leg = call + ".a" + std::to_string(token);
    assign(agent, token);
    until_told("ring:" + leg);
    answer(call, leg);
    until_told("connect:" + leg);
  }
  void leave_message(const std::string& call) {
    arrive(call);
    until_told("queue");
    ASSERT_TRUE(say(call, [](auto& event) {
                  auto& recording = *event.mutable_recorded()->mutable_recording();
                  recording.set_id("r1");
                  recording.set_url("https://pbx.test/r1");
                  recording.set_seconds(7);
                  recording.set_voicemail(true);
                }).ok());
  }
  Result<v1::Call> control(v1::ControlCallRequest::Action action, const std::string& agent = {},
                           const std::string& number = {}, const std::string& call = "c1") {
    v1::ControlCallRequest request;
    request.set_entry_id("ent_call:line:" + call);
    request.set_action(action);
    request.set_agent_id(agent);
    request.set_number(number);
    return run(desk_->control(std::move(request)));
  }
  void until(const std::function<bool()>& holds) {
    EXPECT_TRUE(run(reached(holds))) << "commands: " << ::testing::PrintToString(board_.commands);
  }
  static Task<bool> reached(std::function<bool()> holds) {
    for (int i = 0; i < 10'000 && !holds(); ++i) co_await sleep_for(1ms);
    co_return holds();
  }
  void until_told(const std::string& command) {
    until([&] { return std::ranges::count(board_.commands, command) > 0; });
  }
  v1::CallState last_state() const {
    return conversation_.reports.empty() ? v1::CALL_STATE_UNSPECIFIED
                                         : conversation_.reports.back().progress().state();
  }
  /// The first one that the last report tells of, as long as there is one.
  v1::CallRecording told_recording() const {
    const auto& told = conversation_.reports.back().progress().recordings();
    return told.empty() ? v1::CallRecording{} : told[0];
  }
  v1::Lease reply(const std::string& to = kNumber) {
    v1::Lease lease;
    lease.set_lease_id("lease");
    lease.mutable_message()->set_entry_id("ent_reply");
    lease.mutable_message()->set_account_id("line");
    lease.mutable_message()->set_agent_id("ana");
    lease.mutable_message()->mutable_to()->set_address("tel:" + to);
    return lease;
  }

  ManualClock clock_{from_ms(1'700'000'000'000)};
  Settings settings_;
  Metrics metrics_;
  OneTicket conversation_;
  Phones phones_;
  Tapes tapes_;
  Board board_;
  Store store_{client()};
  std::optional<TaskGroup> desk_tasks_;
  std::optional<Desk> desk_;
};

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
  EXPECT_THAT(board_.commands, ::testing::Not(::testing::Contains("ring:c2.a1")));
}

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

TEST_F(DeskTest, ARecordingThatComesAfterTheCallIsNoted) {
  arrive("c1");
  until_told("queue");
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  ASSERT_TRUE(say("c1", [](auto& event) {
                auto& recording = *event.mutable_recorded()->mutable_recording();
                recording.set_id("r1");
                recording.set_voicemail(true);
              }).ok());
  until([&] { return conversation_.accepted.size() == 2; });
  EXPECT_THAT(conversation_.accepted[1].content().text(), StartsWith("[voicemail]"));
  until([&] { return last_state() == v1::CALL_STATE_VOICEMAIL; });
}

http::Answer wave() {
  return {http::Answer::Kind::kAnswered, 200, std::string{"RIFF\x24\0\0\0WAVEfmt ", 16}};
}

TEST_F(DeskTest, AMessageComesWithItsSoundAlsoIfTheExchangeHasItOnlyLater) {
  tapes_.answers = {{http::Answer::Kind::kAnswered, 404}, wave()};
  leave_message("c1");
  until([&] { return tapes_.urls.size() == 1; });
  EXPECT_THAT(conversation_.accepted, SizeIs(1)) << "it waits for its sound";
  until([&] { return !told_recording().trouble().empty(); });
  clock_.advance(2s);
  ASSERT_TRUE(say("c1", [](auto& event) { event.mutable_ended(); }).ok());
  until([&] { return conversation_.accepted.size() == 2; });
  const auto& content = conversation_.accepted[1].content();
  EXPECT_EQ(content.text(), "[voicemail, 7 s]");
  ASSERT_EQ(content.attachments_size(), 1);
  EXPECT_EQ(content.attachments(0).content_type(), "audio/wav");
  EXPECT_EQ(content.attachments(0).file_name(), "voicemail.wav");
  until([&] { return told_recording().has_file(); });
  until([&] { return desk_->find("line", "c1") == nullptr; });
}

TEST_F(DeskTest, AMessageDoesNotWaitForeverForItsSound) {
  tapes_.answers = {{http::Answer::Kind::kNotSent, 0, {}, "it is at a private address"},
                    {http::Answer::Kind::kAnswered, 200, "<!doctype html><p>Sign in"},
                    {http::Answer::Kind::kAnswered, 503}};
  leave_message("c1");
  for (std::size_t tries = 1; tries <= 3; ++tries) {
    until([&] { return tapes_.urls.size() == tries; });
    until([&] { return !told_recording().trouble().empty(); });
    clock_.advance(10s);
    ASSERT_TRUE(say("c1", [&](auto& event) { event.mutable_held()->set_held(tries % 2 == 0); }).ok());
  }
  until([&] { return conversation_.accepted.size() == 2; });
  const auto& content = conversation_.accepted[1].content();
  EXPECT_EQ(content.text(), "[voicemail, 7 s] https://pbx.test/r1");
  ASSERT_EQ(content.remarks_size(), 1);
  EXPECT_THAT(content.remarks(0), HasSubstr("HTTP 503"));
  EXPECT_NE(desk_->find("line", "c1"), nullptr) << "it is tried again";
}

TEST_F(DeskTest, ARecordingThatIsTooLargeIsNotTriedAgain) {
  tapes_.answers = {{http::Answer::Kind::kUnknown, 0, {}, "it is larger than 32 MiB", {}, Duration{0}, true}};
  leave_message("c1");
  until([&] { return conversation_.accepted.size() == 2; });
  EXPECT_THAT(conversation_.accepted[1].content().remarks(0), HasSubstr("larger than 32 MiB"));
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  EXPECT_THAT(tapes_.urls, SizeIs(1));
}

TEST_F(DeskTest, TheNextProcessGoesOnWithWhatIsNotCopied) {
  leave_message("c1");
  end("c1");
  until([&] { return tapes_.urls.size() == 1; });
  until([&] { return !told_recording().trouble().empty(); });
  shut();
  tapes_.answers = {wave()};
  clock_.advance(10s);
  open();
  ASSERT_TRUE(run(desk_->start()).ok());
  until([&] { return told_recording().has_file(); });
}

TEST_F(DeskTest, WhatIsNoEventIsRefused) {
  EXPECT_EQ(say("", [](auto& event) { event.mutable_ringing(); }).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c 1", [](auto& event) { event.mutable_ringing(); }).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c1", [](auto&) {}).error().reason, Reason::kInvalidField);
  EXPECT_EQ(say("c1", [](auto& event) { event.mutable_ringing(); }).error().code, Code::kNotFound);
}

TEST_F(DeskTest, ACustomerIsCalledBackAsOftenAsConfiguredAndThenGivenUp) {
  for (const std::string call : {"back-ent_reply-1", "back-ent_reply-2"}) {
    desk_->take(reply());
    until([&] { return desk_->find("line", call) != nullptr; });
    until([&] { return desk_->find("line", call)->done.contains("ring:" + call + ".a1"); });
    answer(call, call + ".a1");
    until([&] { return desk_->find("line", call)->done.contains("dial"); });
    end(call, {}, v1::LEG_END_BUSY);
    until([&] { return desk_->find("line", call) == nullptr; });
  }
  const auto& last = conversation_.receipts.back();
  EXPECT_EQ(last.state(), v1::DELIVERY_STATE_FAILED);
  EXPECT_EQ(last.detail(), "busy (called 2 of 2 times)");
  const auto& before = conversation_.receipts[1];
  EXPECT_EQ(before.state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(before.lease_id(), "lease");
  EXPECT_EQ(before.retry_at_ms(), to_ms(clock_.now() + 15min));
}

TEST_F(DeskTest, ALeaseThatComesAgainWhileItRingsIsTheSameCall) {
  desk_->take(reply());
  until_told("ring:back-ent_reply-1.a1");
  desk_->take(reply());
  until([&] { return conversation_.receipts.size() == 2; });
  EXPECT_EQ(conversation_.receipts[1].state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(desk_->find("line", "back-ent_reply-2"), nullptr);
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
