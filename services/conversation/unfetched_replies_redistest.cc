#include "conversation/unfetched_replies.h"

#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A visitor wrote, and their answer lies ready for them.
class UnfetchedRepliesTest : public ConversationsTest {
 protected:
  UnfetchedRepliesTest() {
    Conversations::Settings settings = service_->settings();
    settings.offer_switch_after = 10min;
    service_.emplace(store_, clock_, ThreadTokens{"a secret of sixteen bytes"}, std::move(settings),
                     metrics_);
    in_ = accept(chat("v1"));
    auto request = answer(in_.entry_id());
    request.set_agent_id("ana");
    const auto replied = run(service_->reply(request));
    HARK_CHECK(replied.ok());
    reply_id_ = replied->entry().id();
  }

  void report(v1::DeliveryState state) {
    v1::Receipt receipt;
    receipt.set_entry_id(reply_id_);
    receipt.set_state(state);
    EXPECT_TRUE(run(service_->receive_receipt(receipt)).ok());
  }

  /// Looks into all partitions, as after a restart: what is told of.
  std::vector<std::string> told() {
    const auto before = run(store_.log_ends());
    for (std::uint16_t p = 0; p < store_.partitions(); ++p)
      left_ = run(store_.tell_unfetched(clock_.now(), p, clock_.now() - 10min, 10)).ok();
    std::vector<std::string> out;
    for (std::uint16_t p = 0; p < store_.partitions(); ++p) {
      const auto page = run(store_.events(p, (*before)[p], 100));
      for (const auto& event : *page) {
        if (event.type() == v1::EVENT_TYPE_UNFETCHED)
          out.push_back(event.agent_id() + " " + event.entry_id());
      }
    }
    return out;
  }
  v1::Entry reply() { return timeline(in_.conversation_id())[1]; }

  v1::AcceptResponse in_;
  std::string reply_id_;
  bool left_ = false;
};

TEST_F(UnfetchedRepliesTest, AreToldOfOnceWhenTheirTimeIsOver) {
  report(v1::DELIVERY_STATE_SENT);
  const auto ready = clock_.now();
  clock_.advance(10min - 1ms);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(reply().unfetched_since_ms(), 0);
  clock_.advance(1ms);
  EXPECT_THAT(told(), ElementsAre("ana " + reply_id_));
  EXPECT_EQ(reply().unfetched_since_ms(), to_ms(ready));
  EXPECT_THAT(told(), IsEmpty()) << "once";
}

TEST_F(UnfetchedRepliesTest, AreNotToldOfWhenTheVisitorHasThem) {
  report(v1::DELIVERY_STATE_SENT);
  report(v1::DELIVERY_STATE_DELIVERED);
  clock_.advance(1h);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(UnfetchedRepliesTest, NoLongerShowAsUnfetchedOnceTheVisitorCame) {
  report(v1::DELIVERY_STATE_SENT);
  clock_.advance(10min);
  EXPECT_THAT(told(), ElementsAre("ana " + reply_id_));
  report(v1::DELIVERY_STATE_READ);
  EXPECT_EQ(reply().unfetched_since_ms(), 0);
}

TEST_F(UnfetchedRepliesTest, AreNotWatchedOnChannelsThatBringThem) {
  const auto mailed = accept(mail("m1"));
  const auto replied = run(service_->reply(answer(mailed.entry_id(), "k2")));
  reply_id_ = replied->entry().id();
  report(v1::DELIVERY_STATE_SENT);
  clock_.advance(1h);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(UnfetchedRepliesTest, AreNotWatchedUnlessThatIsAskedFor) {
  Conversations::Settings settings = service_->settings();
  settings.offer_switch_after = Duration{0};
  service_.emplace(store_, clock_, ThreadTokens{"a secret of sixteen bytes"}, std::move(settings), metrics_);
  report(v1::DELIVERY_STATE_SENT);
  clock_.advance(1h);
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace hark::conversation
