#include "social/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/redis_fixture.h"

namespace hark::social {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCustomer = "messenger:11:22";

/// Keeps the receipts.
class Receipts final : public ConversationPort {
 public:
  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage) override { co_return v1::AcceptResponse{}; }
  Task<Status> quarantine(v1::Quarantine) override { co_return Status{}; }
  Task<Result<v1::BlobRef>> put_blob(std::string) override { co_return v1::BlobRef{}; }
  Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string) override {
    if (blob.id() == "gone") co_return Error{Code::kNotFound, Reason::kBlobNotFound, "there is no blob gone"};
    co_return std::string(static_cast<std::size_t>(blob.size_bytes()), 'x');
  }
  Task<Status> report(v1::Receipt receipt) override {
    all.push_back(std::move(receipt));
    co_return Status{};
  }
  std::vector<v1::Receipt> all;
};

/// A network that takes everything, but for the answers that are laid out for it.
class Postbox final : public Transport {
 public:
  Task<Answer> post(Call call) override {
    bodies.push_back(std::move(call.body));
    if (answers.empty())
      co_return Answer{Answer::Kind::kAnswered, 200,
                       R"({"message_id":"m)" + std::to_string(bodies.size()) + "\"}"};
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
  std::vector<std::string> bodies;
  std::deque<Answer> answers;
};

class SenderTest : public hark::testing::RedisTest {
 protected:
  SenderTest() {
    settings_.accounts.emplace(
        "page", Account{"page", "messenger", "11", "token", "secret", "verify", "https://api.test", true});
  }
  v1::Lease lease(const std::string& entry, const std::string& text = "hello") {
    v1::Lease out;
    out.set_lease_id("lease");
    auto& message = *out.mutable_message();
    message.set_entry_id(entry);
    message.set_account_id("page");
    message.mutable_to()->set_address(kCustomer);
    message.mutable_content()->set_text(text);
    message.set_created_at_ms(to_ms(clock_.now()));
    return out;
  }
  std::vector<v1::DeliveryState> states() const {
    std::vector<v1::DeliveryState> out;
    for (const auto& receipt : receipts_.all) out.push_back(receipt.state());
    return out;
  }
  void send(v1::Lease lease) {
    sender_->take(std::move(lease));
    run_until_idle();
  }
  static Answer refusal(int code) {
    return {Answer::Kind::kAnswered, 400,
            R"({"error":{"message":"no","code":)" + std::to_string(code) + "}}"};
  }

  ManualClock clock_{from_ms(1'700'000'000'000)};
  Settings settings_;
  Metrics metrics_;
  Receipts receipts_;
  Postbox postbox_;
  Store store_{client()};
  std::optional<Sender> sender_{std::in_place, tasks(), receipts_, store_,
                                postbox_,      clock_,  settings_, metrics_};
};

TEST_F(SenderTest, SendsToOneCustomerInTheOrderOfTheLeases) {
  for (const char* entry : {"e1", "e2", "e3"}) sender_->take(lease(entry, entry));
  sender_->take(lease("e2", "e2"));  // leased again while it waits
  run_until_idle();
  ASSERT_THAT(postbox_.bodies, ElementsAre(HasSubstr("e1"), HasSubstr("e2"), HasSubstr("e3")));
}

TEST_F(SenderTest, WhatNobodyKnowsIsNotSentAgainWhenItIsLeasedAgain) {
  postbox_.answers.push_back({Answer::Kind::kUnknown, 0, {}, "timeout"});
  send(lease("e1"));
  send(lease("e1"));
  EXPECT_EQ(postbox_.bodies.size(), 1U);
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_UNKNOWN, v1::DELIVERY_STATE_UNKNOWN));
}

TEST_F(SenderTest, WhatHasNotLeftIsTriedAgainAndWhatWasSentIsNot) {
  postbox_.answers.push_back({Answer::Kind::kNotSent, 0, {}, "no route"});
  for (int i = 0; i < 3; ++i) send(lease("e1"));
  EXPECT_EQ(postbox_.bodies.size(), 2U);
  EXPECT_THAT(states(),
              ElementsAre(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_SENT, v1::DELIVERY_STATE_SENT));
}

TEST_F(SenderTest, GoesOnAfterThePiecesThatWentOutAndSaysSoWhenItCannot) {
  const auto text = std::string(2000, 'a') + std::string(2000, 'b') + "c";
  postbox_.answers.push_back({Answer::Kind::kAnswered, 200, R"({"message_id":"m"})"});
  postbox_.answers.push_back(refusal(4));
  send(lease("e1", text));
  postbox_.answers.push_back(refusal(100));
  send(lease("e1", text));
  EXPECT_THAT(postbox_.bodies, ElementsAre(HasSubstr("aaa"), HasSubstr("bbb"), HasSubstr("bbb")));
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_FAILED));
  EXPECT_THAT(receipts_.all.back().detail(), HasSubstr("1 of 3 parts"));
}

TEST_F(SenderTest, APersonMayAnswerForAWeekAndNobodyLater) {
  ASSERT_TRUE(run(store_.heard("page", kCustomer, clock_.now())).ok());
  send(lease("e1"));
  clock_.advance(25h);
  send(lease("e2"));
  EXPECT_THAT(postbox_.bodies, ElementsAre(HasSubstr("RESPONSE"), HasSubstr("HUMAN_AGENT")));
  clock_.advance(24h * 7);
  send(lease("e3"));
  EXPECT_EQ(postbox_.bodies.size(), 2U);
  EXPECT_EQ(states().back(), v1::DELIVERY_STATE_FAILED);
}

TEST_F(SenderTest, ARefusedTokenPausesTheAccountForAWhile) {
  postbox_.answers.push_back(refusal(190));
  send(lease("e1"));
  send(lease("e2"));
  EXPECT_EQ(postbox_.bodies.size(), 1U);
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_QUEUED));
  EXPECT_GE(receipts_.all.back().retry_at_ms(), to_ms(clock_.now() + kPause));
  clock_.advance(kPause);
  send(lease("e1"));
  EXPECT_EQ(states().back(), v1::DELIVERY_STATE_SENT);
}

/// The lease of an answer with a file of so many bytes.
v1::Lease with_file(v1::Lease lease, const std::string& blob = "blob", std::int64_t size = 3) {
  auto& file = *lease.mutable_message()->mutable_content()->add_attachments();
  file.set_file_name("a.png");
  file.set_content_type("image/png");
  file.mutable_blob()->set_id(blob);
  file.mutable_blob()->set_size_bytes(size);
  return lease;
}

Answer kept_as(const std::string& id) {
  return {Answer::Kind::kAnswered, 200, R"({"attachment_id":")" + id + "\"}"};
}

TEST_F(SenderTest, AFileIsHandedOverThenShownThenComeTheWords) {
  postbox_.answers.push_back(kept_as("17"));
  send(with_file(lease("e1", "See")));
  EXPECT_THAT(postbox_.bodies,
              ElementsAre(HasSubstr("filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nxxx\r\n"),
                          HasSubstr(R"("attachment_id":"17")"), HasSubstr("See")));
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_SENT));
}

TEST_F(SenderTest, AHandOverThatNobodyAnsweredIsBegunAgainAndAFileThatWasShownIsNot) {
  postbox_.answers.push_back({Answer::Kind::kUnknown, 0, {}, "timeout"});
  send(with_file(lease("e1")));
  postbox_.answers.push_back(kept_as("17"));
  postbox_.answers.push_back({Answer::Kind::kUnknown, 0, {}, "timeout"});
  send(with_file(lease("e1")));
  send(with_file(lease("e1")));
  EXPECT_EQ(postbox_.bodies.size(), 3U);
  EXPECT_THAT(states(),
              ElementsAre(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_UNKNOWN, v1::DELIVERY_STATE_UNKNOWN));
}

TEST_F(SenderTest, AFileThatIsGoneOrThatTheNetworkDoesNotTakeLetsNothingOut) {
  send(with_file(lease("e1"), "gone"));
  EXPECT_THAT(receipts_.all.back().detail(), HasSubstr("'a.png' cannot be read"));
  send(with_file(lease("e2"), "blob", 26 << 20));
  EXPECT_THAT(receipts_.all.back().detail(), HasSubstr("does not take 'a.png'"));
  EXPECT_THAT(postbox_.bodies, IsEmpty());
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_FAILED, v1::DELIVERY_STATE_FAILED));
}

TEST_F(SenderTest, WhatALeaseIsTooShortForWaitsForTheNext) {
  auto short_one = lease("e1");
  short_one.set_expires_at_ms(to_ms(clock_.now() + kPieceTime) - 1);
  send(short_one);
  EXPECT_THAT(postbox_.bodies, IsEmpty());
  EXPECT_EQ(receipts_.all.back().retry_at_ms(), to_ms(clock_.now()));
  short_one.set_expires_at_ms(to_ms(clock_.now() + kPieceTime));
  send(with_file(short_one));  // a file takes longer
  EXPECT_THAT(postbox_.bodies, IsEmpty());
  send(short_one);
  EXPECT_THAT(states(),
              ElementsAre(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_SENT));
}

TEST_F(SenderTest, AnAccountThatIsAtItsPaceGivesTheAnswerBackUntilItsTurn) {
  auto refused = refusal(4);
  refused.retry_after = 30s;
  postbox_.answers.push_back(refused);
  send(lease("e1"));
  send(lease("e2"));
  EXPECT_EQ(postbox_.bodies.size(), 1U);
  EXPECT_EQ(receipts_.all.back().retry_at_ms(), to_ms(clock_.now() + 30s));
  EXPECT_EQ(receipts_.all.back().detail(), "");
  clock_.advance(30s);
  send(lease("e2"));
  EXPECT_EQ(states().back(), v1::DELIVERY_STATE_SENT);
}

TEST_F(SenderTest, WhoseTurnNeverComesIsGivenUp) {
  auto late = lease("e1");
  late.set_expires_at_ms(to_ms(clock_.now()));
  late.mutable_message()->set_created_at_ms(to_ms(clock_.now() - settings_.give_up_after - 1s));
  send(late);
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_FAILED));
  EXPECT_THAT(receipts_.all.back().detail(), HasSubstr("turn"));
}

TEST_F(SenderTest, ARefusalForAskingTooOftenIsForNowWhateverElseItSays) {
  postbox_.answers.push_back({Answer::Kind::kAnswered, 429, "<html>slow down</html>"});
  send(lease("e1"));
  EXPECT_THAT(states(), ElementsAre(v1::DELIVERY_STATE_QUEUED));
  send(lease("e1"));
  EXPECT_THAT(states().back(), v1::DELIVERY_STATE_SENT);
}

}  // namespace
}  // namespace hark::social
