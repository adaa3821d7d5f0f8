#include "email/core/parse_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/testing/linear_time.h"

namespace hark::email {
namespace {

using hark::testing::takes_linear_time;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Mail parse(std::string_view raw, const ParseLimits& limits = {}) {
  auto mail = parse_mail(raw, limits);
  EXPECT_TRUE(mail.ok()) << (mail.ok() ? "" : mail.error().message);
  return mail.ok() ? *std::move(mail) : Mail{};
}

TEST(ParseMail, ReadsAnOrdinaryMail) {
  const Mail mail = parse(
      "From: Ana Kalna <ana@x.lv>\r\nTo: support@hark.example, \"Ozols, Juris\" <juris@x.lv>\r\nCc: "
      "eva@x.lv\r\n"
      "Subject: A question\r\nMessage-ID: <one@x.lv>\r\nIn-Reply-To: <zero@x.lv>\r\n"
      "References: <a@x.lv>\r\n <zero@x.lv>\r\nDate: Mon, 02 Mar 2026 10:00:00 "
      "+0200\r\n\r\nHello\r\nthere\r\n");
  EXPECT_THAT(mail.from, ElementsAre(Mailbox{"ana@x.lv", "Ana Kalna"}));
  EXPECT_THAT(mail.to,
              ElementsAre(Mailbox{"support@hark.example", ""}, Mailbox{"juris@x.lv", "Ozols, Juris"}));
  EXPECT_THAT(mail.cc, ElementsAre(Mailbox{"eva@x.lv", ""}));
  EXPECT_EQ(mail.subject, "A question");
  EXPECT_EQ(mail.message_id, "one@x.lv");
  EXPECT_THAT(mail.in_reply_to, ElementsAre("zero@x.lv"));
  EXPECT_THAT(mail.references, ElementsAre("a@x.lv", "zero@x.lv"));
  EXPECT_EQ(mail.date_ms, 1772438400000);
  EXPECT_EQ(mail.text, "Hello\nthere\n");
  EXPECT_THAT(mail.remarks, IsEmpty());
}

TEST(ParseMail, KeepsTheTimeOfDayThoughItsSecondsAreBroken) {
  constexpr std::int64_t kTen = 1775556000000;
  const auto date_of = [](const std::string& value) { return parse("Date: " + value + "\r\n\r\n").date_ms; };
  EXPECT_EQ(date_of("Tue, 7 Apr 2026 10:00:t <ana@x.lv>"), kTen);
  EXPECT_EQ(date_of("Tue, 7 Apr 2026 12:00: +0200"), kTen);
  EXPECT_EQ(date_of("Tue, 7 Apr 2026 10:00:"), kTen);
  EXPECT_EQ(date_of("Tue, 7 Apr 2026 12:00:05 +0200"), kTen + 5000);
  EXPECT_EQ(date_of("Tue, 7 Apr 2026 12:00 +0200"), kTen);
}

TEST(ParseMail, RefusesOnlyWhatHoldsNothing) {
  EXPECT_FALSE(parse_mail("").ok());
  EXPECT_FALSE(parse_mail("\r\n \t\r\n").ok());
  EXPECT_FALSE(parse_mail(std::string_view{"\0\0\0", 3}).ok());
  EXPECT_EQ(parse("just words").text, "just words");
  EXPECT_EQ(parse("Subject: only a header").subject, "only a header");
}

TEST(ParseMail, PutsACharacterSplitOverTwoWordsTogether) {
  EXPECT_EQ(parse("Subject: =?utf-8?B?4p?= =?utf-8?B?yT?=\n\n").subject.empty(), false);
  EXPECT_EQ(parse("Subject: =?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC=C3=9Fe?= x\n\n").subject, "Grüße x");
}

TEST(ParseMail, ReadsWordsInQuotedStringsAndInFileNames) {
  const Mail mail = parse(
      "From: \"=?iso-8859-1?Q?J=F6rg?= (Sales)\" <j@x.lv>\nContent-Type: application/pdf;\n"
      " name=\"=?utf-8?Q?Erkl=C3=A4rung.pdf?=\"\nContent-Transfer-Encoding: base64\n\nJVBERg==\n");
  EXPECT_EQ(mail.from.at(0).name, "Jörg (Sales)");
  ASSERT_THAT(mail.attachments, SizeIs(1));
  EXPECT_EQ(mail.attachments[0].file_name, "Erklärung.pdf");
  EXPECT_EQ(mail.attachments[0].content, "%PDF");
}

TEST(ParseMail, ReadsParametersInPiecesAndOutOfOrder) {
  const Mail mail = parse(
      "Content-Type: image/gif\nContent-Disposition: attachment; filename*1=\"about \"; filename*0=\"Book "
      "\";\n"
      " filename*2*=utf-8''%e2%98%95%20tables.gif\n\nx");
  // The charset stands in the first extended piece, wherever that is.
  EXPECT_EQ(mail.attachments.at(0).file_name, "Book about ☕ tables.gif");
}

TEST(ParseMail, ReadsRawEightBitHeadersInTheCharsetOfTheText) {
  const Mail mail =
      parse("Subject: \xCF\xF0\xE8\xE2\xE5\xF2\nContent-Type: text/plain; charset=windows-1251\n\n\xC4\xE0");
  EXPECT_EQ(mail.subject, "Привет");
  EXPECT_EQ(mail.text, "Да");
}

TEST(ParseMail, ReadsUtf8ThatNobodyDeclared) {
  EXPECT_EQ(parse("Subject: Āboliņš\nContent-Type: text/plain; charset=us-ascii\n\nGlāze").text, "Glāze");
  EXPECT_EQ(parse("Subject: Āboliņš\n\nGlāze").subject, "Āboliņš");
}

TEST(ParseMail, ShowsTextAndHtmlThatStandSideBySide) {
  const Mail mail = parse(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nfirst\n--b\n"
      "Content-Type: text/html\n\n<p>second</p>\n--b--\n");
  EXPECT_EQ(mail.text, "first\nsecond\n");
  EXPECT_THAT(mail.html, HasSubstr("first"));
  EXPECT_THAT(mail.html, HasSubstr("<p>second</p>"));
}

TEST(ParseMail, TakesTheBetterOfAnAlternativeAndNotBoth) {
  const Mail mail = parse(
      "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\n"
      "Content-Type: text/html\n\n<b>rich</b>\n--b--\n");
  EXPECT_EQ(mail.text, "plain");
  EXPECT_EQ(mail.html, "<b>rich</b>");
}

TEST(ParseMail, DerivesTheTextFromHtmlAlone) {
  const Mail mail = parse("Content-Type: text/html; charset=utf-8\n\n<p>One&nbsp;two</p><ul><li>three</ul>");
  EXPECT_EQ(mail.text, "One two\n\n- three\n");
}

TEST(ParseMail, ReadsAMultipartWithoutItsEndBoundary) {
  const Mail mail = parse(
      "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/alternative; "
      "boundary=outer-1\n"
      "\n--outer-1\n\nwords\n--outer\nContent-Type: application/pdf; name=a.pdf\n\nx\n");
  EXPECT_EQ(mail.text, "words");
  EXPECT_THAT(mail.attachments, ElementsAre(Field(&MailAttachment::file_name, "a.pdf")));
  EXPECT_THAT(mail.remarks, Not(IsEmpty()));
}

TEST(ParseMail, FindsTheBoundaryThatNobodyDeclared) {
  const Mail mail =
      parse("Content-Type: multipart/mixed\n\n--x1\n\nwords\n--x1\nContent-Type: image/png\n\nP\n--x1--\n");
  EXPECT_EQ(mail.text, "words");
  EXPECT_THAT(mail.attachments, ElementsAre(Field(&MailAttachment::file_name, "attachment-1.png")));
}

TEST(ParseMail, TakesAFileOutOfTheTextItIsUuencodedIn) {
  const Mail mail = parse("Subject: x\n\nSee below\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n");
  EXPECT_EQ(mail.text, "See below\nbye\n");
  ASSERT_THAT(mail.attachments, SizeIs(1));
  EXPECT_EQ(mail.attachments[0].file_name, "cat.txt");
  EXPECT_EQ(mail.attachments[0].content, "Cat");
}

TEST(ParseMail, UndoesFlowedText) {
  EXPECT_EQ(parse("Content-Type: text/plain; format=flowed\n\nlong \nline\n> quoted \n> too\n-- \nme\n").text,
            "long line\n> quoted too\n-- \nme\n");
  EXPECT_EQ(parse("Content-Type: text/plain; format=flowed; delsp=yes\n\nlo \nng\n").text, "long\n");
}

TEST(ParseMail, KeepsAForwardedMailAsAFile) {
  const Mail mail = parse(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\nContent-Type: "
      "message/rfc822\n\nSubject: Old one\n"
      "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nold\n--c--\n--b--\n");
  ASSERT_THAT(mail.attachments, SizeIs(1));
  EXPECT_EQ(mail.attachments[0].file_name, "Old one.eml");
  EXPECT_EQ(mail.attachments[0].content,
            "Subject: Old one\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nold\n--c--");
}

TEST(ParseMail, MarksAnImageInlineOnlyIfTheHtmlShowsIt) {
  const Mail mail = parse(
      "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img "
      "src=\"cid:one@x\">\n--b\n"
      "Content-Type: image/png\nContent-ID: <one@x>\n\nP\n--b\nContent-Type: image/png\nContent-ID: "
      "<two@x>\n\nQ\n--b--\n");
  EXPECT_THAT(mail.attachments,
              ElementsAre(Field(&MailAttachment::is_inline, true), Field(&MailAttachment::is_inline, false)));
}

TEST(ParseMail, ListsAnInlinePdfAndASignatureAsAttachments) {
  const Mail mail = parse(
      "Content-Type: multipart/signed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pdf; "
      "name=\"../e/vil.pdf\"\n"
      "Content-Disposition: inline\n\nx\n--b\nContent-Type: application/pgp-signature\n\ny\n--b--\n");
  EXPECT_THAT(mail.attachments, ElementsAre(Field(&MailAttachment::file_name, "vil.pdf"),
                                            Field(&MailAttachment::file_name, "attachment-2.asc")));
}

TEST(ParseMail, GivesThePartsOfAReportToPrograms) {
  const Mail mail = parse(
      "Content-Type: multipart/report; report-type=\"Delivery-Status\"; boundary=b\n\n--b\n\nIt failed\n--b\n"
      "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n--b\nContent-Type: "
      "message/rfc822\n\nSubject: y\n--b--\n");
  EXPECT_EQ(mail.report_type, "delivery-status");
  EXPECT_EQ(mail.text, "It failed");
  EXPECT_THAT(mail.report_parts, ElementsAre(Field(&ReportPart::content_type, "message/delivery-status"),
                                             Field(&ReportPart::content_type, "message/rfc822")));
  EXPECT_THAT(mail.attachments, IsEmpty());
}

TEST(ParseMail, StripsNulBytes) {
  const Mail mail = parse(std::string_view{"Subject: a\0b\n\nc\0d", 17});
  EXPECT_EQ(mail.subject, "ab");
  EXPECT_EQ(mail.text, "cd");
}

TEST(ParseMail, ReadsTransferEncodingsAsTheyAreMisspelt) {
  EXPECT_EQ(parse("Content-Transfer-Encoding: quoted printable;\n\n=41=\n").text, "A");
  EXPECT_EQ(parse("Content-Transfer-Encoding: 8 bit\n\n=41").text, "=41");
  EXPECT_EQ(parse("Content-Transfer-Encoding: BASE-64\n\nQUJD\nfooter of a list!").text.substr(0, 3), "ABC");
}

TEST(ParseMail, SurvivesTenThousandPartsInLinearTime) {
  const auto bomb = [](std::size_t parts) {
    std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (std::size_t i = 0; i < parts; ++i) mail += "--b\nContent-Type: image/png\n\nx\n";
    return mail;
  };
  EXPECT_TRUE(takes_linear_time(1'250, bomb, [](const std::string& mail) {
    const Mail read = parse(mail);
    EXPECT_THAT(read.attachments, SizeIs(999));
    EXPECT_THAT(read.remarks, Contains(HasSubstr("more parts than 1000")));
  }));
}

TEST(ParseMail, SurvivesAHundredThousandNestedMultipartsInLinearTime) {
  const auto bomb = [](std::size_t parts) {
    std::string mail;
    for (std::size_t i = 0; i < parts; ++i) {
      const auto name = "b" + std::to_string(i);
      mail += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
    }
    return mail;
  };
  EXPECT_TRUE(takes_linear_time(12'500, bomb, [](const std::string& mail) {
    EXPECT_THAT(parse(mail).remarks, Contains(HasSubstr("nested deeper")));
  }));
}

TEST(ParseMail, SurvivesTheAddressListThatOverflowsARecursiveReader) {
  std::string bomb = "To: ";
  for (int i = 0; i < 500'000; ++i) bomb += "a:";
  EXPECT_THAT(parse(bomb + "\n\nx").text, "x");
  std::string quotes = "To: ";
  for (int i = 0; i < 80'000; ++i) quotes += "\"\\\",";
  EXPECT_THAT(parse(quotes + "\n\nx").text, "x");
}

TEST(ParseMail, LeavesWhatIsOverTheLimitInTheOriginal) {
  std::string raw =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: image/png\n\n" +
      std::string(5000, 'x') + "\n--b--\n";
  const Mail mail = parse(raw, {.decoded_bytes_max = 1000});
  EXPECT_EQ(mail.text, "words");
  EXPECT_THAT(mail.attachments, IsEmpty());
  EXPECT_THAT(mail.remarks, Contains(HasSubstr("more than 1000 bytes")));
}

TEST(ParseMail, ShowsALongTextInPartAndAttachesTheWhole) {
  const Mail mail = parse("Subject: x\n\n" + std::string(100, 'a') + "\xC4\x80" + std::string(100, 'b'),
                          {.text_bytes_max = 101});
  EXPECT_EQ(mail.text, std::string(100, 'a'));
  ASSERT_THAT(mail.attachments, SizeIs(1));
  EXPECT_EQ(mail.attachments[0].content.size(), 202u);
  EXPECT_THAT(mail.remarks, Contains(HasSubstr("longer than 101 bytes")));
}

TEST(ParseMail, SaysThatAHeaderWasTooLong) {
  EXPECT_THAT(parse("Subject: " + std::string(300'000, 'a') + "\n\nx").remarks,
              Contains(HasSubstr("header field is longer")));
}

TEST(ParseMail, TakesABodyThatCameInTnefAlone) {
  // signature, key, then one attribute of the message level: attBody.
  std::string tnef{"\x78\x9F\x3E\x22\x01\x00\x01\x0C\x80\x02\x00\x06\x00\x00\x00hello\x00\x14\x02", 23};
  const Mail mail = parse("Content-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n" + tnef);
  EXPECT_EQ(mail.text, "hello");
  EXPECT_THAT(mail.attachments, IsEmpty());
  const Mail broken = parse("Content-Type: application/ms-tnef; name=winmail.dat\n\n" + tnef.substr(0, 18));
  EXPECT_THAT(broken.attachments, ElementsAre(Field(&MailAttachment::file_name, "winmail.dat")));
  EXPECT_THAT(broken.remarks, Contains(HasSubstr("damaged")));
}

TEST(ParseMail, ReadsTextThatIsLabelledWithTheWrongJapaneseCharset) {
  EXPECT_EQ(parse("Subject: =?iso-2022-jp?B?g2OBW4OL?=\n\n").subject, "ツール");
  EXPECT_EQ(parse("Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$\"\x1b(B").text, "あ");
  EXPECT_EQ(parse("Content-Type: text/plain; charset=ks_c_5601-1987\n\n\xB0\xA1").text, "가");
  EXPECT_EQ(parse("Content-Type: text/plain; charset=uft-8\n\n\xC4\x81").text, "ā");
  EXPECT_EQ(parse("Content-Type: text/plain; charset=unicode-1-1-utf-7\n\n+AQE-").text, "ā");
  EXPECT_EQ(parse("Content-Type: text/html\n\n<meta charset=windows-1257>\xE2").text, "ā\n");
  EXPECT_EQ(parse("Content-Type: text/plain; charset=iso-8859-1\n\n\x93q\x94").text, "“q”");
}

TEST(ParseMail, NeverFailsOnBytesWithoutMeaning) {
  const Mail mail = parse("Content-Type: text/plain; charset=utf-8\n\nĀāĒēĢģĪīĶķĻļŅņŠšŪūŽž \xFF and on");
  EXPECT_EQ(mail.text, "ĀāĒēĢģĪīĶķĻļŅņŠšŪūŽž \xEF\xBF\xBD and on");
  EXPECT_THAT(mail.remarks, Contains(HasSubstr("without meaning in UTF-8")));
}

TEST(ParseMail, ReadsIdsThatAProgramFoldedIntoEncodedWords) {
  const auto mail = parse_mail(
      "From: ana@x.lv\r\nIn-Reply-To: =?utf-8?q?=3C01m8278pph01nbw933nrzk4914=2E01m8278phk01n10w6?=\r\n"
      " =?utf-8?q?gvqma552en21e1qgw5z89wbw2=40hark=2Elocalhost=3E?=\r\n\r\nHello\r\n");
  ASSERT_TRUE(mail.ok());
  ASSERT_EQ(mail->in_reply_to.size(), 1U);
  EXPECT_EQ(mail->in_reply_to[0],
            "01m8278pph01nbw933nrzk4914.01m8278phk01n10w6gvqma552en21e1qgw5z89wbw2@hark.localhost");
}

}  // namespace
}  // namespace hark::email
