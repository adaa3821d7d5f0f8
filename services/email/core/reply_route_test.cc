#include "email/core/reply_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "email/core/parse_mail.h"

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kOurs{"support@hark.example", "Sales@hark.example"};

ReplyRoute route(std::string_view headers) {
  auto mail = parse_mail(std::string{headers} + "\n\nhello\n");
  EXPECT_TRUE(mail.ok());
  return reply_route(*mail, mail->from.at(0), kOurs);
}

TEST(ReplyRoute, AnswersTheCustomerAndCopiesTheOthersButNotUs) {
  const auto out = route(
      "From: Ana <a@x.lv>\nTo: SUPPORT+abc@hark.example, b@x.lv\nCc: sales@hark.example, A@x.lv, Bo "
      "<B@x.lv>, c@x.lv, bad\n"
      "Subject: Help");
  EXPECT_EQ(out.to, (Mailbox{"a@x.lv", "Ana"}));
  EXPECT_THAT(out.cc, ElementsAre(Mailbox{"b@x.lv", ""}, Mailbox{"c@x.lv", ""}));
  EXPECT_EQ(out.subject, "Re: Help");
  EXPECT_EQ(route("From: a@x.lv\nSubject: RE: Help").subject, "RE: Help");
}

TEST(ReplyRoute, NeverAnswersAList) {
  EXPECT_THAT(route("From: a@x.lv\nCc: list@x.lv\nList-Id: <l.x.lv>").cc, IsEmpty());
}

TEST(ReplyRoute, GoesOnWithTheChainOfIds) {
  const auto out =
      route("From: a@x.lv\nMessage-ID: <3@x>\nReferences: <1@x> <2@x> <1@x>\nIn-Reply-To: <2@x>");
  EXPECT_EQ(out.in_reply_to, "3@x");
  EXPECT_THAT(out.references, ElementsAre("2@x", "1@x", "3@x"));
  EXPECT_THAT(route("From: a@x.lv\nMessage-ID: <3@x>\nIn-Reply-To: <2@x>").references,
              ElementsAre("2@x", "3@x"));
}

TEST(CappedReferences, KeepsTheFirstAndTheLast) {
  std::vector<std::string> chain;
  for (int i = 0; i < 100; ++i) chain.push_back(std::to_string(i));
  const auto out = capped_references(chain);
  ASSERT_EQ(out.size(), kReferencesMax);
  EXPECT_EQ(out.front(), "0");
  EXPECT_EQ(out[1], "81");
  EXPECT_EQ(out.back(), "99");
}

TEST(IsOwnAddress, KnowsOurTagsAndNobodyElses) {
  EXPECT_TRUE(is_own_address("support+ab.c@HARK.example", kOurs));
  EXPECT_FALSE(is_own_address("support@hark.example.evil", kOurs));
  EXPECT_FALSE(is_own_address("supporter@hark.example", kOurs));
  EXPECT_FALSE(is_own_address("+support@hark.example", kOurs));
}

}  // namespace
}  // namespace hark::email
