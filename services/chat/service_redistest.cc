#include "chat/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/redis_fixture.h"

namespace hark::chat {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::UnorderedElementsAre;

const Visitor kVisitor{"site", "V1"};

class FakeConversation final : public ConversationPort {
 public:
  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage) override { co_return v1::AcceptResponse{}; }
  Task<Status> report(v1::Receipt receipt) override {
    receipts.push_back(std::move(receipt));
    co_return Status{};
  }
  void type(v1::Typing) override {}
  Task<Result<v1::BlobRef>> put_blob(std::string content) override {
    v1::BlobRef blob;
    blob.set_size_bytes(static_cast<std::int64_t>(content.size()));
    co_return blob;
  }
  Pieces read_blob(v1::BlobRef, std::string) override { return {}; }

  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> entries;
    for (const auto& receipt : receipts) {
      if (receipt.state() == v1::DELIVERY_STATE_SENT) entries.push_back(receipt.entry_id());
    }
    return entries;
  }
  std::vector<v1::Receipt> receipts;
};

class ChatServiceTest : public hark::testing::RedisTest {
 protected:
  static Settings settings() {
    Settings settings;
    settings.accounts["site"];
    settings.upload_size_per_hour = 4 << 20;
    settings.upload_size_per_hour_and_address = 6 << 20;
    return settings;
  }
  v1::Lease answer(const std::string& entry, Duration leased_for = std::chrono::minutes{1}) {
    v1::Lease lease;
    lease.set_lease_id("lease of " + entry);
    lease.set_expires_at_ms(to_ms(clock_.now() + leased_for));
    lease.mutable_message()->set_entry_id(entry);
    lease.mutable_message()->mutable_to()->set_address(kVisitor.address());
    return lease;
  }
  std::vector<std::string> log() {
    const auto page = run(store_.read(kVisitor, 0, 100)).value();
    std::vector<std::string> entries;
    for (const auto& item : page.items) entries.push_back(item.record.entry_id());
    return entries;
  }
  Task<Result<redis::Reply>> command(std::vector<std::string> words) {
    const std::vector<std::string_view> views{words.begin(), words.end()};
    co_return co_await client().command(key_, views);
  }
  /// No script can write into the visitor's log.
  void break_log() { ASSERT_TRUE(run(command({"SET", key_, "no session"})).ok()); }
  Task<> mend_log_once_it_failed() {
    for (;;) {
      const auto info = co_await command({"INFO", "errorstats"});
      if (info.ok() && info->text().find("WRONGTYPE") != std::string::npos) break;
      co_await sleep_for(std::chrono::milliseconds{5});
    }
    (void)co_await command({"DEL", key_});
  }
  Result<v1::ChatFile> upload(const std::string& visitor, std::size_t size) {
    return run(service_.upload({"site", visitor}, "192.0.2.7", {}, std::string(size, 'x')));
  }

  std::string key_ = "hark:{" + kVisitor.address() + "}:session";
  SystemClock clock_;
  Metrics metrics_;
  FakeConversation conversation_;
  Store store_{client(), std::chrono::hours{24}};
  News news_{tasks(), client(), client(), "test"};
  ChatService service_{tasks(), store_, news_, conversation_, clock_, settings(), std::string(32, 's'),
                       metrics_};
};

TEST_F(ChatServiceTest, AnswersThatCouldNotGetIntoTheLogGetThereInTheirOrderAsSoonAsItTakesThem) {
  break_log();
  for (const auto* entry : {"e1", "e2", "e3"}) service_.take(answer(entry));
  tasks().spawn("mend", mend_log_once_it_failed());
  run_until_idle();
  EXPECT_THAT(log(), ElementsAre("e1", "e2", "e3"));
  EXPECT_THAT(conversation_.sent(), UnorderedElementsAre("e1", "e2", "e3"));
}

TEST_F(ChatServiceTest, BehindAnAnswerWhoseLeaseRunsOutNoneOvertakesIt) {
  break_log();
  service_.take(answer("e1", Duration{0}));
  service_.take(answer("e2"));
  tasks().spawn("mend", mend_log_once_it_failed());
  run_until_idle();
  EXPECT_THAT(conversation_.receipts, ElementsAre());
  for (const auto* entry : {"e1", "e2"}) service_.take(answer(entry));
  run_until_idle();
  EXPECT_THAT(log(), ElementsAre("e1", "e2"));
}

TEST_F(ChatServiceTest, OneVisitorAndOneAddressSendOnlySoManyBytesAnHour) {
  EXPECT_TRUE(upload("ana", 3 << 20).ok());
  EXPECT_EQ(service_.upload_wait({"site", "ana"}, "192.0.2.7", 1 << 20), Duration{0});
  EXPECT_THAT(service_.upload_wait({"site", "ana"}, "192.0.2.7", 2 << 20).count(),
              AllOf(Ge(800'000), Le(1'000'000)));
  const auto refused = upload("ana", 2 << 20);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, Reason::kOverloaded);
  EXPECT_TRUE(upload("bob", 3 << 20).ok());
  EXPECT_FALSE(upload("eva", 1 << 20).ok()) << "the address has none left";
}

}  // namespace
}  // namespace hark::chat
