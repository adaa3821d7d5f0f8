#include "conversation/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/digest.h"
#include "base/testing/redis_fixture.h"
#include "conversation/audit/audit.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// The service over a real Redis, with a clock that the test moves.
class ConversationsTest : public hark::testing::RedisTest {
 protected:
  ConversationsTest() {
    Conversations::Settings settings;
    settings.accounts.emplace("support", OwnAccount{v1::CHANNEL_EMAIL, "Support"});
    settings.accounts.emplace("sales", OwnAccount{v1::CHANNEL_EMAIL, "Sales"});
    settings.accounts.emplace("site", OwnAccount{v1::CHANNEL_CHAT, "Site"});
    service_.emplace(store_, clock_, ThreadTokens{"a secret of sixteen bytes"}, std::move(settings),
                     metrics_);
  }

  ~ConversationsTest() override {
    // Whatever a test did, the promises hold.
    const auto report = run(audit(client(), store_, "/nowhere"));
    if (!report.ok()) {
      ADD_FAILURE() << report.error().message;
      return;
    }
    for (const auto& finding : report->findings)
      ADD_FAILURE() << finding.promise << " " << finding.where << " " << finding.what;
  }

  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    tasks().spawn("call", keep(std::move(task), out));
    run_until_idle();
    return *std::move(out);
  }

  static v1::InboundMessage mail(const std::string& id, const std::string& from = "ana@x.lv") {
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_EMAIL);
    message.set_account_id("support");
    message.set_native_id(id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address("mailto:" + from);
    message.mutable_content()->set_subject("Kettle");
    message.mutable_content()->set_text("It is broken (" + id + ")");
    message.mutable_thread()->set_own_reference(id + "@x.lv");
    return message;
  }

  static v1::InboundMessage chat(const std::string& visitor, const std::string& client_id = "c1") {
    const auto address = "chat:site:" + visitor;
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_CHAT);
    message.set_account_id("site");
    message.set_native_id(address + ":" + client_id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address(address);
    message.mutable_sender()->set_name("Ana");
    message.mutable_content()->set_text("Hello");
    message.mutable_thread()->set_own_reference(address);
    message.mutable_thread()->add_references(address);
    return message;
  }
  static v1::InboundMessage claiming(v1::InboundMessage message, const std::string& address, bool verified) {
    auto& claim = *message.add_claims();
    claim.set_address(address);
    claim.set_verified(verified);
    claim.set_why(verified ? "signed by the site" : "typed by the visitor");
    return message;
  }

  v1::AcceptResponse accept(v1::InboundMessage message) {
    auto accepted = run(service_->accept(std::move(message)));
    EXPECT_TRUE(accepted.ok()) << (accepted.ok() ? "" : accepted.error().message);
    return accepted.ok() ? *accepted : v1::AcceptResponse{};
  }
  v1::ReplyRequest answer(const std::string& entry_id, const std::string& key = "k1") {
    v1::ReplyRequest request;
    request.set_idempotency_key(key);
    request.set_entry_id(entry_id);
    request.set_text("We send a new one.");
    return request;
  }
  v1::Ticket assign(const std::string& ticket, const std::string& agent, std::int64_t fence,
                    const std::string& key) {
    v1::AssignRequest request;
    request.set_idempotency_key(key);
    request.set_ticket_id(ticket);
    request.set_agent_id(agent);
    request.set_fencing_token(fence);
    const auto assigned = run(service_->assign(request));
    EXPECT_TRUE(assigned.ok()) << (assigned.ok() ? "" : assigned.error().message);
    return assigned.ok() ? assigned->ticket() : v1::Ticket{};
  }
  v1::Conversation conversation(const std::string& id) {
    v1::GetConversationRequest request;
    request.set_id(id);
    return run(service_->get_conversation(request))->conversation();
  }
  std::vector<v1::Entry> timeline(const std::string& id) {
    v1::ListTimelineRequest request;
    request.set_conversation_id(id);
    const auto page = run(service_->list_timeline(request));
    return {page->entries().begin(), page->entries().end()};
  }

  Metrics metrics_;
  ManualClock clock_{from_ms(1'700'000'000'000)};
  Store store_{client(), 8};
  std::optional<Conversations> service_;
};

TEST_F(ConversationsTest, AHundredMailsAtOnceAreOneConversationWithOneTicketInOneOrder) {
  std::vector<std::optional<Result<v1::AcceptResponse>>> accepted(100);
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    tasks().spawn("accept", keep(service_->accept(mail("m" + std::to_string(i))), accepted[i]));
  }
  run_until_idle();
  std::set<std::string> conversations, tickets;
  std::set<std::int64_t> sequences;
  for (const auto& one : accepted) {
    ASSERT_TRUE(one && one->ok());
    conversations.insert((*one)->conversation_id());
    tickets.insert((*one)->ticket_id());
    sequences.insert((*one)->sequence());
  }
  EXPECT_THAT(conversations, SizeIs(1));
  EXPECT_THAT(tickets, SizeIs(1));
  EXPECT_THAT(sequences, SizeIs(100));
  EXPECT_EQ(*sequences.rbegin(), 100);
}

TEST_F(ConversationsTest, TheSameMessageTakenManyTimesAtOnceIsOneEntry) {
  std::vector<std::optional<Result<v1::AcceptResponse>>> accepted(20);
  for (auto& one : accepted) tasks().spawn("accept", keep(service_->accept(mail("same")), one));
  run_until_idle();
  int fresh = 0;
  for (const auto& one : accepted) fresh += (*one)->duplicate() ? 0 : 1;
  EXPECT_EQ(fresh, 1);
  EXPECT_THAT(timeline((*accepted[0])->conversation_id()), SizeIs(1));
}

TEST_F(ConversationsTest, AMessageToTwoOfOurAddressesIsOneEntryThatNamesBoth) {
  const auto first = accept(mail("both"));
  auto copy = mail("both");
  copy.set_account_id("sales");
  EXPECT_TRUE(accept(copy).duplicate());
  EXPECT_TRUE(accept(copy).duplicate());
  const auto entries = timeline(first.conversation_id());
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_THAT(entries[0].also_delivered_to(), ElementsAre("sales"));
}

TEST_F(ConversationsTest, AReplySentTwiceWithOneKeyGoesOutOnce) {
  const auto in = accept(mail("m1"));
  const auto first = run(service_->reply(answer(in.entry_id())));
  const auto again = run(service_->reply(answer(in.entry_id())));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->entry().id(), again->entry().id());
  EXPECT_THAT(timeline(in.conversation_id()), SizeIs(2));
  auto other = answer(in.entry_id());
  other.set_text("Something else");
  EXPECT_EQ(run(service_->reply(other)).error().reason, Reason::kIdempotencyKeyReused);
}

TEST_F(ConversationsTest, AReplyGoesToTheAccountAndAddressOfTheMessageThatItAnswers) {
  const auto first = accept(mail("m1"));
  auto second = mail("m2");
  second.set_account_id("sales");
  second.mutable_content()->set_subject("Invoice");
  const auto in = accept(second);
  ASSERT_EQ(first.conversation_id(), in.conversation_id());
  const auto reply = run(service_->reply(answer(first.entry_id())));
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->entry().account_id(), "support");
  EXPECT_EQ(reply->entry().content().subject(), "Re: Kettle");
  EXPECT_EQ(reply->entry().to().address(), "mailto:ana@x.lv");
}

TEST_F(ConversationsTest, AReplyThatDidNotSeeANewerMessageOfItsThreadIsRefused) {
  const auto first = accept(mail("m1"));
  auto more = mail("m2");
  more.mutable_thread()->add_references("m1@x.lv");
  accept(more);
  EXPECT_EQ(run(service_->reply(answer(first.entry_id()))).error().reason, Reason::kNewerEntries);
  auto informed = answer(first.entry_id(), "k2");
  informed.set_seen_sequence(2);
  EXPECT_TRUE(run(service_->reply(informed)).ok());
  EXPECT_THAT(conversation(first.conversation_id()).open_obligations(), SizeIs(0));
}

TEST_F(ConversationsTest, OnlyTheHolderRepliesAndAFormerHolderDoesNot) {
  const auto in = accept(mail("m1"));
  EXPECT_EQ(assign(in.ticket_id(), "ana", 1, "a1").assignment_token(), 1);
  EXPECT_EQ(run(service_->reply(answer(in.entry_id()))).error().reason, Reason::kStaleAssignment);
  EXPECT_EQ(assign(in.ticket_id(), "bob", 1, "a2").assignment_token(), 2);
  auto former = answer(in.entry_id());
  former.set_assignment_token(1);
  EXPECT_EQ(run(service_->reply(former)).error().reason, Reason::kStaleAssignment);
  auto colleague = answer(in.entry_id());
  colleague.set_assignment_token(2);
  colleague.set_agent_id("ana");
  EXPECT_EQ(run(service_->reply(colleague)).error().reason, Reason::kStaleAssignment);
  auto holder = answer(in.entry_id());
  holder.set_assignment_token(2);
  holder.set_agent_id("bob");
  EXPECT_TRUE(run(service_->reply(holder)).ok());
}

TEST_F(ConversationsTest, AnOldRoutingLeaderCanDoNothing) {
  const auto in = accept(mail("m1"));
  v1::RaiseFenceRequest fence;
  fence.set_fencing_token(5);
  ASSERT_TRUE(run(service_->raise_fence(fence)).ok());
  v1::AssignRequest request;
  request.set_idempotency_key("a1");
  request.set_ticket_id(in.ticket_id());
  request.set_agent_id("ana");
  request.set_fencing_token(4);
  EXPECT_EQ(run(service_->assign(request)).error().reason, Reason::kStaleFence);
  fence.set_fencing_token(4);
  EXPECT_EQ(run(service_->raise_fence(fence)).error().reason, Reason::kStaleFence);
  EXPECT_EQ(assign(in.ticket_id(), "ana", 5, "a2").agent_id(), "ana");
}

TEST_F(ConversationsTest, ATransferKeepsTheAgeAndRemembersWhoGaveItAway) {
  const auto in = accept(mail("m1"));
  const auto held = assign(in.ticket_id(), "ana", 1, "a1");
  clock_.advance(std::chrono::minutes{5});
  v1::TransferRequest request;
  request.set_idempotency_key("t1");
  request.set_ticket_id(in.ticket_id());
  request.set_agent_id("ana");
  request.set_assignment_token(held.assignment_token());
  request.add_wanted_skills("billing");
  const auto moved = run(service_->transfer(request));
  ASSERT_TRUE(moved.ok()) << moved.error().message;
  EXPECT_EQ(moved->ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(moved->ticket().waiting_since_ms(), held.opened_at_ms());
  EXPECT_THAT(moved->ticket().declined_by(), ElementsAre("ana"));
  EXPECT_THAT(moved->ticket().wanted_skills(), ElementsAre("billing"));
}

TEST_F(ConversationsTest, ATicketIsNotResolvedOverAnUnansweredMessageSilently) {
  const auto in = accept(mail("m1"));
  v1::ResolveRequest request;
  request.set_idempotency_key("r1");
  request.set_ticket_id(in.ticket_id());
  EXPECT_EQ(run(service_->resolve(request)).error().reason, Reason::kObligationsOpen);
  request.set_idempotency_key("r2");
  request.set_waive_reason("spam");
  ASSERT_TRUE(run(service_->resolve(request)).ok());
  const auto entries = timeline(in.conversation_id());
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].obligation(), v1::OBLIGATION_STATE_WAIVED);
  EXPECT_EQ(entries[1].reason(), "spam");
  EXPECT_EQ(entries[2].status().change(), v1::StatusChange::CHANGE_RESOLVED);
}

TEST_F(ConversationsTest, ANewMessageAfterResolvingOpensANewTicketOfTheSameConversation) {
  const auto in = accept(mail("m1"));
  ASSERT_TRUE(run(service_->reply(answer(in.entry_id()))).ok());
  v1::ResolveRequest request;
  request.set_idempotency_key("r1");
  request.set_ticket_id(in.ticket_id());
  ASSERT_TRUE(run(service_->resolve(request)).ok());
  EXPECT_EQ(run(service_->reply(answer(in.entry_id(), "late"))).error().reason, Reason::kIllegalTransition);
  const auto next = accept(mail("m2"));
  EXPECT_EQ(next.conversation_id(), in.conversation_id());
  EXPECT_NE(next.ticket_id(), in.ticket_id());
  EXPECT_TRUE(next.ticket_opened());
}

TEST_F(ConversationsTest, AnAutoReplyOpensNoTicketAndOwesNoAnswer) {
  auto vacation = mail("v1");
  vacation.set_kind(v1::InboundMessage::KIND_AUTO_REPLY);
  const auto in = accept(vacation);
  EXPECT_FALSE(in.ticket_opened());
  EXPECT_THAT(conversation(in.conversation_id()).open_obligations(), SizeIs(0));
}

/// Replies, leases what went into the outbox and returns it.
class OutboxTest : public ConversationsTest {
 protected:
  OutboxTest() : in_{accept(mail("m1"))} {
    const auto reply = run(service_->reply(answer(in_.entry_id())));
    HARK_CHECK(reply.ok());
    reply_id_ = reply->entry().id();
  }
  std::vector<v1::OutboundMessage> lease(const std::string& lease_id) {
    std::vector<v1::OutboundMessage> out;
    for (std::uint16_t p = 0; p < 8; ++p) {
      const auto leases = run(
          store_.lease(clock_.now(), p, "support", clock_.now() + std::chrono::seconds{60}, lease_id, 10));
      for (const auto& message : leases->messages) out.emplace_back().ParseFromString(message.message_bytes);
    }
    return out;
  }
  Status report(const std::string& lease_id, v1::DeliveryState state, const std::string& detail = "") {
    v1::Receipt receipt;
    receipt.set_lease_id(lease_id);
    receipt.set_entry_id(reply_id_);
    receipt.set_state(state);
    receipt.set_detail(detail);
    receipt.set_retry_at_ms(to_ms(clock_.now()) + 60'000);
    return run(service_->receive_receipt(receipt));
  }
  v1::Entry reply() { return timeline(in_.conversation_id())[1]; }

  v1::AcceptResponse in_;
  std::string reply_id_;
};

TEST_F(OutboxTest, AMessageIsLeasedToOneSenderAtATimeAndAgainWhenTheLeaseEnds) {
  EXPECT_THAT(lease("l1"), SizeIs(1));
  EXPECT_THAT(lease("l2"), SizeIs(0));
  clock_.advance(std::chrono::seconds{61});
  EXPECT_THAT(lease("l3"), SizeIs(1));
  ASSERT_TRUE(report("l3", v1::DELIVERY_STATE_SENT, "250 queued").ok());
  clock_.advance(std::chrono::hours{1});
  EXPECT_THAT(lease("l4"), SizeIs(0));
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_SENT);
  EXPECT_EQ(reply().delivery_detail(), "250 queued");
}

TEST_F(OutboxTest, ARefusalForNowComesAgainLater) {
  lease("l1");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_QUEUED, "451 busy").ok());
  EXPECT_THAT(lease("l2"), SizeIs(0));
  clock_.advance(std::chrono::seconds{61});
  EXPECT_THAT(lease("l3"), SizeIs(1));
  EXPECT_EQ(reply().delivery_detail(), "451 busy");
}

TEST_F(OutboxTest, ABounceMarksTheReplyWithItsReasonAndALateReceiptDoesNotUndoIt) {
  const auto out = lease("l1");
  ASSERT_THAT(out, SizeIs(1));
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_SENT).ok());
  v1::BounceReport bounce;
  bounce.set_native_id("dsn1");
  bounce.set_account_id("support");
  bounce.set_state(v1::DELIVERY_STATE_BOUNCED);
  bounce.set_detail("5.1.1 no such user");
  bounce.add_references(out[0].native_id_left() + "@hark.localhost");
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_BOUNCED);
  EXPECT_EQ(reply().delivery_detail(), "5.1.1 no such user");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_SENT).ok());
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_BOUNCED);
}

TEST_F(OutboxTest, ABounceOfSomethingThatWeNeverSentIsKeptInQuarantine) {
  v1::BounceReport bounce;
  bounce.set_native_id("dsn2");
  bounce.set_account_id("support");
  bounce.set_state(v1::DELIVERY_STATE_BOUNCED);
  bounce.add_references("stranger@elsewhere.example");
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  ASSERT_TRUE(run(service_->receive_bounce(bounce)).ok());
  EXPECT_THAT(run(service_->list_quarantine({}))->items(), SizeIs(1));
}

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

TEST_F(ConversationsTest, InputThatBreaksTheContractIsRefusedWithTheField) {
  auto no_account = mail("x1");
  no_account.set_account_id("nobody");
  EXPECT_EQ(run(service_->accept(no_account)).error().reason, Reason::kAccountUnknown);
  auto no_id = mail("");
  EXPECT_EQ(run(service_->accept(no_id)).error().reason, Reason::kInvalidField);
  auto bad_sender = mail("x2", "nobody");
  EXPECT_EQ(run(service_->accept(bad_sender)).error().reason, Reason::kAddressInvalid);
  auto bad_blob = mail("x3");
  bad_blob.add_blobs()->set_id("not its digest");
  EXPECT_EQ(run(service_->accept(bad_blob)).error().reason, Reason::kInvalidField);
  auto no_key = answer("ent_x");
  no_key.clear_idempotency_key();
  EXPECT_EQ(run(service_->reply(no_key)).error().reason, Reason::kIdempotencyKeyMissing);
}

TEST_F(ConversationsTest, ManyTicketsAreReadInTheOrderAskedForWithoutThoseThatAreNot) {
  const auto ana = accept(mail("m1"));
  const auto partition = *partition_of(ana.ticket_id());
  std::string absent = ana.ticket_id();
  absent.back() = absent.back() == '0' ? '1' : '0';
  const auto tickets = run(store_.tickets(partition, {absent, ana.ticket_id(), ana.ticket_id()}));
  ASSERT_TRUE(tickets.ok());
  ASSERT_THAT(*tickets, SizeIs(2));
  for (const auto& ticket : *tickets) {
    EXPECT_EQ(ticket.id(), ana.ticket_id());
    EXPECT_EQ(ticket.conversation_id(), ana.conversation_id());
    EXPECT_EQ(ticket.subject(), "Kettle");
  }
}

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
