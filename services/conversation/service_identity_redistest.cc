#include <gmock/gmock.h>

#include <array>
#include <set>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::SizeIs;

TEST_F(ConversationsTest, ASignedChatIsTheCustomerWhoseAddressWasSigned) {
  const auto mailed = accept(mail("m1"));
  const auto chatted = accept(claiming(chat("v1"), "mailto:Ana@X.lv", true));
  EXPECT_EQ(chatted.conversation_id(), mailed.conversation_id());
  EXPECT_EQ(chatted.ticket_id(), mailed.ticket_id());
  EXPECT_THAT(conversation(mailed.conversation_id()).addresses(), SizeIs(2));
  EXPECT_THAT(conversation(mailed.conversation_id()).possible_matches(), SizeIs(0));
  // Once joined, the visitor needs no signature any more.
  EXPECT_EQ(accept(chat("v1", "c2")).conversation_id(), mailed.conversation_id());
}

TEST_F(ConversationsTest, AnAddressThatWasNobodysBelongsToTheChatThatWasSignedForIt) {
  const auto chatted = accept(claiming(claiming(chat("v1"), "user:site:7", true), "mailto:ana@x.lv", true));
  EXPECT_EQ(accept(mail("m1")).conversation_id(), chatted.conversation_id());
  EXPECT_EQ(accept(claiming(chat("v2"), "user:site:7", true)).conversation_id(), chatted.conversation_id());
}

TEST_F(ConversationsTest, AChatThatWasAnonymousTakesTheSignedAddressWithIt) {
  const auto before = accept(chat("v1"));
  EXPECT_EQ(accept(claiming(chat("v1", "c2"), "mailto:ana@x.lv", true)).conversation_id(),
            before.conversation_id());
  EXPECT_EQ(accept(mail("m1")).conversation_id(), before.conversation_id());
}

TEST_F(ConversationsTest, ASignatureForTwoCustomersJoinsNothingAndSaysSo) {
  const auto mailed = accept(mail("m1"));
  const auto before = accept(chat("v1"));
  const auto again = accept(claiming(chat("v1", "c2"), "mailto:ana@x.lv", true));
  EXPECT_EQ(again.conversation_id(), before.conversation_id());
  const auto shown = conversation(before.conversation_id());
  ASSERT_THAT(shown.possible_matches(), SizeIs(1));
  EXPECT_EQ(shown.possible_matches(0).conversation_id(), mailed.conversation_id());
  EXPECT_EQ(shown.possible_matches(0).address(), "mailto:ana@x.lv");
  EXPECT_THAT(shown.addresses(), SizeIs(1));
}

TEST_F(ConversationsTest, WhatAVisitorTypesIsShownAndJoinsNothing) {
  const auto mailed = accept(mail("m1"));
  const auto chatted = accept(claiming(chat("v1"), "mailto:ana@x.lv", false));
  EXPECT_NE(chatted.conversation_id(), mailed.conversation_id());
  const auto other = accept(claiming(chat("v2"), "mailto:new@x.lv", false));
  EXPECT_NE(other.conversation_id(), chatted.conversation_id());  // both sign as "Ana"
  const auto unknown = conversation(other.conversation_id());
  ASSERT_THAT(unknown.possible_matches(), SizeIs(1));
  EXPECT_EQ(unknown.possible_matches(0).conversation_id(), "");
  EXPECT_EQ(unknown.possible_matches(0).why(), "typed by the visitor");
  EXPECT_NE(accept(mail("m2", "new@x.lv")).conversation_id(), other.conversation_id());
  EXPECT_NE(conversation(other.conversation_id()).possible_matches(0).conversation_id(), "");
}

TEST_F(ConversationsTest, ManyDevicesOfOneSignedPersonAtOnceAreOneConversation) {
  std::vector<std::optional<Result<v1::AcceptResponse>>> accepted(40);
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    auto message =
        claiming(claiming(chat("v" + std::to_string(i)), "user:site:7", true), "mailto:ana@x.lv", true);
    tasks().spawn("accept", keep(service_->accept(std::move(message)), accepted[i]));
  }
  run_until_idle();
  std::set<std::string> conversations, tickets;
  for (const auto& one : accepted) {
    ASSERT_TRUE(one && one->ok());
    conversations.insert((*one)->conversation_id());
    tickets.insert((*one)->ticket_id());
  }
  EXPECT_THAT(conversations, SizeIs(1));
  EXPECT_THAT(tickets, SizeIs(1));
  EXPECT_THAT(conversation(*conversations.begin()).possible_matches(), SizeIs(0));
}

TEST_F(ConversationsTest, AProcessThatRemembersNothingFindsWhoseAnAddressIs) {
  const auto first = accept(mail("m1"));
  start_service();
  EXPECT_EQ(accept(mail("m2")).conversation_id(), first.conversation_id());
  EXPECT_EQ(accept(mail("m3")).sequence(), 3);
}

TEST_F(ConversationsTest, AnAddressLeadsToItsOwnerInWhateverPartitionThatIs) {
  for (int i = 0; i < 16; ++i) {
    const auto n = std::to_string(i);
    const auto address = "of" + n + "@x.lv";
    const auto owner = accept(claiming(chat("v" + n), "mailto:" + address, true));
    start_service();
    EXPECT_EQ(accept(mail("m" + n, address)).conversation_id(), owner.conversation_id()) << address;
  }
}

TEST_F(ConversationsTest, AnAddressLeadsOnWhereItsOwnerWasMerged) {
  const auto loser = accept(mail("m1"));
  const auto survivor = accept(mail("m2", "ben@x.lv"));
  v1::MergeRequest request;
  request.set_idempotency_key("k1");
  request.set_survivor_id(survivor.conversation_id());
  request.set_loser_id(loser.conversation_id());
  request.set_agent_id("ben");
  request.set_reason("the same person");
  const auto merged = run(service_->merge(request));
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  start_service();
  EXPECT_EQ(accept(mail("m3")).conversation_id(), survivor.conversation_id());
}

TEST_F(ConversationsTest, WhatIsTakenTwiceByProcessesThatRememberNothingIsOneEntry) {
  const auto first = accept(mail("m1"));
  start_service();
  const auto again = accept(mail("m1"));
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.entry_id(), first.entry_id());
}

TEST_F(ConversationsTest, AStoreThatAnotherVersionLaidOutIsNotTouched) {
  ASSERT_TRUE(run(Store::open(client(), {8, "a secret of sixteen bytes"})).ok());
  ASSERT_TRUE(run(Store::open(client(), {8, "another secret of it"})).ok());
  const std::array<std::string_view, 4> older{"HSET", "hark:meta", "layout", "1"};
  ASSERT_TRUE(run(client().command("hark:meta", older)).ok());
  const auto refused = run(Store::open(client(), {8, "a secret of sixteen bytes"}));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("layout '1'"));
}

TEST_F(ConversationsTest, AllMessagesOfAVisitorAreOneThread) {
  const auto first = accept(chat("v1"));
  accept(chat("v1", "c2"));
  const auto entries = timeline(first.conversation_id());
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].thread_id(), entries[1].thread_id());
  auto reply = answer(first.entry_id());
  reply.set_seen_sequence(2);
  const auto answered = run(service_->reply(reply));
  ASSERT_TRUE(answered.ok()) << answered.error().message;
  EXPECT_EQ(answered->entry().to().address(), "chat:site:v1");
  EXPECT_EQ(answered->entry().content().subject(), "");
}

}  // namespace
}  // namespace hark::conversation
