#include "email/sender.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "base/async/notifier.h"

namespace hark::email {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Noon final : public Clock {
 public:
  TimePoint now() const override { return from_ms(1'700'000'000'000); }
};

class Conversation final : public ConversationPort {
 public:
  Task<Status> report(v1::Receipt receipt) override {
    if (std::exchange(away, false)) co_return Error{Code::kUnavailable, Reason::kOutcomeUnknown, "not now"};
    receipts.push_back(std::move(receipt));
    co_return Status{};
  }
  Task<Result<std::string>> get_blob(v1::BlobRef, std::string) override { co_return std::string{}; }
  bool away = false;  // for one call
  std::vector<v1::Receipt> receipts;
};

/// A relay that takes as long as the test wants.
class Relay final : public Transport {
 public:
  explicit Relay(const asio::any_io_executor& executor) : answered_{executor} {}
  Task<TransferOutcome> send(OutgoingTransfer transfer) override {
    sent.push_back(transfer.name);
    while (!answer) co_await answered_.wait();
    co_return *answer;
  }
  void stop() override { answers({TransferOutcome::Kind::kNotBegun, ""}); }
  void answers(TransferOutcome outcome) {
    answer = std::move(outcome);
    answered_.notify_all();
  }
  std::vector<std::string> sent;
  std::optional<TransferOutcome> answer;

 private:
  Notifier answered_;
};

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() {
    settings_.accounts.push_back({.id = "support", .address = "support@hark.test"});
    settings_.extras.emplace_back();
  }
  ~SenderTest() override {
    tasks_.cancel();
    while (tasks_.size() > 0) context_.run_one();
  }
  void lease(const std::string& entry, const std::string& id) {
    v1::Lease lease;
    lease.set_lease_id(id);
    lease.mutable_message()->set_entry_id(entry);
    lease.mutable_message()->set_account_id("support");
    lease.mutable_message()->set_thread_token("token");
    lease.mutable_message()->set_native_id_left("left");
    lease.mutable_message()->set_created_at_ms(to_ms(clock_.now()));
    lease.mutable_message()->mutable_to()->set_address("mailto:ivo@example.com");
    lease.mutable_message()->mutable_content()->set_text("Hello");
    sender_.take(std::move(lease));
    context_.poll();
    context_.restart();
  }
  void until(const auto& holds) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (!holds() && std::chrono::steady_clock::now() < give_up) {
      context_.run_one_for(10ms);
      context_.restart();
    }
    EXPECT_TRUE(holds());
  }

  asio::io_context context_;
  Noon clock_;
  Settings settings_;
  Conversation conversation_;
  Relay relay_{context_.get_executor()};
  TaskGroup tasks_{context_.get_executor(), [](auto, auto what) { ADD_FAILURE() << what; }};
  Metrics metrics_;
  Sender sender_{tasks_, settings_, conversation_, relay_, clock_, metrics_};
};

TEST_F(SenderTest, AMailThatTakesLongerThanItsLeaseGoesOutOnce) {
  lease("ent_1", "first");
  lease("ent_1", "second");
  EXPECT_THAT(relay_.sent, ElementsAre("ent_1"));
  relay_.answers({TransferOutcome::Kind::kTryLater, "busy"});
  until([&] { return !conversation_.receipts.empty(); });
  EXPECT_EQ(conversation_.receipts[0].lease_id(), "second") << "the other is not to say when to try again";
  EXPECT_THAT(metrics_.text(), HasSubstr("hark_email_retried_total 1"));
  until([&] { return tasks_.size() == 0; });
  lease("ent_1", "third");
  EXPECT_THAT(relay_.sent, SizeIs(2));
}

TEST_F(SenderTest, AMailOfWhichConversationHasNotHeardIsNotSentAgain) {
  conversation_.away = true;
  relay_.answers({TransferOutcome::Kind::kSent, "ok"});
  lease("ent_1", "first");
  EXPECT_THAT(conversation_.receipts, IsEmpty());
  lease("ent_1", "second");
  until([&] { return !conversation_.receipts.empty(); });
  EXPECT_THAT(relay_.sent, ElementsAre("ent_1"));
  EXPECT_EQ(conversation_.receipts[0].state(), v1::DELIVERY_STATE_SENT);
  EXPECT_THAT(metrics_.text(), HasSubstr("hark_email_sent_total 1")) << "once, however often it is reported";
}

TEST_F(SenderTest, TakesNoMoreThanItMayHold) {
  for (std::size_t i = 0; i <= kMailsUnderWayMax; ++i) lease("ent_" + std::to_string(i), "first");
  EXPECT_THAT(relay_.sent, SizeIs(kMailsUnderWayMax));
}

TEST_F(SenderTest, WhatHasNotBegunWhenHarkStopsWaitsForTheNextStart) {
  lease("ent_1", "first");
  TaskGroup stopping{context_.get_executor()};
  stopping.spawn("drain", sender_.drain(10s));
  until([&] { return stopping.size() == 0; });
  lease("ent_2", "first");
  EXPECT_THAT(relay_.sent, ElementsAre("ent_1"));
  ASSERT_THAT(conversation_.receipts, SizeIs(1));
  EXPECT_EQ(conversation_.receipts[0].state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(conversation_.receipts[0].retry_at_ms(), to_ms(clock_.now()));
}

}  // namespace
}  // namespace hark::email
