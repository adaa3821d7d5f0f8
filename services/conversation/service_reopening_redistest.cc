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
  EXPECT_EQ(told.reason(), "the customer wrote");
  EXPECT_EQ(entries.back().id(), again.entry_id());
  EXPECT_EQ(entries.back().sequence(), again.sequence());
  EXPECT_EQ(entries.back().obligation(), v1::OBLIGATION_STATE_OPEN);
}

TEST_F(ReopeningTest, TheSameMessageOnceMoreOpensNothing) {
  const auto again = accept(going_on(mail("m2"), "m1"));
  const auto repeated = accept(going_on(mail("m2"), "m1"));
  EXPECT_TRUE(repeated.duplicate());
  EXPECT_EQ(repeated.ticket_id(), again.ticket_id());
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

TEST_F(ReopeningTest, ATicketThatAChatOpensAgainIsOneOfAChat) {
  const auto in = resolved(chat("v1"), "2");
  const auto again = accept(chat("v1", "c2"));
  EXPECT_EQ(again.ticket_id(), in.ticket_id());
  EXPECT_TRUE(conversation(in.conversation_id()).ticket().chatting());
}

}  // namespace
}  // namespace hark::conversation
