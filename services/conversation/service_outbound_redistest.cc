#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
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

/// A mail that Ben writes first, and what the customer sends back.
class StartTest : public ConversationsTest {
 protected:
  static v1::StartRequest first_mail(const std::string& key = "s1", const std::string& agent = "ben") {
    v1::StartRequest request;
    request.set_idempotency_key(key);
    request.set_agent_id(agent);
    request.set_account_id("support");
    request.mutable_to()->set_address("mailto:Ana@X.lv");
    request.set_subject("Your kettle");
    request.set_text("It is ready.");
    return request;
  }
  v1::Entry start(const v1::StartRequest& request) {
    const auto started = run(service_->start(request));
    EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().message);
    return started.ok() ? started->entry() : v1::Entry{};
  }
};

TEST_F(StartTest, AMailToSomebodyUnknownMakesTheirConversationAndOwesNothing) {
  const auto started = start(first_mail());
  EXPECT_EQ(started.kind(), v1::ENTRY_KIND_STARTED);
  EXPECT_EQ(started.reason(), "written first, by mail from support");
  EXPECT_EQ(started.to().address(), "mailto:ana@x.lv");
  EXPECT_EQ(started.delivery(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(start(first_mail()).id(), started.id());
  const auto known = conversation(started.conversation_id());
  EXPECT_FALSE(known.has_ticket());
  EXPECT_THAT(known.open_obligations(), SizeIs(0));
  EXPECT_EQ(known.addresses(0).address(), "mailto:ana@x.lv");
  EXPECT_THAT(timeline(started.conversation_id()), SizeIs(1));
}

TEST_F(StartTest, TheAnswerLandsInItsThreadByTokenOrByOurMessageIdAndIsMeantForWhoStarted) {
  const auto started = start(first_mail());
  auto by_reference = mail("m1");
  by_reference.mutable_thread()->add_references(started.native_id() + "@hark.localhost");
  const auto in = accept(by_reference);
  EXPECT_EQ(in.conversation_id(), started.conversation_id());
  EXPECT_TRUE(in.ticket_opened());
  EXPECT_EQ(conversation(in.conversation_id()).ticket().wanted_agent_id(), "ben");
  auto by_token = mail("m2");
  by_token.mutable_thread()->add_tokens(ThreadTokens{"a secret of sixteen bytes"}.sign(started.thread_id()));
  accept(by_token);
  for (const auto& entry : timeline(started.conversation_id()))
    EXPECT_EQ(entry.thread_id(), started.thread_id());
}

TEST_F(StartTest, ACustomerWhoIsInAnotherAgentsHandsIsNotWrittenTo) {
  const auto in = accept(mail("m1"));
  start(first_mail("waiting"));  // it waits for anyone
  assign(in.ticket_id(), "ana", 1, "a1");
  const auto refused = run(service_->start(first_mail("held")));
  EXPECT_EQ(refused.error().reason, Reason::kTicketHeld);
  EXPECT_NE(refused.error().message.find("ana"), std::string::npos);
  EXPECT_EQ(start(first_mail("own", "ana")).ticket_id(), in.ticket_id());
  EXPECT_THAT(conversation(in.conversation_id()).open_obligations(), ElementsAre(in.entry_id()));
}

TEST_F(StartTest, AFirstMailThatComesBackOpensATicketForItsAuthor) {
  const auto started = start(first_mail());
  v1::BounceReport bounce;
  bounce.set_native_id("dsn1");
  bounce.set_state(v1::DELIVERY_STATE_BOUNCED);
  bounce.set_detail("5.1.1 no such user");
  bounce.add_references(started.native_id() + "@hark.localhost");
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  const auto ticket = conversation(started.conversation_id()).ticket();
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ticket.wanted_agent_id(), "ben");
  EXPECT_EQ(ticket.subject(), "Your kettle");
}

TEST_F(StartTest, WhatCannotBeSentIsRefusedWithTheField) {
  auto elsewhere = first_mail();
  elsewhere.set_account_id("site");
  EXPECT_EQ(run(service_->start(elsewhere)).error().reason, Reason::kAccountUnknown);
  auto no_mail = first_mail();
  no_mail.mutable_to()->set_address("tel:+37120000000");
  EXPECT_EQ(run(service_->start(no_mail)).error().reason, Reason::kInvalidField);
  auto headers = first_mail();
  headers.set_subject("Hello\r\nBcc: eve@y.lv");
  EXPECT_EQ(run(service_->start(headers)).error().reason, Reason::kInvalidField);
}

}  // namespace
}  // namespace hark::conversation
