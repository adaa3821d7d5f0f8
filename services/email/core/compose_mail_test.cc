#include "email/core/compose_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "email/core/parse_mail.h"

namespace hark::email {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

OutgoingMail letter() {
  return {.date_ms = 1'772'438'400'000,
          .message_id = "one@hark.example",
          .from = {"support@hark.example", "Atbalsts, SIA \"Ābols\""},
          .to = {{"ana@x.lv", "Ana Kalniņa"}},
          .cc = {{"bo@x.lv", ""}},
          .reply_to = {{"support+token@hark.example", ""}},
          .subject =
              "Re: Jautājums par rēķinu, kas ir pietiekami garš, lai vienā rindā tas vairs neietilptu nekādi",
          .in_reply_to = "zero@x.lv",
          .references = {"a@x.lv", "zero@x.lv"},
          .text = "Labdien!\n\nRēķins pielikumā.\n.\nFrom here on\n"};
}

std::string composed(const OutgoingMail& mail) {
  auto bytes = compose_mail(mail);
  EXPECT_TRUE(bytes.ok()) << (bytes.ok() ? "" : bytes.error().message);
  return bytes.ok() ? *bytes : "";
}

// Every line ends in CRLF and has at most 998 bytes; everything is ASCII.
void expect_sound_lines(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(bytes[i] & 0x80, 0);
    if (bytes[i] == '\n') {
      EXPECT_TRUE(i > 0 && bytes[i - 1] == '\r');
      length = 0;
    } else {
      EXPECT_LE(++length, 999u);
    }
  }
}

TEST(ComposeMail, ReadsBackAsItWasMeant) {
  const OutgoingMail mail = letter();
  const std::string bytes = composed(mail);
  expect_sound_lines(bytes);
  const Mail read = *parse_mail(bytes);
  EXPECT_THAT(read.from, ElementsAre(mail.from));
  EXPECT_EQ(read.to, mail.to);
  EXPECT_EQ(read.cc, mail.cc);
  EXPECT_EQ(read.reply_to, mail.reply_to);
  EXPECT_EQ(read.subject, mail.subject);
  EXPECT_EQ(read.message_id, mail.message_id);
  EXPECT_THAT(read.in_reply_to, ElementsAre("zero@x.lv"));
  EXPECT_EQ(read.references, mail.references);
  EXPECT_EQ(read.date_ms, mail.date_ms);
  EXPECT_EQ(read.text, mail.text);
  EXPECT_THAT(read.remarks, ::testing::IsEmpty());
  EXPECT_EQ(header(read, "mime-version"), "1.0");
}

TEST(ComposeMail, GivesTheSameBytesEachTime) {
  OutgoingMail mail = letter();
  mail.html = "<p>x</p>";
  mail.attachments = {{.file_name = "a.pdf", .content_type = "application/pdf", .content = "%PDF"}};
  EXPECT_EQ(composed(mail), composed(mail));
}

TEST(ComposeMail, WritesTextHtmlImagesAndFiles) {
  OutgoingMail mail = letter();
  mail.html = "<p>Rēķins <img src=\"cid:logo@hark\"></p>\n";
  mail.attachments = {
      {.file_name = "logo.png",
       .content_type = "image/png",
       .content_id = "logo@hark",
       .is_inline = true,
       .content = "PNG"},
      {.file_name = "Rēķins Nr. 5.pdf",
       .content_type = "application/pdf",
       .content = std::string{"%PDF\0\r\n\n", 8}},
      {.file_name = "old.eml", .content_type = "message/rfc822", .content = "Subject: x\n\ny"}};
  const std::string bytes = composed(mail);
  expect_sound_lines(bytes);
  const Mail read = *parse_mail(bytes);
  EXPECT_EQ(read.text, mail.text);
  EXPECT_EQ(read.raw_html, mail.html);
  ASSERT_EQ(read.attachments.size(), 3u);
  EXPECT_TRUE(read.attachments[0].is_inline);
  EXPECT_EQ(read.attachments[1].file_name, "Rēķins Nr. 5.pdf");
  EXPECT_EQ(read.attachments[1].content, mail.attachments[1].content);
  EXPECT_EQ(read.attachments[2].content, mail.attachments[2].content);
}

TEST(ComposeMail, RefusesAnyLineEndInAHeader) {
  const auto refused = [](auto change) {
    OutgoingMail mail = letter();
    change(mail);
    const auto out = compose_mail(mail);
    return !out.ok();
  };
  EXPECT_TRUE(refused([](auto& m) { m.subject = "x\r\nBcc: evil@x.lv"; }));
  EXPECT_TRUE(refused([](auto& m) { m.subject = "x\ny"; }));
  EXPECT_TRUE(refused([](auto& m) { m.subject = std::string{"x\0y", 3}; }));
  EXPECT_TRUE(refused([](auto& m) { m.from.name = "x\ry"; }));
  EXPECT_TRUE(refused([](auto& m) { m.to[0].address = "a@x.lv\nBcc: b@x.lv"; }));
  EXPECT_TRUE(refused([](auto& m) { m.message_id = "a\n@x"; }));
  EXPECT_TRUE(refused([](auto& m) { m.references.push_back("a@x>\r\nX: y"); }));
  EXPECT_TRUE(refused([](auto& m) { m.in_reply_to = "a b"; }));
  EXPECT_TRUE(refused([](auto& m) { m.extra_headers = {{"X-A", "b\nc"}}; }));
  EXPECT_TRUE(refused([](auto& m) { m.extra_headers = {{"X-A: b\nX-C", "c"}}; }));
  EXPECT_TRUE(refused([](auto& m) { m.extra_headers = {{"Bcc", "c"}}; }));
  EXPECT_TRUE(refused([](auto& m) { m.extra_headers = {{"content-type", "text/html"}}; }));
  EXPECT_TRUE(
      refused([](auto& m) { m.attachments = {{.file_name = "a\nb", .content_type = "text/plain"}}; }));
  EXPECT_TRUE(
      refused([](auto& m) { m.attachments = {{.file_name = "a", .content_type = "text/plain\r\nX: y"}}; }));
  EXPECT_TRUE(refused([](auto& m) { m.to.clear(), m.cc.clear(); }));
  EXPECT_TRUE(refused([](auto& m) { m.to[0].address = "jürgen@x.lv"; }));
  EXPECT_TRUE(refused([](auto& m) { m.date_ms = 0; }));
}

TEST(ComposeMail, KeepsEveryLineShortWhateverTheWordsAre) {
  OutgoingMail mail = letter();
  mail.text = std::string(100'000, 'x') + "\n" + std::string(5000, ' ') + "\n";
  mail.html = "<p>" + std::string(100'000, 'y');
  for (int i = 0; i < 60; ++i) mail.references.push_back(std::string(60, 'r') + std::to_string(i) + "@x.lv");
  const std::string bytes = composed(mail);
  expect_sound_lines(bytes);
  const Mail read = *parse_mail(bytes);
  EXPECT_EQ(read.text, mail.text);
  EXPECT_EQ(read.references.size(), 20u);
  EXPECT_EQ(read.references.front(), "a@x.lv");
  mail.subject = std::string(3000, 'z');
  if (auto long_word = compose_mail(mail); long_word.ok()) expect_sound_lines(*long_word);
}

TEST(ComposeMail, WritesExtraHeadersAndInternationalDomains) {
  OutgoingMail mail = letter();
  mail.to[0].address = "ana@ābols.lv";
  mail.extra_headers = {{"Auto-Submitted", "auto-replied"}, {"X-Auto-Response-Suppress", "All"}};
  EXPECT_THAT(composed(mail), AllOf(HasSubstr("\r\nAuto-Submitted: auto-replied\r\n"),
                                    HasSubstr("ana@xn--bols-psa.lv"), Not(HasSubstr("Bcc"))));
}

}  // namespace
}  // namespace hark::email
