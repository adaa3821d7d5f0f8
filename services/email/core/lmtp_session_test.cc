#include "email/core/lmtp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RecipientAnswer only_support(std::string_view address) {
  if (address == "support@hark.localhost" || address == "sales@hark.localhost") return RecipientAnswer::kOurs;
  if (address == "later@hark.localhost") return RecipientAnswer::kTryLater;
  return RecipientAnswer::kUnknown;
}

/// A session whose every mail is answered at once; remembers all that came out.
struct Talk {
  explicit Talk(std::size_t mail_bytes_max = 1000) : session{{"mx.test", mail_bytes_max}, only_support} {}

  void say(std::string_view bytes) { take(session.feed(bytes)); }
  void take(LmtpEffects effects) {
    replies += effects.replies;
    closed = closed || effects.close;
    if (!effects.deliver) return;
    mails.push_back(*std::move(effects.deliver));
    if (!answer) return;
    std::vector<DeliveryOutcome> outcomes(mails.back().envelope.recipients.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i].text = "kept " + std::to_string(i + 1);
    take(session.delivered(outcomes));
  }
  /// The reply lines since the last call.
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    std::size_t from = 0;
    for (auto at = replies.find("\r\n"); at != std::string::npos; at = replies.find("\r\n", from)) {
      out.push_back(replies.substr(from, at - from));
      from = at + 2;
    }
    EXPECT_EQ(from, replies.size()) << "a reply without CR LF";
    replies.clear();
    return out;
  }
  /// LHLO, one sender, one recipient, 354.
  void up_to_data() {
    say("LHLO mta\r\nMAIL FROM:<a@b.lv>\r\nRCPT TO:<support@hark.localhost>\r\nDATA\r\n");
    replies.clear();
  }

  LmtpSession session;
  bool answer = true;
  std::string replies;
  bool closed = false;
  std::vector<LmtpDelivery> mails;
};

TEST(LmtpSession, GreetsWithItsNameAndAnnouncesItsExtensions) {
  Talk talk;
  talk.take(talk.session.start());
  EXPECT_THAT(talk.lines(), ElementsAre("220 mx.test LMTP Hark"));
  talk.say("lhlo mta.example\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("250-mx.test", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8",
                                        "250-ENHANCEDSTATUSCODES", "250 SIZE 1000"));
}

TEST(LmtpSession, RefusesSmtpGreetingsBecauseItIsLmtp) {
  Talk talk;
  talk.say("HELO mta\r\nEHLO mta\r\nMAIL FROM:<a@b>\r\nLHLO\r\n");
  EXPECT_THAT(talk.lines(),
              ElementsAre("500 5.5.1 This is LMTP: say LHLO", "500 5.5.1 This is LMTP: say LHLO",
                          "503 5.5.1 Say LHLO first", "501 5.5.4 Say LHLO and your name"));
}

TEST(LmtpSession, AnswersOncePerAcceptedRecipientInTheirOrder) {
  Talk talk;
  talk.say("LHLO mta\r\n");
  talk.lines();
  talk.say(
      "MAIL FROM:<ana@x.lv> BODY=8BITMIME SIZE=20\r\nRCPT TO:<support@hark.localhost>\r\n"
      "RCPT TO:<nobody@hark.localhost>\r\nRCPT TO:<later@hark.localhost>\r\n"
      "RCPT TO:<sales@hark.localhost>\r\nDATA\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("250 2.1.0 OK", "250 2.1.5 OK", "550 5.1.1 No such account here",
                                        "451 4.3.0 Not ready, try again later", "250 2.1.5 OK",
                                        "354 End with <CR><LF>.<CR><LF>"));
  EXPECT_TRUE(talk.session.receiving_mail());
  talk.say("Subject: hi\r\n\r\nText\r\n.\r\nQUIT\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("250 2.0.0 kept 1", "250 2.0.0 kept 2", "221 2.0.0 Bye"));
  EXPECT_TRUE(talk.closed);
  ASSERT_THAT(talk.mails, SizeIs(1));
  EXPECT_EQ(talk.mails[0].envelope.mail_from, "ana@x.lv");
  EXPECT_THAT(talk.mails[0].envelope.recipients,
              ElementsAre("support@hark.localhost", "sales@hark.localhost"));
  EXPECT_EQ(talk.mails[0].body, "Subject: hi\r\n\r\nText\r\n");
}

TEST(LmtpSession, WaitsForTheOutcomeAndThenGoesOnWithWhatWasPipelined) {
  Talk talk;
  talk.answer = false;
  talk.up_to_data();
  talk.say("one\r\n.\r\nNOOP\r\nMAIL FROM:<>\r\n");
  EXPECT_THAT(talk.lines(), IsEmpty());
  EXPECT_TRUE(talk.session.delivering());
  talk.say("RSET\r\nNO");
  talk.say("OP\r\n");
  EXPECT_THAT(talk.lines(), IsEmpty());
  talk.take(talk.session.delivered({{451, "4.3.0", "Store is full\r\n250 forged \xc4\x81"}}));
  EXPECT_THAT(talk.lines(), ElementsAre("451 4.3.0 Store is full  250 forged ??", "250 2.0.0 OK",
                                        "250 2.1.0 OK", "250 2.0.0 OK", "250 2.0.0 OK"));
}

TEST(LmtpSession, TakesTheNullSenderOfABounce) {
  Talk talk;
  talk.say("LHLO mta\r\nMAIL FROM:<>\r\nRCPT TO:<support@hark.localhost>\r\nDATA\r\n.\r\n");
  ASSERT_THAT(talk.mails, SizeIs(1));
  EXPECT_EQ(talk.mails[0].envelope.mail_from, "");
  EXPECT_EQ(talk.mails[0].body, "");
}

TEST(LmtpSession, ReadsPathsWithQuotesRoutesAndSpaces) {
  std::vector<std::string> asked;
  LmtpSession session{{}, [&](std::string_view address) {
                        asked.emplace_back(address);
                        return RecipientAnswer::kOurs;
                      }};
  const auto out = session.feed(
      "LHLO mta\r\nmail from: <\"odd > \\\" one\"@x.lv>  SMTPUTF8 \r\n"
      "RCPT TO:<@relay.lv,@b.lv:c@d.lv>\r\nRCPT TO:<j\xc4\x81nis@x.lv>\r\nRCPT TO: <Postmaster>\r\n");
  EXPECT_THAT(out.replies, EndsWith("250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n"));
  EXPECT_THAT(asked, ElementsAre("c@d.lv", "j\xc4\x81nis@x.lv", "Postmaster"));
}

TEST(LmtpSession, RefusesMalformedPathsAndUnknownParameters) {
  Talk talk;
  talk.say("LHLO mta\r\n");
  talk.lines();
  talk.say(
      "MAIL a@b\r\nMAIL FROM:a@b\r\nMAIL FROM:<a@b\r\nMAIL FROM:<a@b>X\r\nMAIL FROM:<@r>\r\n"
      "MAIL FROM:<a@b> FOO=1\r\nMAIL FROM:<a@b> BODY=9BIT\r\nMAIL FROM:<a@b> SIZE=x\r\nMAIL "
      "FROM:<\xc4\x81@b>\r\n"
      "MAIL FROM:<a\tb@c>\r\n");
  EXPECT_THAT(talk.lines(),
              ElementsAre("501 5.1.7 Expected MAIL FROM:<address>", "501 5.1.7 Expected MAIL FROM:<address>",
                          "501 5.1.7 Expected MAIL FROM:<address>", "501 5.1.7 Expected MAIL FROM:<address>",
                          "501 5.1.7 Expected MAIL FROM:<address>", "555 5.5.4 Parameter of MAIL not known",
                          "501 5.5.4 BODY is 7BIT or 8BITMIME", "501 5.5.4 SIZE is a number of bytes",
                          "553 5.6.7 Address needs SMTPUTF8", "501 5.1.7 Expected MAIL FROM:<address>"));
  talk.say(
      "MAIL FROM:<a@b>\r\nRCPT TO:<>\r\nRCPT support\r\nRCPT TO:<support@hark.localhost> NOTIFY=NEVER\r\n"
      "RCPT TO:<support@hark.localhost>,\r\n");
  EXPECT_THAT(talk.lines(),
              ElementsAre("250 2.1.0 OK", "501 5.1.3 Expected RCPT TO:<address>",
                          "501 5.1.3 Expected RCPT TO:<address>", "555 5.5.4 RCPT takes no parameters here",
                          "501 5.1.3 Expected RCPT TO:<address>"));
}

TEST(LmtpSession, RefusesADeclaredSizeOverTheMaximumAndTakesTheNextMail) {
  Talk talk;
  talk.say("LHLO mta\r\n");
  talk.lines();
  talk.say(
      "MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=99999999999999999999999\r\nMAIL FROM:<a@b> "
      "SIZE=1000\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("552 5.3.4 Mail is larger than 1000 bytes",
                                        "552 5.3.4 Mail is larger than 1000 bytes", "250 2.1.0 OK"));
}

TEST(LmtpSession, SwallowsAnOversizeMailAndAnswersForEachRecipient) {
  Talk talk{10};
  talk.say(
      "LHLO mta\r\nMAIL FROM:<a@b>\r\nRCPT TO:<support@hark.localhost>\r\nRCPT "
      "TO:<sales@hark.localhost>\r\nDATA\r\n");
  talk.lines();
  talk.say("123456789\r\n");
  talk.say("..\r\n\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<sales@hark.localhost>\r\nDATA\r\n12345678\r\n.\r\n");
  EXPECT_THAT(
      talk.lines(),
      ElementsAre("552 5.3.4 Mail is larger than 10 bytes", "552 5.3.4 Mail is larger than 10 bytes",
                  "250 2.1.0 OK", "250 2.1.5 OK", "354 End with <CR><LF>.<CR><LF>", "250 2.0.0 kept 1"));
  ASSERT_THAT(talk.mails, SizeIs(1));
  EXPECT_EQ(talk.mails[0].body, "12345678\r\n") << "exactly the maximum is allowed";
}

TEST(LmtpSession, UnstuffsDotsOnlyAtTheStartOfLines) {
  Talk talk;
  talk.up_to_data();
  talk.say("..first\r\n...\r\na.b\r\n.x\r\n..\r\n.\rz\r\n.\r\r\n.\r\n");
  ASSERT_THAT(talk.mails, SizeIs(1));
  EXPECT_EQ(talk.mails[0].body, ".first\r\n..\r\na.b\r\nx\r\n.\r\n\rz\r\n\r\r\n");
}

TEST(LmtpSession, NeitherABareLfNorABareCrEndsAMail) {
  Talk talk;
  talk.up_to_data();
  const std::string smuggled = "a\n.\nb\n.\r\nc\r\n.\nMAIL FROM:<evil@x>\r.\r\n" + std::string{"\0d\r\n", 4};
  talk.say(smuggled);
  EXPECT_THAT(talk.mails, IsEmpty());
  talk.say(".\r\n");
  ASSERT_THAT(talk.mails, SizeIs(1));
  EXPECT_THAT(talk.mails[0].body, ::testing::StartsWith("a\n.\nb\n.\r\nc\r\n\nMAIL FROM:<evil@x>\r.\r\n"));
  EXPECT_THAT(talk.mails[0].body, HasSubstr(std::string{"\0d", 2}));
}

TEST(LmtpSession, RefusesCommandLinesThatAreTooLongOrHoldStrangeBytes) {
  Talk talk;
  talk.say(std::string(kLmtpCommandBytesMax, 'x') + "\r\n");
  talk.say(std::string{"NO\0OP\r\n", 7} + "NOOP\nNOOP\rNOOP\r\n" + std::string(50000, 'y'));
  talk.say("\r\n");
  talk.say("NOOP " + std::string(kLmtpCommandBytesMax - 7, 'z') + "\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("500 5.5.2 Line too long", "500 5.5.2 NUL is not allowed",
                                        "500 5.5.2 Lines end with CR LF", "500 5.5.2 Lines end with CR LF",
                                        "500 5.5.2 Line too long", "250 2.0.0 OK"));
}

TEST(LmtpSession, RefusesCommandsOutOfTheirOrder) {
  Talk talk;
  talk.say("LHLO mta\r\n");
  talk.lines();
  talk.say(
      "RCPT TO:<support@hark.localhost>\r\nDATA\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nDATA\r\n"
      "RCPT TO:<x@y>\r\nDATA\r\nRSET\r\nRCPT TO:<support@hark.localhost>\r\n");
  EXPECT_THAT(talk.lines(),
              ElementsAre("503 5.5.1 Say MAIL first", "503 5.5.1 No valid recipients", "250 2.1.0 OK",
                          "503 5.5.1 A mail is already under way", "503 5.5.1 No valid recipients",
                          "550 5.1.1 No such account here", "503 5.5.1 No valid recipients", "250 2.0.0 OK",
                          "503 5.5.1 Say MAIL first"));
}

TEST(LmtpSession, AnotherLhloForgetsTheMailUnderWay) {
  Talk talk;
  talk.say("LHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<support@hark.localhost>\r\nLHLO b\r\n");
  talk.lines();
  talk.say("DATA\r\nMAIL FROM:<a@b>\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("503 5.5.1 No valid recipients", "250 2.1.0 OK"));
}

TEST(LmtpSession, AnswersTheSmallCommands) {
  Talk talk;
  talk.say("NOOP whatever\r\nVRFY ana\r\nDATA x\r\nRSET x\r\nQUIT x\r\nSTARTTLS\r\n\r\nquit\r\nNOOP\r\n");
  EXPECT_THAT(talk.lines(), ElementsAre("250 2.0.0 OK", "252 2.5.0 Send a mail and see",
                                        "501 5.5.4 No argument expected", "501 5.5.4 No argument expected",
                                        "501 5.5.4 No argument expected", "500 5.5.1 Command unrecognised",
                                        "500 5.5.1 Command unrecognised", "221 2.0.0 Bye"));
  EXPECT_TRUE(talk.closed);
}

TEST(LmtpSession, TakesAHundredRecipientsAndPutsOffTheRest) {
  Talk talk;
  talk.say("LHLO mta\r\nMAIL FROM:<a@b>\r\n");
  talk.lines();
  for (std::size_t i = 0; i < kLmtpRecipientsMax + 2; ++i) talk.say("RCPT TO:<support@hark.localhost>\r\n");
  auto lines = talk.lines();
  EXPECT_EQ(lines[kLmtpRecipientsMax - 1], "250 2.1.5 OK");
  EXPECT_EQ(lines[kLmtpRecipientsMax], "452 4.5.3 Too many recipients, send the rest separately");
  talk.say("DATA\r\nx\r\n.\r\n");
  EXPECT_THAT(talk.lines(), SizeIs(kLmtpRecipientsMax + 1));
}

TEST(LmtpSession, ClosesAfterTooManyErrorsButUnknownRecipientsAreNone) {
  Talk talk;
  talk.say("LHLO mta\r\nMAIL FROM:<a@b>\r\n");
  for (int i = 0; i < 50; ++i) talk.say("RCPT TO:<x@y>\r\n");
  EXPECT_FALSE(talk.closed);
  talk.lines();
  for (int i = 0; i < 50; ++i) talk.say("NONSENSE\r\n");
  EXPECT_TRUE(talk.closed);
  const auto lines = talk.lines();
  EXPECT_THAT(lines, SizeIs(kLmtpErrorsMax + 1));
  EXPECT_EQ(lines.back(), "421 4.7.0 Too many errors");
}

TEST(LmtpSession, ClosesRatherThanKeepAFloodSentAheadOfItsReplies) {
  Talk talk;
  talk.answer = false;
  talk.up_to_data();
  talk.say("x\r\n.\r\n");
  const std::string flood(kLmtpPendingBytesMax, 'x');
  talk.say(flood);
  EXPECT_FALSE(talk.closed);
  talk.say("y");
  EXPECT_TRUE(talk.closed);
  EXPECT_THAT(talk.replies, ::testing::StartsWith("421 4.7.0"));
  talk.take(talk.session.delivered({{}}));  // the mail was stored meanwhile: nobody to tell any more
}

TEST(LmtpSession, StopsWithATemporaryAnswerSoThatTheMtaKeepsTheMail) {
  Talk talk;
  talk.up_to_data();
  talk.say("half a mail");
  talk.take(talk.session.stop("Shutting down"));
  EXPECT_THAT(talk.lines(), ElementsAre("421 4.3.2 Shutting down"));
  EXPECT_TRUE(talk.closed);
  talk.say("\r\n.\r\n");
  EXPECT_THAT(talk.mails, IsEmpty());
  EXPECT_THAT(talk.lines(), IsEmpty());
}

/// A session's worth of bytes: mostly sensible, with odd things in between.
std::string random_script(std::mt19937& random) {
  static const std::vector<std::string> kPieces{
      "LHLO mta\r\n",
      "MAIL FROM:<a@b>\r\n",
      "MAIL FROM:<> SIZE=3\r\n",
      "RCPT TO:<support@hark.localhost>\r\n",
      "RCPT TO:<sales@hark.localhost>\r\n",
      "RCPT TO:<x@y>\r\n",
      "DATA\r\n",
      "DATA\r\n",
      "text\r\n",
      ".\r\n",
      ".\r\n",
      "..\r\n",
      ".",
      "\r",
      "\n",
      "\r\n",
      "\r\n.\r\n",
      ".\n",
      ".\r.\r\n",
      "RSET\r\n",
      "NOOP\r\n",
      std::string("\0", 1),
      std::string(600, 'l'),
      std::string(2100, 'm') + "\r\n",
      "LHLO m\r\nMAIL FROM:<a@b>\r\nRCPT TO:<sales@hark.localhost>\r\nDATA\r\n"};
  std::string script = "LHLO mta\r\n";
  for (int i = 0; i < 40; ++i) script += kPieces[random() % kPieces.size()];
  return script;
}

TEST(LmtpSession, AnyChunkingGivesTheSameRepliesAndMails) {
  std::mt19937 random{20250101};
  std::size_t mails = 0;
  for (int round = 0; round < 600; ++round) {
    const auto script = random_script(random);
    Talk whole;
    whole.say(script);
    const std::size_t chunk_max = 1 + random() % 40;
    Talk cut;
    for (std::size_t at = 0; at < script.size();) {
      const std::size_t size = 1 + random() % chunk_max;
      cut.say(std::string_view{script}.substr(at, size));
      at += size;
    }
    ASSERT_EQ(whole.replies, cut.replies) << script;
    ASSERT_EQ(whole.closed, cut.closed);
    ASSERT_EQ(whole.mails.size(), cut.mails.size());
    for (std::size_t i = 0; i < whole.mails.size(); ++i) {
      ASSERT_EQ(whole.mails[i].body, cut.mails[i].body);
      ASSERT_EQ(whole.mails[i].envelope.recipients, cut.mails[i].envelope.recipients);
    }
    mails += whole.mails.size();
  }
  EXPECT_GT(mails, 300U) << "the scripts must reach deliveries to prove anything";
}

}  // namespace
}  // namespace hark::email
