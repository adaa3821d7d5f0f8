#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::SizeIs;

TEST_F(OutboxTest, TheCustomersAnswerByTokenJoinsTheThread) {
  const auto out = lease("l1");
  auto follow_up = mail("m2");
  follow_up.mutable_content()->set_subject("another subject altogether");
  follow_up.mutable_thread()->add_tokens(out[0].thread_token());
  const auto in = accept(follow_up);
  const auto entries = timeline(in.conversation_id());
  EXPECT_EQ(entries.back().thread_id(), entries.front().thread_id());
}

TEST_F(OutboxTest, AStrangerWithATokenGetsAConversationOfTheirOwnThatLinksHere) {
  const auto out = lease("l1");
  auto stranger = mail("m3", "eve@y.lv");
  stranger.mutable_thread()->add_tokens(out[0].thread_token());
  const auto in = accept(stranger);
  EXPECT_NE(in.conversation_id(), in_.conversation_id());
  const auto entries = timeline(in.conversation_id());
  EXPECT_EQ(entries.front().linked_conversation_id(), in_.conversation_id());
  EXPECT_NE(entries.front().thread_id(), timeline(in_.conversation_id()).front().thread_id());
}

TEST_F(OutboxTest, ASwitchOfChannelIsOnTheRecordWithItsReason) {
  auto chat = mail("c1");
  auto request = answer(in_.entry_id(), "switch");
  request.mutable_switch_()->set_channel(v1::CHANNEL_EMAIL);
  request.mutable_switch_()->set_account_id("sales");
  request.mutable_switch_()->set_address("mailto:ana@x.lv");
  EXPECT_EQ(run(service_->reply(request)).error().reason, Reason::kSwitchReasonMissing);
  request.mutable_switch_()->set_reason("sales take over");
  ASSERT_TRUE(run(service_->reply(request)).ok());
  const auto entries = timeline(in_.conversation_id());
  ASSERT_THAT(entries, SizeIs(4));
  EXPECT_EQ(entries[2].kind(), v1::ENTRY_KIND_CHANNEL_SWITCH);
  EXPECT_EQ(entries[2].reason(), "sales take over");
  EXPECT_EQ(entries[3].account_id(), "sales");
}

}  // namespace
}  // namespace hark::conversation
