#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

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

/// A template that Ben writes with to a number, from an account on a network.
class StartByTemplateTest : public StartTest {
 protected:
  StartByTemplateTest() {
    v1::SendingRules rules;
    rules.set_account_id("number");
    rules.set_network("WhatsApp");
    auto& one = *rules.add_templates();
    one.set_name("ready");
    one.set_language("en");
    one.set_text("Dear {{1}}, it is ready.");
    HARK_CHECK(run(service_->keep_rules("number", rules)).ok());
  }
  static v1::StartRequest first_template(const std::string& key = "s1", const std::string& agent = "ben") {
    v1::StartRequest request;
    request.set_idempotency_key(key);
    request.set_agent_id(agent);
    request.set_account_id("number");
    request.mutable_to()->set_address("tel:+371 2000 0000");
    request.mutable_template_()->set_name("ready");
    request.mutable_template_()->set_language("en");
    auto& field = *request.mutable_template_()->add_fields();
    field.set_name("1");
    field.set_value("Ana");
    return request;
  }
  /// As the network's adapter names the thread of a customer and an account.
  static v1::InboundMessage from_number(const std::string& id) {
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_SOCIAL);
    message.set_account_id("number");
    message.set_native_id("whatsapp:number:" + id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address("tel:+37120000000");
    message.mutable_content()->set_text("Thank you");
    message.mutable_thread()->set_own_reference("number:tel:+37120000000");
    message.mutable_thread()->add_references("number:tel:+37120000000");
    return message;
  }
  Error refusal(const v1::StartRequest& request) {
    const auto started = run(service_->start(request));
    EXPECT_FALSE(started.ok());
    return started.ok() ? Error{} : started.error();
  }
};

TEST_F(StartByTemplateTest, GoesToSomebodyUnknownFilledInAndTheirAnswerLandsInItsThread) {
  const auto started = start(first_template());
  EXPECT_EQ(started.content().text(), "Dear Ana, it is ready.");
  EXPECT_EQ(started.template_().name(), "ready");
  EXPECT_EQ(started.channel(), v1::CHANNEL_SOCIAL);
  EXPECT_EQ(started.reason(), "written first, by WhatsApp from number");
  EXPECT_FALSE(conversation(started.conversation_id()).has_ticket());
  EXPECT_EQ(start(first_template()).id(), started.id());
  const auto in = accept(from_number("w1"));
  EXPECT_EQ(in.conversation_id(), started.conversation_id());
  EXPECT_EQ(conversation(in.conversation_id()).ticket().wanted_agent_id(), "ben");
  EXPECT_EQ(timeline(in.conversation_id()).back().thread_id(), started.thread_id());
}

TEST_F(StartByTemplateTest, GoesOnWithTheThreadOfWhoHasWrittenBefore) {
  const auto before = accept(from_number("w1"));
  const auto started = start(first_template());
  EXPECT_EQ(started.conversation_id(), before.conversation_id());
  EXPECT_EQ(started.thread_id(), timeline(before.conversation_id())[0].thread_id());
  accept(from_number("w2"));
  EXPECT_EQ(timeline(before.conversation_id()).back().thread_id(), started.thread_id());
}

TEST_F(StartByTemplateTest, NothingElseGoesOutOnANetworkAndNoTemplateAsAMail) {
  auto words = first_template();
  words.clear_template_();
  words.set_text("Hello");
  EXPECT_THAT(refusal(words).message, HasSubstr("nothing but a template"));
  auto unfit = first_template();
  unfit.mutable_template_()->clear_fields();
  EXPECT_EQ(refusal(unfit).reason, Reason::kTemplateUnfit);
  auto mail = first_template();
  mail.mutable_to()->set_address("mailto:ana@x.lv");
  EXPECT_THAT(refusal(mail).message, HasSubstr("telephone number"));
  auto by_mail = first_template();
  by_mail.set_account_id("support");
  EXPECT_THAT(refusal(by_mail).message, HasSubstr("a mail has none"));
  EXPECT_EQ(*run(store_.address_owner("tel:+37120000000")), "");
}

}  // namespace
}  // namespace hark::conversation
