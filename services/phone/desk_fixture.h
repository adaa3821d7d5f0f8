#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async/notifier.h"
#include "base/testing/redis_fixture.h"
#include "phone/desk.h"

namespace hark::phone {

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
    const bool asks = receipt.state() == v1::DELIVERY_STATE_QUEUED;
    receipts.push_back(std::move(receipt));
    if (asks && heard) co_return Error{Code::kFailedPrecondition, Reason::kWithdrawn, "heard"};
    co_return Status{};
  }
  Task<Status> report_call(v1::CallReport report) override {
    if (away) co_return Error{Code::kUnavailable, Reason::kStoreUnavailable, "not now"};
    if (auto& last = revisions[report.entry_id()]; report.revision() > last) {
      last = report.revision();
      reports.push_back(std::move(report));
    }
    if (unheard) co_return Error{Code::kUnavailable, Reason::kOutcomeUnknown, "done, but who hears it"};
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
  bool unheard = false;  // it takes reports, and its answers are lost
  bool heard = false;    // whoever was to be called back
  v1::Ticket current;
  std::vector<v1::InboundMessage> accepted;
  std::vector<v1::Receipt> receipts;
  std::vector<v1::CallReport> reports;
  std::map<std::string, std::int64_t> revisions;
  std::vector<v1::TransferRequest> transfers;
};

class Phones final : public AgentPort {
 public:
  Task<Result<Reach>> reach_of(std::string agent_id) override {
    if (agent_id == "nobody") co_return Reach{};
    co_return Reach{"PJSIP/" + agent_id, presence};
  }
  Task<Result<Place>> place_of(std::string) override { co_return Place{3, 120}; }
  Task<Status> give(v1::TakeOverRequest request) override {
    given.push_back(std::move(request));
    co_return Status{};
  }
  v1::Presence presence = v1::PRESENCE_AVAILABLE;
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
    settings_.return_within = std::chrono::seconds{900};
    settings_.callback_tries = 2;
    settings_.callback_retry = std::chrono::minutes{15};
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
  /// A call whose ticket is the agent's since before, who is as they are.
  void call_into_ticket_of(const std::string& agent, v1::Presence presence) {
    phones_.presence = presence;
    give_ticket(agent, 1);
    arrive("c1");
    until_told("queue");
  }
  void give_ticket(const std::string& agent, std::int64_t token) {
    conversation_.current.set_state(v1::TICKET_STATE_ASSIGNED);
    conversation_.current.set_agent_id(agent);
    conversation_.current.set_assignment_token(token);
  }
  void assign(const std::string& agent, std::int64_t token) {
    give_ticket(agent, token);
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
    for (int i = 0; i < 10'000 && !holds(); ++i) co_await sleep_for(std::chrono::milliseconds{1});
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

}  // namespace hark::phone
