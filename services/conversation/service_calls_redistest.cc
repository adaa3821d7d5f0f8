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
  v1::MergeRequest merge;
  merge.set_idempotency_key("merge");
  merge.set_survivor_id(other.conversation_id());
  merge.set_loser_id(in.conversation_id());
  merge.set_agent_id("ana");
  merge.set_reason("the same person");
  ASSERT_TRUE(run(service_->merge(merge)).ok());
  ASSERT_TRUE(report(in.entry_id(), 1, v1::CALL_STATE_ANSWERED, 5).ok());
  EXPECT_EQ(owed(other.conversation_id()), std::vector<std::string>{other.entry_id()});
  for (const auto& entry : timeline(other.conversation_id())) {
    if (entry.id() == in.entry_id()) EXPECT_EQ(entry.call().state(), v1::CALL_STATE_ANSWERED);
  }
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

TEST_F(CallsTest, AReportOfNothingThatIsThereIsRefused) {
  const auto in = accept(call("c1"));
  EXPECT_EQ(report(in.entry_id(), 1, v1::CALL_STATE_UNSPECIFIED).error().reason, Reason::kInvalidField);
  EXPECT_EQ(report("ent_00000000000000000000000000", 1, v1::CALL_STATE_QUEUED).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace hark::conversation
