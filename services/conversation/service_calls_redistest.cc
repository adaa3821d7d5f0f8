#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class CallsTest : public ConversationsTest {
 protected:
  static v1::InboundMessage call(const std::string& id, const std::string& goes_on_with = "",
                                 const std::string& number = "+37120000000") {
    v1::InboundMessage message;
    message.set_channel(v1::CHANNEL_PHONE);
    message.set_account_id("line");
    message.set_native_id("call:" + id);
    message.set_kind(v1::InboundMessage::KIND_MESSAGE);
    message.mutable_sender()->set_address("tel:" + number);
    message.mutable_content()->set_text("Call");
    message.mutable_thread()->set_own_reference(id);
    if (!goes_on_with.empty()) message.mutable_thread()->add_references(goes_on_with);
    message.mutable_thread()->add_references(id);
    return message;
  }

  Status report(const std::string& entry, std::int64_t revision, v1::CallState state,
                std::int64_t answered_at_ms = 0) {
    v1::CallReport report;
    report.set_entry_id(entry);
    report.set_revision(revision);
    report.mutable_progress()->set_state(state);
    report.mutable_progress()->set_agent_id("ana");
    report.mutable_progress()->set_answered_at_ms(answered_at_ms);
    if (state == v1::CALL_STATE_ENDED || state == v1::CALL_STATE_ABANDONED)
      report.mutable_progress()->set_ended_at_ms(9);
    return run(service_->receive_call(report));
  }

  void merge(const std::string& survivor, const std::string& loser) {
    v1::MergeRequest merge;
    merge.set_idempotency_key("merge " + loser);
    merge.set_survivor_id(survivor);
    merge.set_loser_id(loser);
    merge.set_agent_id("ana");
    merge.set_reason("the same person");
    ASSERT_TRUE(run(service_->merge(merge)).ok());
  }

  std::vector<std::string> owed(const std::string& conversation_id) {
    const auto found = conversation(conversation_id);
    return {found.open_obligations().begin(), found.open_obligations().end()};
  }
};

TEST_F(CallsTest, HowACallStandsIsFoldedIntoItsEntryAndTold) {
  const auto in = accept(call("c1"));
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_QUEUED).ok());
  EXPECT_EQ(timeline(in.conversation_id())[0].call().state(), v1::CALL_STATE_QUEUED);
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ABANDONED).ok());
  const auto entry = timeline(in.conversation_id())[0];
  EXPECT_EQ(entry.call().state(), v1::CALL_STATE_ABANDONED);
  EXPECT_EQ(entry.obligation(), v1::OBLIGATION_STATE_OPEN);
}

TEST_F(CallsTest, AnEarlierReportThatComesLateChangesNothing) {
  const auto in = accept(call("c1"));
  ASSERT_TRUE(report(in.entry_id(), 3, v1::CALL_STATE_ENDED, 5).ok());
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ANSWERED, 5).ok());
  ASSERT_TRUE(report(in.entry_id(), 3, v1::CALL_STATE_QUEUED).ok());
  EXPECT_EQ(timeline(in.conversation_id())[0].call().state(), v1::CALL_STATE_ENDED);
}

TEST_F(CallsTest, TalkingAnswersTheCallAndWhatItsThreadWasOwedButNothingElse) {
  const auto first = accept(call("c1"));
  const auto letter = accept(claiming(mail("m1"), "tel:+37120000000", true));
  const auto second = accept(call("c2", "c1"));
  const auto apart = accept(call("c3"));
  ASSERT_TRUE(report(second.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  const auto entries = timeline(first.conversation_id());
  EXPECT_EQ(entries[0].answered_by_entry_id(), second.entry_id());
  EXPECT_EQ(owed(first.conversation_id()), (std::vector<std::string>{letter.entry_id(), apart.entry_id()}));
}

TEST_F(CallsTest, TalkingAnswersACallWhoseCustomerWasMergedMeanwhile) {
  const auto in = accept(call("c1"));
  const auto other = accept(mail("m1", "ben@x.lv"));
  merge(other.conversation_id(), in.conversation_id());
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_EQ(owed(other.conversation_id()), std::vector<std::string>{other.entry_id()});
  for (const auto& entry : timeline(other.conversation_id())) {
    if (entry.id() == in.entry_id()) EXPECT_EQ(entry.call().state(), v1::CALL_STATE_ANSWERED);
  }
}

TEST_F(CallsTest, WhoIsMergedDuringACallIsOnTheLineUntilItIsOver) {
  const auto in = accept(call("c1"));
  const auto other = accept(mail("m1", "ben@x.lv"));
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  merge(other.conversation_id(), in.conversation_id());
  EXPECT_TRUE(conversation(other.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 3, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_FALSE(conversation(other.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ANSWERED, 5).ok()) << "it comes late";
  EXPECT_FALSE(conversation(other.conversation_id()).ticket().on_the_line());
}

TEST_F(CallsTest, ACallThatBeginsAfterAMergePutsTheOneTicketOnTheLine) {
  const auto in = accept(call("c1"));
  const auto other = accept(mail("m1", "ben@x.lv"));
  merge(other.conversation_id(), in.conversation_id());
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_TRUE(conversation(other.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_FALSE(conversation(other.conversation_id()).ticket().on_the_line());
}

TEST_F(CallsTest, AMergeTakenBackDuringACallLeavesTheOtherCustomerOffTheLine) {
  const auto in = accept(call("c1"));
  const auto other = accept(mail("m1", "ben@x.lv"));
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_QUEUED).ok());
  merge(other.conversation_id(), in.conversation_id());
  v1::UnmergeRequest back;
  back.set_idempotency_key("back");
  back.set_customer_id(in.conversation_id());
  back.set_reason("two people");
  ASSERT_TRUE(run(service_->unmerge(back)).ok());
  EXPECT_FALSE(conversation(other.conversation_id()).ticket().on_the_line());
  EXPECT_TRUE(conversation(in.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_FALSE(conversation(in.conversation_id()).ticket().on_the_line());
}

TEST_F(CallsTest, TheTicketSaysWhileTheCustomerIsOnTheLineWhateverOpenedIt) {
  const auto letter = accept(claiming(mail("m1"), "tel:+37120000000", true));
  const auto in = accept(call("c1"));
  ASSERT_EQ(in.ticket_id(), letter.ticket_id());
  EXPECT_FALSE(conversation(in.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_QUEUED).ok());
  EXPECT_TRUE(conversation(in.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ABANDONED).ok());
  EXPECT_FALSE(conversation(in.conversation_id()).ticket().on_the_line());
}

TEST_F(CallsTest, WhoHasTwoLinesIsOnTheLineUntilBothCallsAreOver) {
  const auto one = accept(call("c1")), two = accept(call("c2"));
  ASSERT_EQ(one.ticket_id(), two.ticket_id());
  ASSERT_TRUE(report(one.entry_id(), 1, v1::CALL_STATE_QUEUED).ok());
  ASSERT_TRUE(report(two.entry_id(), 1, v1::CALL_STATE_QUEUED).ok());
  ASSERT_TRUE(report(two.entry_id(), 2, v1::CALL_STATE_ABANDONED).ok());
  EXPECT_TRUE(conversation(one.conversation_id()).ticket().on_the_line());
  ASSERT_TRUE(report(one.entry_id(), 2, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_FALSE(conversation(one.conversation_id()).ticket().on_the_line());
}

TEST_F(CallsTest, ATicketIsNotResolvedWhileItsCustomerIsOnTheLineWhateverIsWaived) {
  const auto in = accept(call("c1"));
  const auto held = assign(in.ticket_id(), "ana", 1, "take").assignment_token();
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  v1::ResolveRequest resolve;
  resolve.set_idempotency_key("done");
  resolve.set_ticket_id(in.ticket_id());
  resolve.set_agent_id("ana");
  resolve.set_assignment_token(held);
  resolve.set_waive_reason("nothing else");
  const auto refused = run(service_->resolve(resolve));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, Reason::kIllegalTransition);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("call with the customer goes on"));
  EXPECT_EQ(conversation(in.conversation_id()).ticket().state(), v1::TICKET_STATE_ASSIGNED);
  ASSERT_TRUE(report(in.entry_id(), 2, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_TRUE(run(service_->resolve(resolve)).ok());  // the same key: nothing had been done under it
}

TEST_F(CallsTest, AReportOfNothingThatIsThereIsRefused) {
  const auto in = accept(call("c1"));
  EXPECT_EQ(report(in.entry_id(), 1, v1::CALL_STATE_UNSPECIFIED).error().reason, Reason::kInvalidField);
  EXPECT_EQ(report("ent_00000000000000000000000000", 1, v1::CALL_STATE_QUEUED).error().code, Code::kNotFound);
}

/// Calls back that wait, of the customer of a call that nobody answered.
class CallbacksTest : public CallsTest {
 protected:
  v1::Entry call_back(const std::string& entry_id, const std::string& key = "back") {
    auto promise = answer(entry_id, key);
    promise.set_agent_id("ana");
    const auto reply = run(service_->reply(promise));
    EXPECT_TRUE(reply.ok()) << (reply.ok() ? "" : reply.error().message);
    return reply.ok() ? reply->entry() : v1::Entry{};
  }
  std::vector<Store::LeasedMessage> lease(const std::string& lease_id) {
    std::vector<Store::LeasedMessage> out;
    for (std::uint16_t p = 0; p < 8; ++p) {
      const auto leases =
          run(store_.lease(clock_.now(), p, "line", clock_.now() + std::chrono::seconds{60}, lease_id, 10));
      out.insert(out.end(), leases->messages.begin(), leases->messages.end());
    }
    return out;
  }
  Status receipt(const std::string& entry_id, v1::DeliveryState state, const std::string& lease_id) {
    v1::Receipt receipt;
    receipt.set_entry_id(entry_id);
    receipt.set_lease_id(lease_id);
    receipt.set_state(state);
    receipt.set_retry_at_ms(to_ms(clock_.now()) + 60'000);
    return run(service_->receive_receipt(receipt));
  }
  v1::Entry entry(const std::string& id) { return *run(store_.entry(id)); }
  Status call_off(const std::string& entry_id, const std::string& key = "off") {
    v1::WithdrawCallbackRequest request;
    request.set_idempotency_key(key);
    request.set_entry_id(entry_id);
    request.set_agent_id("ana");
    request.set_reason("they wrote");
    const auto done = run(service_->withdraw_callback(request));
    return done.ok() ? Status{} : done.error();
  }

  v1::AcceptResponse missed_{accept(call("c1"))};
};

TEST_F(CallbacksTest, WhoRangAndWasAnsweredIsNotCalledBackAndTheirCallIsTheAnswer) {
  const auto reply = call_back(missed_.entry_id());
  const auto again = accept(call("c2"));  // later than one goes on with a call: a thread of its own
  ASSERT_TRUE(report(again.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_THAT(lease("l1"), IsEmpty());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_EQ(entry(missed_.entry_id()).answered_by_entry_id(), again.entry_id());
  const auto said = timeline(missed_.conversation_id()).back();
  EXPECT_EQ(said.status().change(), v1::StatusChange::CHANGE_WITHDRAWN);
  EXPECT_EQ(said.agent_id(), "ana");
  EXPECT_EQ(said.answers_entry_id(), again.entry_id());
  EXPECT_THAT(said.reason(), ::testing::HasSubstr("the customer rang"));
  EXPECT_THAT(owed(missed_.conversation_id()), IsEmpty());
}

TEST_F(CallbacksTest, WhoseDialWasAboutToBeginIsToldAndNothingOfItCountsAnyMore) {
  const auto reply = call_back(missed_.entry_id());
  ASSERT_THAT(lease("l1"), SizeIs(1));
  ASSERT_TRUE(receipt(reply.id(), v1::DELIVERY_STATE_QUEUED, "l1").ok());
  ASSERT_TRUE(report(accept(call("c2")).entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_EQ(receipt(reply.id(), v1::DELIVERY_STATE_QUEUED, "l1").error().reason, Reason::kWithdrawn);
  ASSERT_TRUE(receipt(reply.id(), v1::DELIVERY_STATE_FAILED, "l1").ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_THAT(owed(missed_.conversation_id()), IsEmpty());
  clock_.advance(std::chrono::minutes{10});
  EXPECT_THAT(lease("l2"), IsEmpty());
  // They talked in it all the same.
  ASSERT_TRUE(receipt(reply.id(), v1::DELIVERY_STATE_SENT, "l1").ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_SENT);
}

TEST_F(CallbacksTest, WhatIsPromisedInATalkIsKeptHoweverTheCallGoesOn) {
  const auto again = accept(call("c2", "c1"));
  ASSERT_TRUE(report(again.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  const auto promised = call_back(again.entry_id());
  ASSERT_TRUE(report(again.entry_id(), 2, v1::CALL_STATE_ENDED, 5).ok());
  EXPECT_EQ(entry(promised.id()).delivery(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_THAT(lease("l1"), SizeIs(1));
}

TEST_F(CallbacksTest, AnAnsweredCallOfSomebodyElseWithdrawsNothing) {
  const auto reply = call_back(missed_.entry_id());
  const auto other = accept(call("c2", "", "+37120000001"));
  ASSERT_TRUE(report(other.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_THAT(timeline(other.conversation_id()), SizeIs(1));
}

TEST_F(CallbacksTest, ACallBackThatWaitsIsToldWithTheConversationAndASecondIsRefused) {
  const auto reply = call_back(missed_.entry_id());
  const auto waits = conversation(missed_.conversation_id()).waiting_callbacks();
  ASSERT_THAT(waits, SizeIs(1));
  EXPECT_EQ(waits[0].entry_id(), reply.id());
  EXPECT_EQ(waits[0].agent_id(), "ana");
  const auto again = accept(call("c2"));
  const auto second = run(service_->reply(answer(again.entry_id(), "second")));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, Reason::kIllegalTransition);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr(reply.id()));
  ASSERT_THAT(lease("l1"), SizeIs(1));
  ASSERT_TRUE(receipt(reply.id(), v1::DELIVERY_STATE_SENT, "l1").ok());
  EXPECT_THAT(conversation(missed_.conversation_id()).waiting_callbacks(), IsEmpty());
  EXPECT_TRUE(run(service_->reply(answer(again.entry_id(), "third"))).ok());
}

TEST_F(CallbacksTest, AnAgentCallsACallBackOffAndWhatItHadAnsweredIsOwedAgain) {
  const auto reply = call_back(missed_.entry_id());
  ASSERT_THAT(lease("l1"), SizeIs(1));
  ASSERT_TRUE(call_off(reply.id()).ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_EQ(entry(reply.id()).delivery_detail(), "they wrote");
  EXPECT_EQ(receipt(reply.id(), v1::DELIVERY_STATE_QUEUED, "l1").error().reason, Reason::kWithdrawn);
  clock_.advance(std::chrono::minutes{10});
  EXPECT_THAT(lease("l2"), IsEmpty());
  const auto now = conversation(missed_.conversation_id());
  EXPECT_THAT(now.waiting_callbacks(), IsEmpty());
  EXPECT_EQ(owed(missed_.conversation_id()), std::vector<std::string>{missed_.entry_id()});
  EXPECT_EQ(now.ticket().state(), v1::TICKET_STATE_QUEUED);
  const auto said = timeline(missed_.conversation_id()).back();
  EXPECT_EQ(said.status().change(), v1::StatusChange::CHANGE_CALLED_OFF);
  EXPECT_EQ(said.agent_id(), "ana");
  EXPECT_EQ(said.reason(), "they wrote");
  EXPECT_EQ(said.answers_entry_id(), reply.id());
  EXPECT_TRUE(run(service_->reply(answer(missed_.entry_id(), "anew"))).ok());
}

TEST_F(CallbacksTest, CallingOffIsDoneOnceAndOnlyWhileTheCallBackWaits) {
  const auto reply = call_back(missed_.entry_id());
  EXPECT_EQ(call_off(missed_.entry_id()).error().code, Code::kNotFound);
  ASSERT_TRUE(call_off(reply.id()).ok());
  ASSERT_TRUE(call_off(reply.id()).ok());
  EXPECT_EQ(call_off(reply.id(), "other").error().reason, Reason::kIllegalTransition);
  const auto entries = timeline(missed_.conversation_id());
  EXPECT_EQ(std::ranges::count_if(entries,
                                  [](const v1::Entry& one) {
                                    return one.status().change() == v1::StatusChange::CHANGE_CALLED_OFF;
                                  }),
            1);
  const auto made = call_back(missed_.entry_id(), "made");
  ASSERT_THAT(lease("l1"), SizeIs(1));
  ASSERT_TRUE(receipt(made.id(), v1::DELIVERY_STATE_SENT, "l1").ok());
  EXPECT_EQ(call_off(made.id(), "late").error().reason, Reason::kIllegalTransition);
}

TEST_F(CallbacksTest, WhoDoesNotHoldTheTicketCallsNothingOff) {
  const auto token = assign(missed_.ticket_id(), "ben", 1, "take").assignment_token();
  auto promise = answer(missed_.entry_id(), "back");
  promise.set_agent_id("ben");
  promise.set_assignment_token(token);
  const auto reply = run(service_->reply(promise));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(call_off(reply->entry().id()).error().reason, Reason::kStaleAssignment);
  EXPECT_EQ(entry(reply->entry().id()).delivery(), v1::DELIVERY_STATE_QUEUED);
}

TEST_F(CallbacksTest, ATalkThatHadBegunWhenItWasCalledOffAnswersAllTheSame) {
  const auto reply = call_back(missed_.entry_id());
  ASSERT_THAT(lease("l1"), SizeIs(1));
  ASSERT_TRUE(call_off(reply.id()).ok());
  ASSERT_TRUE(receipt(reply.id(), v1::DELIVERY_STATE_SENT, "l1").ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_SENT);
  EXPECT_THAT(owed(missed_.conversation_id()), IsEmpty());
}

TEST_F(CallbacksTest, CallingOffOverAResolvedTicketPutsItBeforeWhoPromised) {
  call_back(missed_.entry_id());
  const auto reply = conversation(missed_.conversation_id()).waiting_callbacks(0).entry_id();
  v1::ResolveRequest resolve;
  resolve.set_idempotency_key("done");
  resolve.set_ticket_id(missed_.ticket_id());
  ASSERT_TRUE(run(service_->resolve(resolve)).ok());
  ASSERT_TRUE(call_off(reply).ok());
  const auto now = conversation(missed_.conversation_id()).ticket();
  EXPECT_EQ(now.state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(now.wanted_agent_id(), "ana");
}

TEST_F(CallbacksTest, ACallBackIsCalledOffThoughItsCustomerWasMergedSince) {
  const auto reply = call_back(missed_.entry_id());
  const auto other = accept(call("c2", "", "+37120000001"));
  merge(other.conversation_id(), missed_.conversation_id());
  EXPECT_THAT(conversation(other.conversation_id()).waiting_callbacks(), SizeIs(1));
  ASSERT_TRUE(call_off(reply.id()).ok());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_THAT(owed(other.conversation_id()),
              ::testing::UnorderedElementsAre(missed_.entry_id(), other.entry_id()));
  EXPECT_THAT(lease("l1"), IsEmpty());
}

TEST_F(CallbacksTest, ACallBackIsWithdrawnThoughItsCustomerWasMergedSince) {
  const auto reply = call_back(missed_.entry_id());
  const auto other = accept(call("c2", "", "+37120000001"));
  merge(other.conversation_id(), missed_.conversation_id());
  ASSERT_TRUE(report(other.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_THAT(lease("l1"), IsEmpty());
  EXPECT_EQ(entry(reply.id()).delivery(), v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_EQ(entry(missed_.entry_id()).answered_by_entry_id(), other.entry_id());
}

TEST_F(CallbacksTest, ACustomerWhoWasMergedIsNotCalledBackTwice) {
  const auto reply = call_back(missed_.entry_id());
  const auto other = accept(call("c2", "", "+37120000001"));
  merge(other.conversation_id(), missed_.conversation_id());
  const auto again = run(service_->reply(answer(other.entry_id(), "another")));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().reason, Reason::kIllegalTransition);
  EXPECT_THAT(again.error().message, ::testing::HasSubstr(reply.id()));
  EXPECT_EQ(call_back(missed_.entry_id()).id(), reply.id()) << "its own key is answered as before";
}

}  // namespace
}  // namespace hark::conversation
