#include <gmock/gmock.h>

#include <set>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_F(ConversationsTest, AnAssignmentThatIsRepeatedIsAnsweredAsAtFirst) {
  const auto in = accept(mail("m1"));
  const auto first = assign(in.ticket_id(), "ana", 1, "a1");
  EXPECT_EQ(first.sender().address(), "mailto:ana@x.lv");
  EXPECT_EQ(assign(in.ticket_id(), "ana", 1, "a1").SerializeAsString(), first.SerializeAsString());
}

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

TEST_F(ConversationsTest, WhatIsToldIsWhatTheLogHas) {
  std::vector<v1::Event> told;
  store_.on_event = [&told](v1::Event event, std::shared_ptr<const v1::Entry>) {
    told.push_back(std::move(event));
  };
  const auto first = accept(mail("m1"));
  accept(mail("m2"));
  v1::ResolveRequest resolve;
  resolve.set_idempotency_key("r");
  resolve.set_ticket_id(first.ticket_id());
  resolve.set_waive_reason("spam");
  clock_.advance(std::chrono::minutes{1});
  ASSERT_TRUE(run(service_->resolve(resolve)).ok());
  clock_.advance(std::chrono::minutes{1});
  accept(mail("m3"));
  auto automatic = mail("m5");
  automatic.set_kind(v1::InboundMessage::KIND_AUTO_REPLY);
  accept(automatic);
  const auto third = accept(mail("m4"));
  const auto held = assign(third.ticket_id(), "ana", 1, "a");
  v1::TransferRequest transfer;
  transfer.set_idempotency_key("t");
  transfer.set_ticket_id(third.ticket_id());
  transfer.set_agent_id("ana");
  transfer.set_assignment_token(held.assignment_token());
  ASSERT_TRUE(run(service_->transfer(transfer)).ok());
  store_.on_event = nullptr;
  const auto logged = run(store_.events(*partition_of(first.conversation_id()), 0, 100));
  ASSERT_TRUE(logged.ok());
  ASSERT_EQ(told.size(), logged->size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].DebugString(), (*logged)[i].DebugString());
  }
  EXPECT_GT(told.back().ticket().previous_resolved_at_ms(), 0) << "of the ticket before";
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
  auto later = answer(in.entry_id());
  later.set_seen_sequence(7);
  later.set_assignment_token(3);
  const auto once_more = run(service_->reply(later));
  ASSERT_TRUE(once_more.ok()) << once_more.error().message;
  EXPECT_EQ(once_more->entry().id(), first->entry().id());
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
  EXPECT_EQ(assign(in.ticket_id(), "bob", 1, "a2", "sam").assignment_token(), 2);
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

TEST_F(ConversationsTest, RoutingTakesATicketOnlyFromWhomItMeans) {
  const auto in = accept(mail("m1"));
  assign(in.ticket_id(), "ana", 1, "a1");
  v1::AssignRequest late;
  late.set_idempotency_key("a2");
  late.set_ticket_id(in.ticket_id());
  late.set_agent_id("bob");
  late.set_fencing_token(1);
  EXPECT_EQ(run(service_->assign(late)).error().reason, Reason::kIllegalTransition) << "of an offer";
  late.set_by_agent_id("sam");
  EXPECT_EQ(run(service_->assign(late))->ticket().assignment_token(), 2) << "a supervisor may";
  v1::TransferRequest gone;
  gone.set_idempotency_key("t1");
  gone.set_ticket_id(in.ticket_id());
  gone.set_fencing_token(1);
  gone.set_assignment_token(1);
  EXPECT_EQ(run(service_->transfer(gone)).error().reason, Reason::kStaleAssignment);
  gone.set_assignment_token(2);
  EXPECT_EQ(run(service_->transfer(gone))->ticket().state(), v1::TICKET_STATE_QUEUED);
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

TEST_F(ConversationsTest, AVerdictIsSetOnceByARoutingLeaderWhoIsNotFencedOff) {
  const auto in = accept(mail("m1"));
  v1::SetVerdictsRequest request;
  request.set_fencing_token(7);
  auto& verdict = (*request.mutable_verdicts())[in.ticket_id()];
  verdict.set_language("lv");
  verdict.set_sentiment(-60);
  const auto stored = run(service_->set_verdicts(request));
  ASSERT_TRUE(stored.ok()) << stored.error().message;
  EXPECT_EQ(conversation(in.conversation_id()).ticket().verdict().language(), "lv");

  verdict.set_language("en");
  ASSERT_TRUE(run(service_->set_verdicts(request)).ok());
  EXPECT_EQ(conversation(in.conversation_id()).ticket().verdict().language(), "lv");
  EXPECT_EQ(conversation(in.conversation_id()).ticket().verdict().sentiment(), -60);

  v1::RaiseFenceRequest fence;
  fence.set_fencing_token(8);
  ASSERT_TRUE(run(service_->raise_fence(fence)).ok());
  EXPECT_EQ(run(service_->set_verdicts(request)).error().reason, Reason::kStaleFence);
}

TEST_F(ConversationsTest, VerdictsOfManyTicketsAreSetAtOnceAndWhatIsNoLongerOpenIsPassedOver) {
  v1::SetVerdictsRequest request;
  request.set_fencing_token(1);
  std::vector<v1::AcceptResponse> accepted;
  for (int i = 0; i < 20; ++i) {
    auto message = mail("m" + std::to_string(i));
    message.mutable_sender()->set_address("mailto:c" + std::to_string(i) + "@x.lv");
    accepted.push_back(accept(message));
    (*request.mutable_verdicts())[accepted.back().ticket_id()].set_sentiment(-i - 1);
  }
  v1::ResolveRequest resolve;
  resolve.set_idempotency_key("r");
  resolve.set_ticket_id(accepted[7].ticket_id());
  resolve.set_waive_reason("spam");
  ASSERT_TRUE(run(service_->resolve(resolve)).ok());
  ASSERT_TRUE(run(service_->set_verdicts(request)).ok());
  for (int i = 0; i < 20; ++i) {
    const v1::Ticket ticket = conversation(accepted[static_cast<std::size_t>(i)].conversation_id()).ticket();
    EXPECT_EQ(ticket.has_verdict(), i != 7);
    if (i != 7) EXPECT_EQ(ticket.verdict().sentiment(), -i - 1);
  }
  (*request.mutable_verdicts())["no ticket"];
  EXPECT_EQ(run(service_->set_verdicts(request)).error().reason, Reason::kInvalidField);
}

TEST_F(ConversationsTest, AnAssignmentBringsTheVerdictIfThereIsNoneYet) {
  const auto in = accept(mail("m1"));
  v1::AssignRequest request;
  request.set_idempotency_key("a1");
  request.set_ticket_id(in.ticket_id());
  request.set_agent_id("ana");
  request.set_fencing_token(1);
  request.mutable_verdict()->set_language("lv");
  EXPECT_EQ(run(service_->assign(request))->ticket().verdict().language(), "lv");
  EXPECT_EQ(run(service_->assign(request))->ticket().assignment_token(), 1) << "a repetition assigns once";

  request.set_idempotency_key("a2");
  request.set_agent_id("ben");
  request.set_by_agent_id("sam");
  request.mutable_verdict()->set_language("en");
  const auto again = run(service_->assign(request));
  EXPECT_EQ(again->ticket().agent_id(), "ben");
  EXPECT_EQ(again->ticket().verdict().language(), "lv") << "the first one is kept";
}

TEST_F(ConversationsTest, AMissedTargetIsOneStatusEntryHoweverOftenItIsTold) {
  const auto in = accept(mail("m1"));
  v1::AnnotateTicketRequest request;
  request.set_idempotency_key("sla-1");
  request.set_ticket_id(in.ticket_id());
  request.set_fencing_token(1);
  request.mutable_sla()->set_metric(v1::SLA_METRIC_FIRST_RESPONSE);
  request.mutable_sla()->set_percent(100);
  request.mutable_sla()->set_policy("gold");
  ASSERT_TRUE(run(service_->annotate_ticket(request)).ok());
  ASSERT_TRUE(run(service_->annotate_ticket(request)).ok());
  const auto entries = timeline(in.conversation_id());
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[1].status().change(), v1::StatusChange::CHANGE_SLA_MISSED);
  EXPECT_EQ(entries[1].status().sla().metric(), v1::SLA_METRIC_FIRST_RESPONSE);
  EXPECT_EQ(entries[1].reason(), "gold");
}

TEST_F(ConversationsTest, ATicketKnowsWhenTheOneBeforeItWasResolved) {
  const auto in = accept(mail("m1"));
  EXPECT_EQ(conversation(in.conversation_id()).ticket().previous_resolved_at_ms(), 0);
  v1::ResolveRequest request;
  request.set_idempotency_key("r1");
  request.set_ticket_id(in.ticket_id());
  request.set_waive_reason("spam");
  const auto resolved = run(service_->resolve(request));
  ASSERT_TRUE(resolved.ok());
  accept(mail("m2"));
  EXPECT_EQ(conversation(in.conversation_id()).ticket().previous_resolved_at_ms(),
            resolved->ticket().resolved_at_ms());
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

TEST_F(ConversationsTest, ASupervisorMovesATicketThatAnotherHoldsOrThatWaits) {
  const auto first = accept(mail("1"));
  v1::TransferRequest move;
  move.set_idempotency_key("m1");
  move.set_ticket_id(first.ticket_id());
  move.set_agent_id("sam");
  move.set_wanted_agent_id("ben");
  move.set_reason("ben knows them");
  EXPECT_EQ(run(service_->transfer(move)).error().reason, Reason::kIllegalTransition) << "it waits";
  move.set_by_supervisor(true);
  EXPECT_EQ(run(service_->transfer(move))->ticket().wanted_agent_id(), "ben");

  const auto held = assign(first.ticket_id(), "ana", 1, "a1");
  move.set_idempotency_key("m2");
  move.set_assignment_token(held.assignment_token());
  move.set_by_supervisor(false);
  EXPECT_EQ(run(service_->transfer(move)).error().reason, Reason::kStaleAssignment) << "sam does not hold it";
  move.set_by_supervisor(true);
  move.set_assignment_token(held.assignment_token() + 1);
  EXPECT_EQ(run(service_->transfer(move)).error().reason, Reason::kStaleAssignment)
      << "it is not the assignment that sam saw";
  move.set_assignment_token(held.assignment_token());
  const auto moved = *run(service_->transfer(move));
  EXPECT_EQ(moved.ticket().state(), v1::TICKET_STATE_QUEUED);
  EXPECT_THAT(moved.ticket().declined_by(), ElementsAre("ana"));
  v1::ListTimelineRequest all;
  all.set_conversation_id(first.conversation_id());
  const auto timeline = *run(service_->list_timeline(all));
  const auto& record = timeline.entries(timeline.entries_size() - 1);
  EXPECT_EQ(record.agent_id(), "sam");
  EXPECT_EQ(record.reason(), "ben knows them");
}

TEST_F(ConversationsTest, ANoteIsTheSameNoteWhenItIsSaidAgainAndItsEventNamesWhomItIsFor) {
  const auto first = accept(mail("1"));
  v1::AddNoteRequest note;
  note.set_idempotency_key("n1");
  note.set_conversation_id(first.conversation_id());
  note.set_agent_id("sam");
  note.set_text("@ana and @ben: look");
  note.add_mentions("ana");
  note.add_mentions("ben");
  const auto noted = *run(service_->add_note(note));
  EXPECT_EQ(run(service_->add_note(note))->entry().id(), noted.entry().id());
  EXPECT_THAT(noted.entry().mentions(), ElementsAre("ana", "ben"));
  note.set_idempotency_key("n2");
  note.clear_mentions();
  note.set_whisper_to("ana");
  EXPECT_EQ(run(service_->add_note(note))->entry().whisper_to(), "ana");
  const auto partition = *partition_of(first.conversation_id());
  const auto events = *run(store_.events(partition, 0, 100));
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[1].detail(), "ana ben");
  EXPECT_EQ(events[2].detail(), "ana");
  note.set_idempotency_key("n3");
  for (int i = 0; i < kMentionsMax + 1; ++i) note.add_mentions("agent" + std::to_string(i));
  EXPECT_EQ(run(service_->add_note(note)).error().reason, Reason::kInvalidField);
}

}  // namespace
}  // namespace hark::conversation
