#include "console/fold_event.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace hark::console {
namespace {

v1::Conversation read_before() {
  v1::Conversation conversation;
  conversation.set_id("c");
  conversation.set_customer_name("Ana");
  conversation.set_last_sequence(4);
  conversation.mutable_ticket()->set_id("t");
  auto& address = *conversation.add_addresses();
  address.set_address("chat:site:1");
  return conversation;
}

v1::Event next_message() {
  v1::Event event;
  event.set_type(v1::EVENT_TYPE_ACCEPTED);
  event.set_conversation_id("c");
  event.set_ticket_id("t");
  event.set_entry_id("e5");
  event.set_sequence(5);
  event.set_at_ms(500);
  auto& entry = *event.mutable_entry();
  entry.set_id("e5");
  entry.set_sequence(5);
  entry.set_obligation(v1::OBLIGATION_STATE_OPEN);
  entry.mutable_sender()->set_address("chat:site:1");
  return event;
}

void expect_to_be_read(const v1::Event& event) {
  auto conversation = read_before();
  EXPECT_FALSE(fold_event(conversation, event));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(conversation, read_before()));
}

TEST(FoldEvent, AMessageIsTheNewestOneAndIsOwedAnAnswer) {
  auto conversation = read_before();
  auto event = next_message();
  event.mutable_entry()->mutable_sender()->set_name("Ana Liepa");
  ASSERT_TRUE(fold_event(conversation, event));
  EXPECT_EQ(conversation.last_sequence(), 5);
  EXPECT_EQ(conversation.updated_at_ms(), 500);
  EXPECT_EQ(conversation.customer_name(), "Ana Liepa");
  ASSERT_EQ(conversation.open_obligations_size(), 1);
  EXPECT_EQ(conversation.open_obligations(0), "e5");
}

TEST(FoldEvent, AMessageOpensItsWindowAndOneThatComesLateShortensNothing) {
  auto conversation = read_before();
  auto event = next_message();
  event.mutable_entry()->set_account_id("whatsapp");
  event.mutable_entry()->set_answerable_until_ms(9000);
  ASSERT_TRUE(fold_event(conversation, event));
  event.set_sequence(6);
  event.mutable_entry()->set_answerable_until_ms(8000);
  ASSERT_TRUE(fold_event(conversation, event));
  ASSERT_EQ(conversation.reply_windows_size(), 1);
  EXPECT_EQ(conversation.reply_windows(0).account_id(), "whatsapp");
  EXPECT_EQ(conversation.reply_windows(0).address(), "chat:site:1");
  EXPECT_EQ(conversation.reply_windows(0).closes_at_ms(), 9000);
}

TEST(FoldEvent, AMachinesAnswerIsOwedNothing) {
  auto conversation = read_before();
  auto event = next_message();
  event.clear_ticket_id();
  event.mutable_entry()->clear_obligation();
  ASSERT_TRUE(fold_event(conversation, event));
  EXPECT_EQ(conversation.open_obligations_size(), 0);
  EXPECT_EQ(conversation.ticket().id(), "t");
}

TEST(FoldEvent, AMessageThatOpensATicketBringsIt) {
  auto conversation = read_before();
  auto event = next_message();
  event.set_ticket_id("t2");
  event.mutable_ticket()->set_id("t2");
  ASSERT_TRUE(fold_event(conversation, event));
  EXPECT_EQ(conversation.ticket().id(), "t2");
}

TEST(FoldEvent, WhatSaysTooLittleHasToBeRead) {
  auto event = next_message();
  event.clear_entry();
  expect_to_be_read(event);

  event = next_message();
  event.set_type(v1::EVENT_TYPE_REPLIED);
  expect_to_be_read(event);

  event = next_message();  // something before it was missed
  event.set_sequence(6);
  expect_to_be_read(event);

  event = next_message();  // an address that nobody knew
  event.mutable_entry()->mutable_sender()->set_address("mailto:ana@x.lv");
  expect_to_be_read(event);

  event = next_message();  // the address becomes a verified one
  event.mutable_entry()->set_sender_verified(true);
  expect_to_be_read(event);

  event = next_message();  // another ticket, and not said how it is
  event.set_ticket_id("t2");
  expect_to_be_read(event);
}

}  // namespace
}  // namespace hark::console
