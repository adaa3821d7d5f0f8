#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

v1::InboundMessage going_on(v1::InboundMessage message, const std::string& with) {
  message.mutable_thread()->add_references(with + "@x.lv");
  return message;
}

/// Ana answered a mail and resolved its ticket.
class ReopeningTest : public ConversationsTest {
 protected:
  ReopeningTest() : ConversationsTest{std::chrono::days{7}}, first_{resolved(mail("m1"), "1")} {}

  v1::AcceptResponse resolved(v1::InboundMessage message, const std::string& key) {
    auto in = accept(std::move(message));
    const auto held = assign(in.ticket_id(), "ana", 1, "a" + key);
    auto request = answer(in.entry_id(), "k" + key);
    request.set_agent_id("ana");
    request.set_assignment_token(held.assignment_token());
    EXPECT_TRUE(run(service_->reply(request)).ok());
    v1::ResolveRequest resolve;
    resolve.set_idempotency_key("r" + key);
    resolve.set_ticket_id(in.ticket_id());
    resolve.set_agent_id("ana");
    resolve.set_assignment_token(held.assignment_token());
    EXPECT_TRUE(run(service_->resolve(resolve)).ok());
    return in;
  }
  std::vector<v1::EventType> last_events(std::size_t count) {
    const auto page = run(store_.events(*partition_of(first_.conversation_id()), 0, 100));
    std::vector<v1::EventType> types;
    for (const auto& event : *page) types.push_back(event.type());
    return {types.end() - static_cast<std::ptrdiff_t>(count), types.end()};
  }

  v1::AcceptResponse first_;
};

TEST_F(ReopeningTest, AMessageThatGoesOnWithItsThreadSoonOpensTheTicketAgain) {
  clock_.advance(6 * 24h);
  const auto again = accept(going_on(mail("m2"), "m1"));
  EXPECT_EQ(again.ticket_id(), first_.ticket_id());
  EXPECT_FALSE(again.ticket_opened());
  const auto ticket = conversation(first_.conversation_id()).ticket();
  EXPECT_EQ(ticket.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(ticket.previous_agent_id(), "ana");
  EXPECT_THAT(last_events(2), ElementsAre(v1::EVENT_TYPE_REOPENED, v1::EVENT_TYPE_ACCEPTED));
  const auto entries = timeline(first_.conversation_id());
  const auto& told = entries.at(entries.size() - 2);
  EXPECT_EQ(told.status().change(), v1::StatusChange::CHANGE_REOPENED);
  EXPECT_EQ(told.status().concerns_id(), again.entry_id());
  EXPECT_EQ(entries.back().id(), again.entry_id());
  EXPECT_EQ(entries.back().sequence(), again.sequence());
  EXPECT_EQ(entries.back().obligation(), v1::OBLIGATION_STATE_OPEN);
}

TEST_F(ReopeningTest, TheSameMessageOnceMoreOpensNothing) {
  const auto again = resolved(going_on(mail("m2"), "m1"), "2");
  const auto repeated = accept(going_on(mail("m2"), "m1"));
  EXPECT_TRUE(repeated.duplicate());
  EXPECT_EQ(repeated.ticket_id(), again.ticket_id());
  EXPECT_EQ(conversation(first_.conversation_id()).ticket().state(), v1::TICKET_STATE_RESOLVED);
}

TEST_F(ReopeningTest, TheOneBeforeIsHowItWasResolvedLast) {
  resolved(going_on(mail("m2"), "m1"), "2");
  clock_.advance(24h);
  v1::ReopenRequest request;
  request.set_idempotency_key("again");
  request.set_conversation_id(first_.conversation_id());
  request.set_agent_id("bea");
  const auto reopened = run(service_->reopen(request));
  ASSERT_TRUE(reopened.ok()) << reopened.error().message;
  EXPECT_EQ(reopened->ticket().previous_resolved_at_ms(), to_ms(clock_.now() - 24h));
  EXPECT_EQ(reopened->ticket().previous_agent_id(), "ana");
}

TEST_F(ReopeningTest, WhoWroteFirstInTheThreadIsAskedFirst) {
  v1::StartRequest start;
  start.set_idempotency_key("s1");
  start.set_account_id("support");
  start.mutable_to()->set_address("mailto:ana@x.lv");
  start.set_agent_id("bea");
  start.set_subject("Your kettle");
  start.set_text("Did it come?");
  start.set_reason("to be sure");
  const auto started = run(service_->start(start));
  ASSERT_TRUE(started.ok()) << started.error().message;
  auto back = mail("m2");
  back.mutable_thread()->add_tokens(
      ThreadTokens{"a secret of sixteen bytes"}.sign(started->entry().thread_id()));
  const auto again = accept(std::move(back));
  EXPECT_EQ(again.ticket_id(), first_.ticket_id());
  EXPECT_EQ(conversation(first_.conversation_id()).ticket().wanted_agent_id(), "bea");
}

TEST_F(ReopeningTest, WhatCameByAnotherWayIsNewWork) {
  const auto chatted = resolved(claiming(chat("v1"), "mailto:ana@x.lv", true), "2");
  ASSERT_EQ(chatted.conversation_id(), first_.conversation_id());
  const auto later = accept(going_on(mail("m3"), "m1"));
  EXPECT_TRUE(later.ticket_opened()) << "the last ticket is the chat's";
}

TEST_F(ReopeningTest, LaterANewTicketIsOpened) {
  clock_.advance(7 * 24h);
  const auto later = accept(going_on(mail("m2"), "m1"));
  EXPECT_NE(later.ticket_id(), first_.ticket_id());
  EXPECT_TRUE(later.ticket_opened());
}

TEST_F(ReopeningTest, WhatGoesOnWithNoThreadIsNewWork) {
  EXPECT_NE(accept(mail("m2")).ticket_id(), first_.ticket_id());
}

TEST_F(ReopeningTest, AMachineOpensNothing) {
  auto away = going_on(mail("m2"), "m1");
  away.set_kind(v1::InboundMessage::KIND_AUTO_REPLY);
  accept(std::move(away));
  EXPECT_EQ(conversation(first_.conversation_id()).ticket().state(), v1::TICKET_STATE_RESOLVED);
}

TEST_F(ReopeningTest, AnAccountThatDoesNotAskForItOpensANewOne) {
  auto elsewhere = mail("m2");
  elsewhere.set_account_id("sales");
  EXPECT_TRUE(accept(going_on(std::move(elsewhere), "m1")).ticket_opened());
}

TEST_F(ReopeningTest, NeitherDoesOneWhoseClockIsBehindThatOfWhoResolved) {
  const auto sold = mail("m2", "ben@x.lv");
  auto first = sold;
  first.set_account_id("sales");
  const auto in = resolved(std::move(first), "2");
  clock_.advance(-1min);
  auto second = going_on(mail("m3", "ben@x.lv"), "m2");
  second.set_account_id("sales");
  EXPECT_NE(accept(std::move(second)).ticket_id(), in.ticket_id());
}

TEST_F(ReopeningTest, ATicketThatAChatOpensAgainIsOneOfAChat) {
  const auto in = resolved(chat("v1"), "2");
  const auto again = accept(chat("v1", "c2"));
  EXPECT_EQ(again.ticket_id(), in.ticket_id());
  EXPECT_TRUE(conversation(in.conversation_id()).ticket().chatting());
}

}  // namespace
}  // namespace hark::conversation
