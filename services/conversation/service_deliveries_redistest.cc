#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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

TEST_F(OutboxTest, AnAnswerIsPublicIfTheMessageIsUnlessItsWriterAloneIsToReadIt) {
  auto comment = mail("m2");
  comment.set_is_public(true);
  comment.set_group("album");
  const auto accepted = accept(comment);
  EXPECT_TRUE(timeline(accepted.conversation_id()).back().is_public());
  EXPECT_EQ(timeline(accepted.conversation_id()).back().group(), "album");
  auto in_public = answer(accepted.entry_id(), "k2");
  auto in_private = answer(accepted.entry_id(), "k3");
  in_private.set_privately(true);
  ASSERT_TRUE(run(service_->reply(in_public))->entry().is_public());
  ASSERT_FALSE(run(service_->reply(in_private))->entry().is_public());
  std::vector<bool> went_out;
  for (const auto& message : lease("l1")) went_out.push_back(message.is_public());
  EXPECT_THAT(went_out, ::testing::UnorderedElementsAre(false, true, false));
  auto of_a_mail = answer(in_.entry_id(), "k4");
  of_a_mail.set_privately(true);
  EXPECT_EQ(run(service_->reply(of_a_mail)).error().reason, Reason::kInvalidField);
}

TEST_F(OutboxTest, NothingWaitsForAnAccountThatIsConfiguredNoMore) {
  gone_accounts_ = {"support"};
  start_service();
  EXPECT_EQ(run(service_->reply(answer(in_.entry_id(), "k9"))).error().reason, Reason::kAccountUnknown);
}

TEST_F(OutboxTest, ARefusalForNowComesAgainLater) {
  lease("l1");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_QUEUED, "451 busy").ok());
  EXPECT_EQ(reply().delivery_again_at_ms(), to_ms(clock_.now() + std::chrono::seconds{60}));
  EXPECT_THAT(lease("l2"), SizeIs(0));
  clock_.advance(std::chrono::seconds{61});
  EXPECT_THAT(lease("l3"), SizeIs(1));
  EXPECT_EQ(reply().delivery_detail(), "451 busy");
}

TEST_F(OutboxTest, WhatHasFailedIsNotTriedAgainByANewsThatComesLate) {
  lease("l1");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_FAILED, "no such user").ok());
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_QUEUED, "451 busy").ok());
  clock_.advance(std::chrono::hours{1});
  EXPECT_THAT(lease("l2"), SizeIs(0));
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_FAILED);
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

/// A reply whose ticket was resolved, as it should be: nothing is left to do until the reply comes back.
class NotArrivedTest : public OutboxTest {
 protected:
  void SetUp() override {
    ASSERT_THAT(lease("l1"), SizeIs(1));
    ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_SENT).ok());
  }
  void resolve(const std::string& key = "r1") {
    v1::ResolveRequest request;
    request.set_idempotency_key(key);
    request.set_ticket_id(in_.ticket_id());
    const auto resolved = run(service_->resolve(request));
    ASSERT_TRUE(resolved.ok()) << resolved.error().message;
  }
  void bounce(const std::string& reply_id, const std::string& native_id = "dsn1",
              v1::DeliveryState state = v1::DELIVERY_STATE_BOUNCED, const std::string& recipient = "") {
    v1::BounceReport report;
    report.set_native_id(native_id);
    report.set_account_id("support");
    report.set_state(state);
    report.set_detail("5.1.1 no such user");
    report.set_recipient(recipient);
    report.add_references(native_id_of(reply_id) + "@hark.localhost");
    ASSERT_TRUE(run(service_->receive_bounce(report)).ok());
  }
  std::string native_id_of(const std::string& reply_id) { return run(store_.entry(reply_id))->native_id(); }
  v1::Conversation now() { return conversation(in_.conversation_id()); }
  std::string reply_again(const std::string& key) {
    const auto replied = run(service_->reply(answer(in_.entry_id(), key)));
    EXPECT_TRUE(replied.ok()) << (replied.ok() ? "" : replied.error().message);
    return replied.ok() ? replied->entry().id() : "";
  }
};

TEST_F(NotArrivedTest, ABounceAfterResolvingOpensTheTicketAgainForWhatIsOwedAndItsAuthorFirst) {
  const auto held = assign(in_.ticket_id(), "ana", 1, "a1");
  auto second = answer(in_.entry_id(), "k2");
  second.set_agent_id("ana");
  second.set_assignment_token(held.assignment_token());
  const auto by_ana = run(service_->reply(second))->entry().id();
  v1::ResolveRequest done;
  done.set_idempotency_key("r1");
  done.set_ticket_id(in_.ticket_id());
  done.set_agent_id("ana");
  done.set_assignment_token(held.assignment_token());
  ASSERT_TRUE(run(service_->resolve(done)).ok());
  bounce(reply_id_);
  EXPECT_EQ(now().ticket().state(), v1::TICKET_STATE_RESOLVED);  // the second one stands in
  clock_.advance(std::chrono::hours{2});
  bounce(by_ana, "dsn2");
  EXPECT_EQ(now().ticket().id(), in_.ticket_id());
  EXPECT_EQ(now().ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_EQ(now().ticket().wanted_agent_id(), "ana");
  EXPECT_EQ(now().ticket().waiting_since_ms(), to_ms(clock_.now()));
  EXPECT_THAT(now().open_obligations(), ElementsAre(in_.entry_id()));
  const auto status = timeline(in_.conversation_id()).back();
  EXPECT_EQ(status.status().change(), v1::StatusChange::CHANGE_REOPENED);
  EXPECT_EQ(status.reason(), "5.1.1 no such user");
  EXPECT_EQ(status.answers_entry_id(), by_ana);
}

TEST_F(NotArrivedTest, TheSameReportTwiceAndTwoReportsOfOneReplyMakeWorkOnce) {
  resolve();
  bounce(reply_id_);
  bounce(reply_id_);
  bounce(reply_id_, "another report");
  int told = 0;
  for (const auto& entry : timeline(in_.conversation_id())) {
    told += entry.status().change() == v1::StatusChange::CHANGE_REOPENED ? 1 : 0;
  }
  EXPECT_EQ(told, 1);
}

TEST_F(NotArrivedTest, WhoHoldsTheTicketKeepsItAndOwesTheAnswerAgain) {
  const auto held = assign(in_.ticket_id(), "ana", 1, "a1");
  bounce(reply_id_);
  EXPECT_EQ(now().ticket().agent_id(), "ana");
  EXPECT_EQ(now().ticket().assignment_token(), held.assignment_token());
  EXPECT_THAT(now().open_obligations(), ElementsAre(in_.entry_id()));
  EXPECT_EQ(timeline(in_.conversation_id()).back().answers_entry_id(), reply_id_);
}

TEST_F(NotArrivedTest, AnAnswerGivenMeanwhileIsAnAnswerUntilItComesBackToo) {
  const auto second = reply_again("k2");
  resolve();
  bounce(reply_id_);
  EXPECT_THAT(now().open_obligations(), IsEmpty());
  EXPECT_EQ(now().ticket().state(), v1::TICKET_STATE_RESOLVED);
  EXPECT_EQ(timeline(in_.conversation_id()).front().answered_by_entry_id(), second);
  bounce(second, "dsn2");
  EXPECT_THAT(now().open_obligations(), ElementsAre(in_.entry_id()));
  EXPECT_EQ(now().ticket().state(), v1::TICKET_STATE_QUEUED);
}

TEST_F(NotArrivedTest, AReportOfDelayIsToldAndMakesNoWork) {
  resolve();
  bounce(reply_id_, "dsn1", v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_SENT);
  EXPECT_EQ(reply().delivery_detail(), "5.1.1 no such user");
  EXPECT_EQ(now().ticket().state(), v1::TICKET_STATE_RESOLVED);
}

TEST_F(NotArrivedTest, ABounceOfACopyLeavesTheAnswerAnAnswer) {
  auto with_copy = mail("m2");
  with_copy.mutable_reply_route()->mutable_to()->set_address("mailto:ana@x.lv");
  with_copy.mutable_reply_route()->add_cc()->set_address("mailto:bob@x.lv");
  const auto in = accept(with_copy);
  const auto replied = run(service_->reply(answer(in.entry_id(), "k2")))->entry().id();
  bounce(replied, "dsn2", v1::DELIVERY_STATE_BOUNCED, "Bob@X.lv");
  const auto sent = run(store_.entry(replied));
  EXPECT_EQ(sent->delivery(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(sent->delivery_detail(), "5.1.1 no such user (Bob@X.lv)");
  EXPECT_THAT(now().open_obligations(), IsEmpty());
  bounce(replied, "dsn3", v1::DELIVERY_STATE_BOUNCED, "ana@x.lv");
  EXPECT_THAT(now().open_obligations(), ElementsAre(in.entry_id()));
}

TEST_F(OutboxTest, WhatCouldNotBeSentIsOwedAgainAndALateReceiptSettlesIt) {
  lease("l1");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_UNKNOWN).ok());
  EXPECT_THAT(conversation(in_.conversation_id()).open_obligations(), ElementsAre(in_.entry_id()));
  EXPECT_EQ(timeline(in_.conversation_id()).back().reason(), "nobody knows whether the message arrived");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_FAILED, "451 given up").ok());
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_UNKNOWN);
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_DELIVERED).ok());
  EXPECT_THAT(conversation(in_.conversation_id()).open_obligations(), IsEmpty());
  EXPECT_EQ(conversation(in_.conversation_id()).ticket().state(), v1::TICKET_STATE_QUEUED);
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_UNKNOWN).ok());
  EXPECT_EQ(reply().delivery(), v1::DELIVERY_STATE_DELIVERED);
  ASSERT_TRUE(report("", v1::DELIVERY_STATE_BOUNCED, "5.2.2 full").ok());
  EXPECT_THAT(conversation(in_.conversation_id()).open_obligations(), ElementsAre(in_.entry_id()));
}

TEST_F(OutboxTest, WhatWasWaivedAfterAnUnknownStaysWaivedWhenTheReplyBounces) {
  lease("l1");
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_UNKNOWN).ok());
  v1::ResolveRequest request;
  request.set_idempotency_key("r1");
  request.set_ticket_id(in_.ticket_id());
  request.set_waive_reason("told her by phone");
  ASSERT_TRUE(run(service_->resolve(request)).ok());
  ASSERT_TRUE(report("", v1::DELIVERY_STATE_BOUNCED).ok());
  EXPECT_THAT(conversation(in_.conversation_id()).open_obligations(), IsEmpty());
  EXPECT_EQ(conversation(in_.conversation_id()).ticket().state(), v1::TICKET_STATE_RESOLVED);
}

}  // namespace
}  // namespace hark::conversation
