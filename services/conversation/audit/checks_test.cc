#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conversation/audit/facts.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A conversation with one message and its answer, in which nothing is wrong.
class AuditChecks : public ::testing::Test {
 protected:
  AuditChecks() {
    facts_.id = "con_1";
    facts_.last_sequence = facts_.cut_sequence = 2;
    auto& mail = facts_.entries.emplace_back();
    mail.set_id("ent_1");
    mail.set_sequence(1);
    mail.set_kind(v1::ENTRY_KIND_INBOUND);
    mail.set_channel(v1::CHANNEL_EMAIL);
    mail.set_account_id("support");
    mail.set_native_id("m1");
    mail.set_thread_id("thr_1");
    mail.mutable_sender()->set_address("mailto:ana@x.lv");
    mail.set_obligation(v1::OBLIGATION_STATE_ANSWERED);
    mail.set_answered_by_entry_id("ent_2");
    auto& reply = facts_.entries.emplace_back();
    reply.set_id("ent_2");
    reply.set_sequence(2);
    reply.set_kind(v1::ENTRY_KIND_REPLY);
    reply.set_channel(v1::CHANNEL_EMAIL);
    reply.set_account_id("support");
    reply.set_native_id("o1");
    reply.set_thread_id("thr_1");
    reply.set_answers_entry_id("ent_1");
    reply.mutable_to()->set_address("mailto:ana@x.lv");
    add_event(v1::EVENT_TYPE_ACCEPTED, "ent_1", 1).mutable_ticket()->set_id("tkt_1");
    add_event(v1::EVENT_TYPE_REPLIED, "ent_2", 2);
    auto& ticket = facts_.tickets.emplace_back();
    ticket.set_id("tkt_1");
    ticket.set_state(v1::TICKET_STATE_QUEUED);
  }

  v1::Event& add_event(v1::EventType type, const std::string& entry, std::int64_t sequence) {
    auto& event = facts_.events.emplace_back();
    event.set_type(type);
    event.set_entry_id(entry);
    event.set_sequence(sequence);
    event.set_ticket_id("tkt_1");
    return event;
  }

  std::vector<std::string> broken() {
    AuditReport report;
    SeenIds seen;
    check_conversation(facts_, seen, report);
    std::vector<std::string> promises;
    for (const auto& finding : report.findings) promises.push_back(finding.promise);
    return promises;
  }

  ConversationFacts facts_;
};

TEST_F(AuditChecks, FindNothingWhereNothingIsWrong) { EXPECT_THAT(broken(), IsEmpty()); }

TEST_F(AuditChecks, TakeACallAsAnsweredByItselfOnlyIfSomebodyTalked) {
  facts_.entries[0].set_answered_by_entry_id("ent_1");
  EXPECT_THAT(broken(), ElementsAre("P5"));
  facts_.entries[0].mutable_call()->set_answered_at_ms(5);
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(AuditChecks, FindAPublicAnswerToAPrivateMessage) {
  facts_.entries[1].set_is_public(true);
  EXPECT_THAT(broken(), ElementsAre("P4"));
  facts_.entries[0].set_is_public(true);
  EXPECT_THAT(broken(), IsEmpty());
  facts_.entries[1].set_is_public(false);
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(AuditChecks, FindAnEntryThatIsGone) {
  facts_.entries.erase(facts_.entries.begin() + 1);
  facts_.entries[0].set_obligation(v1::OBLIGATION_STATE_OPEN);
  facts_.owed.insert("ent_1");
  EXPECT_THAT(broken(), ElementsAre("P1"));
}

TEST_F(AuditChecks, FindOneMessageThatIsTwoEntries) {
  auto twin = facts_.entries[0];
  twin.set_id("ent_3");
  twin.set_sequence(3);
  twin.set_obligation(v1::OBLIGATION_STATE_WAIVED);
  twin.mutable_status()->set_change(v1::StatusChange::CHANGE_WAIVED);
  facts_.entries.push_back(twin);
  facts_.last_sequence = 3;
  EXPECT_THAT(broken(), ElementsAre("P2"));
}

TEST_F(AuditChecks, FindASecondOpenTicket) {
  auto& event = add_event(v1::EVENT_TYPE_ACCEPTED, "", 0);
  event.set_ticket_id("tkt_2");
  event.mutable_ticket()->set_id("tkt_2");
  EXPECT_THAT(broken(), ElementsAre("P3"));
}

TEST_F(AuditChecks, FindAReplyThatWentElsewhereWithoutASwitch) {
  facts_.entries[1].mutable_to()->set_address("mailto:bob@x.lv");
  EXPECT_THAT(broken(), ElementsAre("P4"));
}

TEST_F(AuditChecks, FindAMessageThatEverybodyForgot) {
  facts_.entries[0].set_obligation(v1::OBLIGATION_STATE_OPEN);
  EXPECT_THAT(broken(), ElementsAre("P5"));
}

TEST_F(AuditChecks, FindAMessageThatIsHeldToBeAnsweredByAReplyThatDidNotArrive) {
  facts_.entries[1].set_delivery(v1::DELIVERY_STATE_BOUNCED);
  EXPECT_THAT(broken(), IsEmpty());  // newer than the cut
  add_event(v1::EVENT_TYPE_DELIVERY, "ent_2", 0).set_delivery(v1::DELIVERY_STATE_BOUNCED);
  EXPECT_THAT(broken(), ElementsAre("P5", "P5"));  // and nobody was told
  auto& status = facts_.entries.emplace_back();
  status.set_id("ent_3");
  status.set_sequence(3);
  status.set_kind(v1::ENTRY_KIND_STATUS);
  status.set_answers_entry_id("ent_2");
  status.mutable_status()->set_change(v1::StatusChange::CHANGE_REOPENED);
  facts_.last_sequence = 3;
  facts_.entries[0].set_obligation(v1::OBLIGATION_STATE_OPEN);
  facts_.owed.insert("ent_1");
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(AuditChecks, TakeACallInWhichTheCustomerWasHeardForAnAnswerInWhateverThread) {
  auto& call = facts_.entries[1];
  call.set_kind(v1::ENTRY_KIND_INBOUND);
  call.set_obligation(v1::OBLIGATION_STATE_ANSWERED);
  call.set_answered_by_entry_id(call.id());
  call.set_thread_id("thr_2");
  call.mutable_sender()->set_address("tel:+37120000000");
  EXPECT_THAT(broken(), ::testing::Contains("P5"));
  call.mutable_call()->set_answered_at_ms(5);
  EXPECT_THAT(broken(), ::testing::Not(::testing::Contains("P5")));
}

TEST_F(AuditChecks, FindAMessageThatIsHeldToBeAnsweredByAReplyThatWasWithdrawn) {
  facts_.entries[1].set_delivery(v1::DELIVERY_STATE_WITHDRAWN);
  add_event(v1::EVENT_TYPE_DELIVERY, "ent_2", 0).set_delivery(v1::DELIVERY_STATE_WITHDRAWN);
  EXPECT_THAT(broken(), ElementsAre("P5"));
}

TEST_F(AuditChecks, FindAGapInTheTimeline) {
  facts_.entries[1].set_sequence(3);
  facts_.last_sequence = 3;
  facts_.events[1].set_sequence(3);
  EXPECT_THAT(broken(), ElementsAre("P6"));
}

}  // namespace
}  // namespace hark::conversation
