#include "email/core/sender_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "email/core/parse_mail.h"

namespace hark::email {
namespace {

constexpr std::string_view kServer = "mx.hark.example";

SenderTrust judge(std::string_view headers) {
  auto mail = parse_mail(std::string{headers} + "\n\nhello\n");
  EXPECT_TRUE(mail.ok());
  return judge_sender(*mail, kServer);
}

TEST(JudgeSender, BelievesDmarcForTheFromDomain) {
  EXPECT_TRUE(
      judge("Authentication-Results: mx.hark.example; spf=pass smtp.mailfrom=x.lv;\n dmarc=pass (p=REJECT) "
            "header.from=X.LV\nFrom: a@x.lv")
          .verified);
  EXPECT_TRUE(judge("Authentication-Results: MX.hark.example 1 (a (nested) comment);\n dmarc = pass "
                    "header.from = x.lv\n"
                    "From: a@x.lv")
                  .verified);
}

TEST(JudgeSender, BelievesDkimOfTheSameDomainOrItsParent) {
  EXPECT_TRUE(
      judge("Authentication-Results: mx.hark.example; dkim=pass header.d=x.lv\nFrom: a@x.lv").verified);
  EXPECT_TRUE(
      judge("Authentication-Results: mx.hark.example; dkim=pass header.i=@x.lv\nFrom: a@news.x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dkim=pass header.d=evil.x.lv\nFrom: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dkim=pass header.d=ax.lv\nFrom: a@bax.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dkim=pass header.d=lv\nFrom: a@x.lv").verified);
}

TEST(JudgeSender, DoubtsEverythingElse) {
  EXPECT_FALSE(judge("From: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dmarc=fail header.from=x.lv\nFrom: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dmarc=pass header.from=y.lv\nFrom: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; spf=pass smtp.mailfrom=x.lv\nFrom: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: other.example; dmarc=pass header.from=x.lv\nFrom: a@x.lv").verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dmarc=pass header.from=x.lv\nFrom: a@x.lv, b@x.lv")
          .verified);
}

TEST(JudgeSender, ReadsOnlyTheTopmostField) {
  EXPECT_FALSE(judge("Authentication-Results: mx.hark.example; dmarc=fail header.from=x.lv\n"
                     "Authentication-Results: mx.hark.example; dmarc=pass header.from=x.lv\nFrom: a@x.lv")
                   .verified);
  EXPECT_FALSE(
      judge("Authentication-Results: other; none\nAuthentication-Results: mx.hark.example; dmarc=pass "
            "header.from=x.lv\nFrom: a@x.lv")
          .verified);
}

TEST(JudgeSender, IsNotTalkedIntoItByCommentsAndQuotes) {
  EXPECT_FALSE(
      judge(
          "Authentication-Results: mx.hark.example; dkim=fail (; dmarc=pass header.from=x.lv)\nFrom: a@x.lv")
          .verified);
  EXPECT_FALSE(
      judge("Authentication-Results: mx.hark.example; dkim=fail reason=\"; dmarc=pass header.from=x.lv\"\n"
            "From: a@x.lv")
          .verified);
}

TEST(JudgeSender, VerifiesNobodyWithoutAConfiguredServer) {
  auto mail = parse_mail("Authentication-Results: ; dmarc=pass header.from=x.lv\nFrom: a@x.lv\n\nx");
  EXPECT_FALSE(judge_sender(*mail, "").verified);
}

Result<Mailbox> choose(std::string_view headers, bool trust_reply_to) {
  auto mail = parse_mail(std::string{headers} + "\n\nhello\n");
  EXPECT_TRUE(mail.ok());
  return choose_sender(*mail, trust_reply_to);
}

TEST(ChooseSender, TakesFromUnlessReplyToIsTrusted) {
  EXPECT_EQ(choose("From: Ana <a@x.lv>\nReply-To: b@x.lv", false)->address, "a@x.lv");
  EXPECT_EQ(*choose("From: Ana <a@x.lv>\nReply-To: b@x.lv", true), (Mailbox{"b@x.lv", "Ana"}));
  EXPECT_EQ(choose("From: Ana <a@x.lv>\nReply-To: nobody", true)->address, "a@x.lv");
  EXPECT_EQ(choose("From: broken, a@x.lv, b@x.lv", false)->address, "a@x.lv");
}

TEST(ChooseSender, ErrsWhereNobodyUsableWrote) {
  EXPECT_FALSE(choose("From: \"\" (Mail Delivery System)", false).ok());
  EXPECT_EQ(choose("Subject: x", false).error().reason, Reason::kAddressInvalid);
}

}  // namespace
}  // namespace hark::email
