#include "email/core/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::vector<std::string> kOwn{"support@hark.localhost", "sales@hark.localhost"};
const Envelope kFromAna{"ana@x.lv", {"support@hark.localhost"}};
const Envelope kFromNobody{"", {"support@hark.localhost"}};

Mail mail_from(std::string address, std::vector<HeaderField> headers = {}) {
  Mail mail;
  mail.headers = std::move(headers);
  mail.from = {{std::move(address), ""}};
  mail.subject = "Where is my order?";
  mail.message_id = "1@x.lv";
  return mail;
}

Mail report_of(std::string status_part,
               std::string original = "Message-ID: <orig@hark.localhost>\r\n\r\nHi") {
  auto mail = mail_from("MAILER-DAEMON@mx.lv");
  mail.content_type = "multipart/report";
  mail.report_type = "delivery-status";
  mail.report_parts = {{"message/delivery-status", std::move(status_part)},
                       {"message/rfc822", std::move(original)}};
  return mail;
}

TEST(Verdict, AnOrdinaryMailIsAMessageThatMayBeAnsweredAutomatically) {
  const auto verdict = judge(mail_from("ana@x.lv"), kFromAna, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kMessage);
  EXPECT_TRUE(verdict.may_auto_answer);
  EXPECT_EQ(verdict.no_auto_answer_because, "");
}

TEST(Verdict, SaysWhyAMessageMayNotBeAnsweredAutomatically) {
  const std::vector<std::pair<HeaderField, std::string>> cases{
      {{"Auto-Submitted", "auto-generated"}, "Auto-Submitted: auto-generated"},
      {{"auto-submitted", "auto-notified; x=y"}, "Auto-Submitted: auto-notified"},
      {{"Precedence", "Bulk"}, "Precedence: bulk"},
      {{"Precedence", "list"}, "Precedence: list"},
      {{"List-Id", "<a.b>"}, "List-Id: a list"},
      {{"List-Unsubscribe", "<mailto:x@y>"}, "List-Unsubscribe: a list"},
      {{"X-Auto-Response-Suppress", "DR, OOF, AutoReply"}, "X-Auto-Response-Suppress: dr, oof, autoreply"},
      {{"X-Loop", "x"}, "X-Loop is set"},
      {{"Return-Path", "<>"}, "the null sender: answers are not wanted"},
  };
  for (const auto& [field, because] : cases) {
    const auto verdict = judge(mail_from("ana@x.lv", {field}), kFromAna, kOwn);
    EXPECT_EQ(verdict.kind, MailKind::kMessage) << field.name << ": a person may have to read it";
    EXPECT_FALSE(verdict.may_auto_answer) << field.name;
    EXPECT_EQ(verdict.no_auto_answer_because, because);
  }
  for (const char* sender :
       {"noreply@x.lv", "No-Reply-123@x.lv", "postmaster@x.lv", "root@x.lv", "list-request@x.lv"}) {
    const auto verdict = judge(mail_from(sender), kFromAna, kOwn);
    EXPECT_EQ(verdict.no_auto_answer_because, "the sender " + std::string{sender} + " is a machine");
  }
  EXPECT_FALSE(judge(mail_from("ana@x.lv"), kFromNobody, kOwn).may_auto_answer);
  EXPECT_FALSE(judge(Mail{}, kFromAna, kOwn).may_auto_answer);
}

TEST(Verdict, SignsThatProveNothingLeaveAMessageAnswerable) {
  for (const HeaderField& field :
       {HeaderField{"Auto-Submitted", "no"}, HeaderField{"Precedence", "first-class"},
        HeaderField{"X-Auto-Response-Suppress", "NDR"}, HeaderField{"X-List", "y"}}) {
    EXPECT_TRUE(judge(mail_from("ana@x.lv", {field}), kFromAna, kOwn).may_auto_answer) << field.name;
  }
}

TEST(Verdict, KnowsAutoRepliesByTheirMarks) {
  for (const HeaderField& field :
       {HeaderField{"Auto-Submitted", "auto-replied (vacation)"}, HeaderField{"X-Autoreply", "yes"},
        HeaderField{"X-Autorespond", "Re: hi"}, HeaderField{"X-Apple-Action", "vacation"},
        HeaderField{"Precedence", "auto_reply"}}) {
    const auto verdict = judge(mail_from("ana@x.lv", {field}), kFromAna, kOwn);
    EXPECT_EQ(verdict.kind, MailKind::kAutoReply) << field.name;
    EXPECT_FALSE(verdict.may_auto_answer);
    EXPECT_THAT(verdict.rule, HasSubstr(field.name));
  }
}

TEST(Verdict, ASubjectAloneMakesNoAutoReplyButWithTheNullSenderItDoes) {
  for (const char* subject :
       {"Out of Office: Ana", "Automatic reply: order", "Abwesenheitsnotiz", "Автоответ: заказ",
        "Ārpus biroja", "Automātiska atbilde: pasūtījums", "Réponse automatique : absence"}) {
    auto mail = mail_from("ana@x.lv");
    mail.subject = subject;
    EXPECT_EQ(judge(mail, kFromAna, kOwn).kind, MailKind::kMessage) << subject;
    EXPECT_EQ(judge(mail, kFromNobody, kOwn).kind, MailKind::kAutoReply) << subject;
  }
  auto mail = mail_from("ana@x.lv");
  mail.subject = "Re: vacation";
  EXPECT_EQ(judge(mail, kFromNobody, kOwn).kind, MailKind::kMessage);
}

TEST(Verdict, AnAbsenceNoteThatSpeaksOfDeliveryIsNoBounce) {
  auto mail = mail_from("ana@x.lv");
  mail.subject = "Out of office";
  mail.text = "Your parcel could not be delivered while I am away.";
  EXPECT_EQ(judge(mail, kFromNobody, kOwn).kind, MailKind::kAutoReply);
}

TEST(Verdict, AlarmsOfRootAreMessagesThoughTheyCallThemselvesReplies) {
  const auto verdict = judge(mail_from("root@x.lv", {{"Auto-Submitted", "auto-replied"}}), kFromAna, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kMessage);
}

TEST(Verdict, ReadsAStandardBounceWithItsOriginal) {
  const auto verdict =
      judge(report_of("Reporting-MTA: dns; mx.lv\r\n\r\n"
                      "Final-Recipient: rfc822; <ana@x.lv>\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                      "Diagnostic-Code: smtp; 550 5.1.1 <ana@x.lv>: User\r\n unknown\r\n",
                      "Received: by mx\r\n\tid 7\r\nmessage-id: <orig@hark.localhost>\r\n"
                      "In-Reply-To: <q@x.lv>\r\nReferences: <p@x.lv>\r\n <q@x.lv>\r\n"
                      "Reply-To: support+tok@hark.localhost\r\nSubject: Your\r\n order\r\n\r\n"
                      "Message-ID: <of-the-body@x>\r\n"),
            kFromNobody, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kBounce);
  EXPECT_EQ(verdict.rule, "delivery status report (RFC 3464)");
  EXPECT_FALSE(verdict.may_auto_answer);
  EXPECT_THAT(verdict.report.recipients,
              ElementsAre(RecipientReport{"ana@x.lv", DeliveryAction::kFailed, "5.1.1", 550,
                                          "smtp; 550 5.1.1 <ana@x.lv>: User unknown",
                                          FailureReason::kUserUnknown, true}));
  EXPECT_EQ(verdict.report.original.message_id, "orig@hark.localhost");
  EXPECT_THAT(verdict.report.original.in_reply_to, ElementsAre("q@x.lv"));
  EXPECT_THAT(verdict.report.original.references, ElementsAre("p@x.lv", "q@x.lv"));
  EXPECT_EQ(verdict.report.original.reply_to, "support+tok@hark.localhost");
  EXPECT_EQ(verdict.report.original.subject, "Your order");
}

TEST(Verdict, ReadsBlocksThatRunTogetherOrAreTornApart) {
  const auto reports = read_delivery_status(
      "Reporting-MTA: dns; mx.lv\nFinal-Recipient: rfc822; a@x.lv\nAction: failed\nStatus: 5.2.2\n"
      "Final-Recipient: rfc822; b@x.lv\nAction: delayed\nStatus: 4.4.1\n\n\n\n"
      "Final-Recipient: rfc822; c@x.lv\n\nAction: failed\nStatus: 5.1.2\n\n"
      "Action: failed\nOriginal-Recipient: rfc822;d@x.lv\nFinal-Recipient: rfc822;d@y.lv\nnonsense\nStatus: "
      "5.7.1 (no)");
  ASSERT_THAT(reports, SizeIs(4));
  EXPECT_EQ(reports[0].recipient, "a@x.lv");
  EXPECT_EQ(reports[0].reason, FailureReason::kMailboxFull);
  EXPECT_FALSE(reports[0].hard);
  EXPECT_EQ(reports[1].recipient, "b@x.lv");
  EXPECT_EQ(reports[1].action, DeliveryAction::kDelayed);
  EXPECT_EQ(reports[1].reason, FailureReason::kNone);
  EXPECT_EQ(reports[2].recipient, "c@x.lv");
  EXPECT_EQ(reports[2].reason, FailureReason::kHostUnknown);
  EXPECT_TRUE(reports[2].hard);
  EXPECT_EQ(reports[3].recipient, "d@x.lv") << "the address that we sent to, not the one it was rewritten to";
  EXPECT_EQ(reports[3].status, "5.7.1");
}

TEST(Verdict, ADelayIsNoFailureAndADeliveryNeither) {
  const auto delay = judge(report_of("Final-Recipient: rfc822; a@x.lv\nAction: delayed\nStatus: 4.4.1\n"),
                           kFromNobody, kOwn);
  EXPECT_EQ(delay.kind, MailKind::kDelayNotice);
  const auto done = judge(report_of("Final-Recipient: rfc822; a@x.lv\nAction: relayed\nStatus: 2.0.0\n"),
                          kFromNobody, kOwn);
  EXPECT_EQ(done.kind, MailKind::kDeliveredReport);
  EXPECT_FALSE(done.may_auto_answer);
  const auto both = judge(report_of("Final-Recipient: rfc822; a@x.lv\nAction: delivered\nStatus: 2.0.0\n\n"
                                    "Final-Recipient: rfc822; b@x.lv\nAction: failed\nStatus: 5.0.0\n"),
                          kFromNobody, kOwn);
  EXPECT_EQ(both.kind, MailKind::kBounce) << "one failure is enough";
}

TEST(Verdict, ReadsComplaintsAndReadReceipts) {
  auto mail = mail_from("fbl@isp.lv");
  mail.report_type = "feedback-report";
  mail.report_parts = {{"message/feedback-report", "Feedback-Type: Opt-Out\r\nVersion: 1\r\n"},
                       {"message/rfc822", "Message-ID: <orig@hark.localhost>\r\n\r\n"}};
  const auto complaint = judge(mail, kFromAna, kOwn);
  EXPECT_EQ(complaint.kind, MailKind::kComplaint);
  EXPECT_EQ(complaint.feedback_type, "opt-out");
  EXPECT_EQ(complaint.report.original.message_id, "orig@hark.localhost");
  mail = mail_from("ana@x.lv");
  mail.report_type = "disposition-notification";
  EXPECT_EQ(judge(mail, kFromAna, kOwn).kind, MailKind::kDispositionNotification);
}

TEST(Verdict, ReadsBouncesInPlainWords) {
  auto mail = mail_from("MAILER-DAEMON@mx.lv");
  mail.subject = "failure notice";
  mail.text =
      "Hi. This is the qmail-send program at mx.lv.\n\n<ana@x.lv>:\nRemote host said: 552 5.2.2 Mailbox is "
      "full\n"
      "<ben@x.lv>:\nSorry, no such mailbox here. (#5.1.1)\n\n--- Below this line is a copy of the "
      "message.\n\n"
      "Return-Path: <support@hark.localhost>\nMessage-ID: <orig@hark.localhost>\nSubject: x\n\n<other@x.lv>: "
      "said: 554\n";
  const auto verdict = judge(mail, kFromNobody, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kBounce);
  EXPECT_EQ(verdict.rule, "a mail system's subject has 'failure notice'");
  EXPECT_THAT(
      verdict.report.recipients,
      ElementsAre(
          RecipientReport{"ana@x.lv", DeliveryAction::kFailed, "5.2.2", 552,
                          "Remote host said: 552 5.2.2 Mailbox is full", FailureReason::kMailboxFull, false},
          RecipientReport{"ben@x.lv", DeliveryAction::kFailed, "5.1.1", 0,
                          "Sorry, no such mailbox here. (#5.1.1)", FailureReason::kUserUnknown, true}));
  EXPECT_EQ(verdict.report.original.message_id, "orig@hark.localhost");
}

TEST(Verdict, ReadsDelayNoticesInPlainWords) {
  auto mail = mail_from("Mailer-Daemon@mx.lv");
  mail.subject = "Warning: message 1abc delayed 24 hours";
  mail.text =
      "A message that you sent has not yet been delivered to one or more of its recipients after more than "
      "24 hours.\n\n"
      "  ana@x.lv\n\nNo action is required on your part.\n";
  const auto verdict = judge(mail, kFromNobody, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kDelayNotice);
  ASSERT_THAT(verdict.report.recipients, SizeIs(1));
  EXPECT_EQ(verdict.report.recipients[0].recipient, "ana@x.lv");
}

TEST(Verdict, APersonWhoQuotesABounceIsAPerson) {
  auto mail = mail_from("ana@x.lv");
  mail.subject = "Fwd: Undelivered Mail Returned to Sender";
  mail.text = "Look what I got:\n> <ben@x.lv>: 550 User unknown\n";
  mail.attachments = {{"original.eml", "message/rfc822", "", false, "Message-ID: <b@x.lv>\r\n\r\n"}};
  EXPECT_EQ(judge(mail, kFromAna, kOwn).kind, MailKind::kMessage);
}

TEST(Verdict, OurOwnMailComeBackIsALoop) {
  EXPECT_EQ(judge(mail_from("Support@HARK.localhost"), kFromAna, kOwn).kind, MailKind::kLoop);
  EXPECT_EQ(judge(mail_from("ana@x.lv", {{"X-Hark-Loop", "support@hark.localhost"}}), kFromAna, kOwn).kind,
            MailKind::kLoop);
  EXPECT_EQ(judge(mail_from("ana@x.lv", {{"X-Hark-Loop", "1"}}), kFromAna, kOwn).kind, MailKind::kLoop);
  EXPECT_EQ(judge(mail_from("ana@x.lv", {{"X-Hark-Loop", "help@other.lv"}}), kFromAna, kOwn).kind,
            MailKind::kAutoReply);
  std::vector<HeaderField> hops(kReceivedHeadersMax, {"Received", "by mx"});
  EXPECT_EQ(judge(mail_from("ana@x.lv", hops), kFromAna, kOwn).kind, MailKind::kMessage);
  hops.push_back({"RECEIVED", "by mx"});
  const auto verdict = judge(mail_from("ana@x.lv", hops), kFromAna, kOwn);
  EXPECT_EQ(verdict.kind, MailKind::kLoop);
  EXPECT_FALSE(verdict.may_auto_answer);
}

TEST(Verdict, ACopyOfAMailThatWeSentIsKnownByItsMessageId) {
  auto mail = mail_from("support@hark.localhost");
  mail.message_id = "01jd3y8k2m00a7q4r5s6t7v8w9.0123456789abcdefghjkmnpqrstvwxyz0123456789@hark.localhost";
  EXPECT_EQ(judge(mail, kFromAna, kOwn).kind, MailKind::kOwnCopy);
}

TEST(BounceReason, TakesAProvidersCodeForMoreThanItsWords) {
  EXPECT_EQ(failure_reason("5.1.0", "550 5.1.0 <a@b> sender rejected. AUP#In-1310"), FailureReason::kTooMany);
  EXPECT_EQ(failure_reason("5.1.0", "550 5.1.0 sender rejected AUP#I-1330"), FailureReason::kTooMany);
  EXPECT_EQ(failure_reason("5.1.0", "550 5.1.0 sender rejected. AUP#In-1010"),
            FailureReason::kSenderRejected);
}

TEST(BounceReason, FindsCodesButNotAddressesVersionsOrSizes) {
  EXPECT_EQ(find_status("550 5.1.1 <a@b>"), "5.1.1");
  EXPECT_EQ(find_status("(#5.7.26)."), "5.7.26");
  EXPECT_EQ(find_status("host 5.9.1.7 said 4.2.2."), "4.2.2");
  EXPECT_EQ(find_status("v5.1.1 and 15.1.1 and 5.1.1a and 5.1 and 3.1.1 and 5.1.1234"), "");
  EXPECT_EQ(find_reply_code("host mx[192.0.2.250]:25 said: 550-5.1.1 no"), 550);
  EXPECT_EQ(find_reply_code("SMTP error: 452 too many"), 452);
  EXPECT_EQ(find_reply_code("5500 552kB 1.550 x550 [250.1.1.1] 299"), 0);
}

}  // namespace
}  // namespace hark::email
