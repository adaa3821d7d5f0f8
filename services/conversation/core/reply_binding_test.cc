#include "conversation/core/reply_binding.h"

#include <gtest/gtest.h>

namespace hark::conversation {
namespace {

constexpr int kEmail = 1, kChat = 2;

int channel_of(std::string_view account, const void*) {
  if (account == "support" || account == "sales") return kEmail;
  return account == "site" ? kChat : 0;
}

class ReplyBindingTest : public ::testing::Test {
 protected:
  AnsweredMessage mail_{.is_inbound = true,
                        .channel = kEmail,
                        .account_id = "support",
                        .sender = {"mailto:ana@x.lv", "Ana"},
                        .route_to = {"mailto:ana@x.lv", "Ana"},
                        .route_cc = {{"mailto:bob@x.lv", "Bob"}},
                        .subject = "Broken kettle",
                        .own_reference = "b@x.lv",
                        .references = {"a@x.lv", "b@x.lv"}};
  std::vector<std::string> addresses_{"mailto:ana@x.lv", "mailto:ana@work.lv", "chat:site:v1"};

  Result<ReplyBinding> bind(std::optional<SwitchWish> wish = {}, Audience audience = Audience::kAsAnswered) {
    return bind_reply(mail_, audience, wish, addresses_, &channel_of, nullptr);
  }
};

TEST_F(ReplyBindingTest, AnAnswerGoesBackWhereTheMessageCameFrom) {
  const auto binding = bind();
  ASSERT_TRUE(binding.ok());
  EXPECT_EQ(binding->channel, kEmail);
  EXPECT_EQ(binding->account_id, "support");
  EXPECT_EQ(binding->to.address, "mailto:ana@x.lv");
  EXPECT_EQ(binding->cc.size(), 1U);
  EXPECT_EQ(binding->subject, "Re: Broken kettle");
  EXPECT_EQ(binding->in_reply_to, "b@x.lv");
  EXPECT_EQ(binding->references, (std::vector<std::string>{"a@x.lv", "b@x.lv"}));
  EXPECT_FALSE(binding->switched);
}

TEST_F(ReplyBindingTest, OnlyACustomersMessageCanBeAnswered) {
  mail_.is_inbound = false;
  EXPECT_EQ(bind().error().reason, Reason::kNotAnswerable);
}

TEST_F(ReplyBindingTest, ASwitchNeedsAReasonAnAccountAndAnAddressOfTheCustomer) {
  EXPECT_EQ(bind(SwitchWish{kChat, "site", "chat:site:v1", ""}).error().reason, Reason::kSwitchReasonMissing);
  EXPECT_EQ(bind(SwitchWish{kChat, "support", "chat:site:v1", "she asked"}).error().reason,
            Reason::kAccountUnknown);
  EXPECT_EQ(bind(SwitchWish{kChat, "site", "chat:site:other", "she asked"}).error().reason,
            Reason::kAddressUnknown);
}

TEST_F(ReplyBindingTest, ASwitchToAnotherChannelLeavesTheMailThread) {
  const auto binding = bind(SwitchWish{kChat, "site", "chat:site:v1", "she asked"});
  ASSERT_TRUE(binding.ok());
  EXPECT_TRUE(binding->switched);
  EXPECT_EQ(binding->to.address, "chat:site:v1");
  EXPECT_TRUE(binding->cc.empty());
  EXPECT_TRUE(binding->references.empty());
}

TEST_F(ReplyBindingTest, AWishForTheBoundPlaceIsNoSwitch) {
  EXPECT_FALSE(bind(SwitchWish{kEmail, "support", "mailto:ana@x.lv", ""})->switched);
}

TEST_F(ReplyBindingTest, OnlyWhatAnswersAPublicMessageIsPublicAndThatByTheAgentsChoice) {
  EXPECT_FALSE(bind()->is_public);
  EXPECT_EQ(bind({}, Audience::kWriter).error().reason, Reason::kInvalidField);
  mail_.is_public = true;
  EXPECT_TRUE(bind()->is_public);
  EXPECT_FALSE(bind({}, Audience::kWriter)->is_public);
  EXPECT_EQ(bind({}, Audience::kWriter)->to.address, "mailto:ana@x.lv");
  const SwitchWish elsewhere{kChat, "site", "chat:site:v1", "she asked"};
  EXPECT_FALSE(bind(elsewhere)->is_public);
  EXPECT_EQ(bind(elsewhere, Audience::kWriter).error().reason, Reason::kInvalidField);
}

TEST(ReplySubject, SaysReOnce) {
  EXPECT_EQ(reply_subject("RE: x"), "RE: x");
  EXPECT_EQ(reply_subject("  x"), "Re: x");
  EXPECT_EQ(reply_subject(""), "Re: your message");
}

}  // namespace
}  // namespace hark::conversation
