#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A customer who may be answered for an hour, on an account that sends pictures and one template.
class SendingTest : public ConversationsTest {
 protected:
  SendingTest() {
    v1::SendingRules rules;
    rules.set_account_id("support");
    rules.set_network("Network");
    rules.set_files_max(2);
    rules.add_files()->set_content_type("image/");
    rules.mutable_files(0)->set_size_max(100);
    auto& one = *rules.add_templates();
    one.set_name("ready");
    one.set_language("en");
    one.set_text("Dear {{1}}");
    HARK_CHECK(run(service_->keep_rules("support", rules)).ok());
  }
  v1::InboundMessage heard(const std::string& id, Duration ago = 0s) {
    auto message = mail(id);
    message.set_answerable_until_ms(to_ms(clock_.now() - ago + 1h));
    message.mutable_thread()->add_references("m1@x.lv");
    return message;
  }
  std::int64_t closes_at(const std::string& id) {
    const auto found = conversation(id);
    return found.reply_windows_size() == 1 ? found.reply_windows(0).closes_at_ms() : 0;
  }
  Reason refusal(const v1::ReplyRequest& request) {
    const auto replied = run(service_->reply(request));
    return replied.ok() ? Reason::kUnspecified : replied.error().reason;
  }
  v1::ReplyRequest with_template(const std::string& entry, const std::string& value) {
    auto request = answer(entry);
    request.clear_text();
    request.mutable_template_()->set_name("ready");
    request.mutable_template_()->set_language("en");
    auto& field = *request.mutable_template_()->add_fields();
    field.set_name("1");
    field.set_value(value);
    return request;
  }
};

TEST_F(SendingTest, TheWindowIsTheLatestAndAMessageThatComesLateShortensNothing) {
  const auto in = accept(heard("m1"));
  clock_.advance(10min);
  accept(heard("m2"));
  const auto closes = to_ms(clock_.now() + 1h);
  EXPECT_EQ(closes_at(in.conversation_id()), closes);
  accept(heard("m3", 30min));
  EXPECT_EQ(closes_at(in.conversation_id()), closes);
  EXPECT_THAT(conversation(accept(mail("n1", "eve@y.lv")).conversation_id()).reply_windows(), IsEmpty());
}

TEST_F(SendingTest, AfterTheWindowOnlyATemplateGoesOut) {
  const auto in = accept(heard("m1"));
  clock_.advance(1h);
  EXPECT_EQ(refusal(answer(in.entry_id())), Reason::kWindowClosed);
  EXPECT_EQ(refusal(with_template(in.entry_id(), " ")), Reason::kTemplateUnfit);
  EXPECT_THAT(timeline(in.conversation_id()), SizeIs(1));
  const auto sent = run(service_->reply(with_template(in.entry_id(), "Ana")));
  ASSERT_TRUE(sent.ok()) << sent.error().message;
  EXPECT_EQ(sent->entry().content().text(), "Dear Ana");
  EXPECT_EQ(sent->entry().template_().fields(0).value(), "Ana");
}

TEST_F(SendingTest, ACommentIsAnsweredInPublicForEverAndInPrivateForATime) {
  auto comment = heard("m2", 2h);
  comment.set_is_public(true);
  const auto in = accept(comment);
  EXPECT_TRUE(conversation(in.conversation_id()).reply_windows().empty());
  auto privately = answer(in.entry_id(), "k1");
  privately.set_privately(true);
  EXPECT_EQ(refusal(privately), Reason::kWindowClosed);
  EXPECT_TRUE(run(service_->reply(answer(in.entry_id(), "k2"))).ok());
  auto with_file = answer(in.entry_id(), "k3");
  with_file.add_attachments()->set_content_type("image/png");
  EXPECT_EQ(refusal(with_file), Reason::kFileUnsendable);
}

TEST_F(SendingTest, WhatWasSentInTimeIsToldAgainAfterTheWindow) {
  const auto in = accept(heard("m1"));
  const auto first = run(service_->reply(answer(in.entry_id())));
  clock_.advance(2h);
  EXPECT_EQ(run(service_->reply(answer(in.entry_id())))->entry().id(), first->entry().id());
  EXPECT_EQ(refusal(answer(in.entry_id(), "k2")), Reason::kWindowClosed);
}

TEST_F(SendingTest, FilesMayGoWithoutWordsIfTheAccountTakesThem) {
  const auto in = accept(heard("m1"));
  auto request = answer(in.entry_id());
  request.clear_text();
  EXPECT_EQ(refusal(request), Reason::kInvalidField);
  auto& file = *request.add_attachments();
  file.set_file_name("a.exe");
  file.set_content_type("application/x-msdownload");
  file.mutable_blob()->set_size_bytes(1);
  EXPECT_EQ(refusal(request), Reason::kFileUnsendable);
  file.set_content_type("image/png");
  EXPECT_EQ(refusal(request), Reason::kUnspecified);
}

TEST_F(SendingTest, RulesAreListedAndHoldUntilTheChannelSaysOtherwise) {
  EXPECT_EQ(run(service_->list_sending_rules({}))->rules(0).network(), "Network");
  ASSERT_TRUE(run(service_->keep_rules("support", {})).ok());
  EXPECT_THAT(run(service_->list_sending_rules({}))->rules(), IsEmpty());
}

TEST_F(SendingTest, AMergedCustomersWindowsAreTheSurvivorsToo) {
  const auto ana = accept(heard("m1"));
  const auto eve = accept(mail("n1", "eve@y.lv"));
  v1::MergeRequest merge;
  merge.set_idempotency_key("merge");
  merge.set_survivor_id(eve.conversation_id());
  merge.set_loser_id(ana.conversation_id());
  merge.set_reason("the same person");
  ASSERT_TRUE(run(service_->merge(merge)).ok());
  EXPECT_EQ(closes_at(eve.conversation_id()), to_ms(clock_.now() + 1h));
}

}  // namespace
}  // namespace hark::conversation
