#include <gmock/gmock.h>

#include <map>
#include <set>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

TEST_F(ConversationsTest, AVerdictIsSetOnceByARoutingLeaderWhoIsNotFencedOff) {
  const auto in = accept(mail("m1"));
  v1::AnnotateTicketRequest request;
  request.set_idempotency_key("v1");
  request.set_ticket_id(in.ticket_id());
  request.set_fencing_token(7);
  request.mutable_verdict()->set_language("lv");
  request.mutable_verdict()->set_sentiment(-60);
  const auto stored = run(service_->annotate_ticket(request));
  ASSERT_TRUE(stored.ok()) << stored.error().message;
  EXPECT_EQ(stored->ticket().verdict().language(), "lv");

  request.set_idempotency_key("v2");
  request.mutable_verdict()->set_language("en");
  EXPECT_EQ(run(service_->annotate_ticket(request))->ticket().verdict().language(), "lv");
  EXPECT_EQ(conversation(in.conversation_id()).ticket().verdict().sentiment(), -60);

  v1::RaiseFenceRequest fence;
  fence.set_fencing_token(8);
  ASSERT_TRUE(run(service_->raise_fence(fence)).ok());
  request.set_idempotency_key("v3");
  EXPECT_EQ(run(service_->annotate_ticket(request)).error().reason, Reason::kStaleFence);
  request.clear_verdict();
  EXPECT_EQ(run(service_->annotate_ticket(request)).error().reason, Reason::kInvalidField);
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

TEST_F(ConversationsTest, ListsEarlierTicketsWithWhatCameOfThem) {
  v1::AcceptResponse last;
  for (const auto* id : {"1", "2", "3"}) {
    last = accept(mail(id));
    if (std::string{id} == "3") break;
    v1::ResolveRequest resolve;
    resolve.set_idempotency_key(std::string{"r"} + id);
    resolve.set_ticket_id(last.ticket_id());
    resolve.set_agent_id("ana");
    resolve.set_disposition(std::string{"sent "} + id);
    resolve.set_waive_reason("done by phone");
    ASSERT_TRUE(run(service_->resolve(resolve)).ok());
    clock_.advance(std::chrono::hours{1});
  }
  v1::ListTicketsRequest request;
  request.set_conversation_id(last.conversation_id());
  const auto tickets = *run(service_->list_tickets(request));
  ASSERT_EQ(tickets.tickets_size(), 3);
  EXPECT_EQ(tickets.tickets(0).id(), last.ticket_id());
  EXPECT_EQ(tickets.tickets(0).disposition(), "");
  EXPECT_EQ(tickets.tickets(1).disposition(), "sent 2");
  EXPECT_EQ(tickets.tickets(1).resolved_by(), "ana");
  EXPECT_GT(tickets.tickets(1).resolved_at_ms(), tickets.tickets(2).resolved_at_ms());
  request.set_conversation_id("con_" + std::string(26, '0'));
  EXPECT_EQ(run(service_->list_tickets(request)).error().reason, Reason::kConversationNotFound);
}

TEST_F(ConversationsTest, FindsConversationsByNameAddressSubjectAndWords) {
  auto named = mail("1", "b\u0113rzi\u0146\u0161@x.lv");
  named.mutable_sender()->set_name("Anna B\u0113rzi\u0146a");
  named.mutable_content()->set_subject("Invoice 4711");
  const auto first = accept(named);
  clock_.advance(std::chrono::minutes{1});
  const auto second = accept(mail("2", "paul@y.lv"));
  const auto found = [&](const std::string& query) {
    v1::SearchRequest request;
    request.set_query(query);
    std::vector<std::string> ids;
    const auto response = *run(service_->search(request));
    for (const auto& hit : response.hits()) ids.push_back(hit.conversation().id() + " " + hit.where());
    return ids;
  };
  EXPECT_THAT(found("berzina ANNA"), ElementsAre(first.conversation_id() + " name"));
  EXPECT_THAT(found("invoice 4711"), ElementsAre(first.conversation_id() + " subject"));
  EXPECT_THAT(found("paul@y.lv"), ElementsAre(second.conversation_id() + " address"));
  EXPECT_THAT(found("broken"),
              ElementsAre(second.conversation_id() + " text", first.conversation_id() + " text"))
      << "what changed last comes first";
  EXPECT_THAT(found("paul broken"), ElementsAre(second.conversation_id() + " address"));
  EXPECT_THAT(found("nobody"), ::testing::IsEmpty());
  v1::SearchRequest bad;
  bad.set_query(" ?! ");
  EXPECT_EQ(run(service_->search(bad)).error().reason, Reason::kInvalidField);
  bad.set_query(std::string(kQueryBytesMax + 1, 'a'));
  EXPECT_EQ(run(service_->search(bad)).error().reason, Reason::kInvalidField);
}

TEST_F(ConversationsTest, DoesNotFindAWhisperForThoseWhoMayNotReadIt) {
  const auto first = accept(mail("1"));
  v1::AddNoteRequest note;
  note.set_idempotency_key("n1");
  note.set_conversation_id(first.conversation_id());
  note.set_agent_id("sam");
  note.set_text("tactfully");
  note.set_whisper_to("ana");
  ASSERT_TRUE(run(service_->add_note(note)).ok());
  v1::SearchRequest request;
  request.set_query("tactfully");
  for (const auto& [agent, hits] : std::map<std::string, int>{{"ana", 1}, {"sam", 1}, {"", 1}, {"ben", 0}}) {
    request.set_as_agent_id(agent);
    EXPECT_EQ(run(service_->search(request))->hits_size(), hits) << agent;
  }
}

TEST_F(ConversationsTest, SearchesABoundedNumberAtOnceAndGoesOnFromThere) {
  for (int i = 0; i < kSearchedPerCall + 20; ++i) {
    auto message = mail("m" + std::to_string(i), "c" + std::to_string(i) + "@x.lv");
    if (i == 5) message.mutable_content()->set_text("a zebra");
    accept(std::move(message));
    clock_.advance(std::chrono::seconds{1});
  }
  v1::SearchRequest request;
  request.set_query("c5@x.lv");
  EXPECT_EQ(run(service_->search(request))->hits(0).conversation().addresses(0).address(), "mailto:c5@x.lv")
      << "an address is found first, however old it is";
  request.set_query("zebra");
  auto response = *run(service_->search(request));
  EXPECT_EQ(response.hits_size(), 0);
  ASSERT_FALSE(response.next_page_token().empty());
  EXPECT_GT(response.searched_back_to_ms(), 0);
  request.set_page_token(response.next_page_token());
  response = *run(service_->search(request));
  EXPECT_EQ(response.hits_size(), 1);
  EXPECT_TRUE(response.next_page_token().empty());

  request.set_query("kettle");
  request.clear_page_token();
  std::set<std::string> seen;
  do {
    response = *run(service_->search(request));
    for (const auto& hit : response.hits()) EXPECT_TRUE(seen.insert(hit.conversation().id()).second);
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_THAT(seen, SizeIs(kSearchedPerCall + 20));
}

TEST_F(ConversationsTest, FindsThePlaceInTheLogWhereATimeBegins) {
  const auto begin = clock_.now();
  std::string conversation;
  for (int i = 0; i < 10; ++i) {
    conversation = accept(mail("m" + std::to_string(i))).conversation_id();
    clock_.advance(std::chrono::minutes{1});
  }
  const auto partition = *partition_of(conversation);
  const auto at = [&](Duration after) { return *run(store_.position_before(partition, 10, begin + after)); };
  EXPECT_EQ(at(Duration{0}), 0);
  EXPECT_EQ(at(Duration{1}), 1);
  EXPECT_EQ(at(std::chrono::minutes{5}), 5);
  EXPECT_EQ(at(std::chrono::hours{1}), 10);
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
