#include "email/core/reply_trim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/linear_time.h"
#include "email/core/html_reply.h"
#include "email/core/parse_mail.h"
#include "email/core/reply_phrases.h"

namespace hark::email {
namespace {

using hark::testing::takes_linear_time;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string visible(std::string_view text, bool forwarded = false) {
  return trim_reply(text, forwarded).visible(text);
}

/// Ranges cover the text in order, without gaps, each of another part than its neighbour.
void expect_whole(std::string_view text, const TrimmedReply& reply) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < reply.ranges.size(); ++i) {
    EXPECT_EQ(reply.ranges[i].begin, at);
    EXPECT_LT(reply.ranges[i].begin, reply.ranges[i].end);
    if (i > 0) EXPECT_NE(reply.ranges[i].part, reply.ranges[i - 1].part);
    at = reply.ranges[i].end;
  }
  EXPECT_EQ(at, text.size());
}

TEST(ReplyTrim, GivesRangesThatCoverTheWholeText) {
  const std::string_view text =
      "Yes, please.\r\n\r\n-- \r\nAna\r\n\r\nOn 3 May 2024 at 10:00, Support <s@x.lv> wrote:\r\n> Blue?\r\n";
  const auto reply = trim_reply(text);
  expect_whole(text, reply);
  EXPECT_THAT(reply.ranges,
              ElementsAre(ReplyRange{0, 16, ReplyPart::kVisible}, ReplyRange{16, 28, ReplyPart::kSignature},
                          ReplyRange{28, text.size(), ReplyPart::kQuoted}));
  EXPECT_EQ(reply.visible(text), "Yes, please.");
}

TEST(ReplyTrim, LeavesATextWithoutQuotesAlone) {
  for (const std::string_view text :
       {"", "\n\n", "Hi", "Hi\n\nSee:\n\n    code > 3\n\nBye\n", "5 > 3\n> 2\n", "From Riga with love\n"}) {
    const auto reply = trim_reply(text);
    expect_whole(text, reply);
    for (const auto& range : reply.ranges) EXPECT_EQ(range.part, ReplyPart::kVisible) << text;
  }
}

TEST(ReplyTrim, KnowsTheIntroductionsOfManyLanguages) {
  for (const std::string_view introduction : {
           "On Mon, 13 Apr 2020 at 12:33, Support <s@x.lv> wrote:",
           "On Apr 13, 2020, at 12:33 PM, Support Team wrote:",
           "In message <abc@x.lv>, Support writes:",
           "Le lun. 13 avr. 2020 à 12:33, Support <s@x.lv> a écrit :",
           "Le lun. 13 avr. 2020 à 12:33, Support <s@x.lv> a écrit\xc2\xa0:",
           "Am Mo., 13. Apr. 2020 um 12:33 Uhr schrieb Support <s@x.lv>:",
           "Support <s@x.lv> schrieb am Mo., 13. Apr. 2020, 12:33:",
           "Il giorno lun 13 apr 2020 alle ore 12:33 Support <s@x.lv> ha scritto:",
           "El lun., 13 abr. 2020 a las 12:33, Support (<s@x.lv>) escribió:",
           "Em seg., 13 de abr. de 2020 às 12:33, Support <s@x.lv> escreveu:",
           "Op ma 13 apr. 2020 om 12:33 schreef Support <s@x.lv>:",
           "Op 13 apr. 2020 12:33 schreef \"Support\" <s@x.lv> het volgende geschreven:",
           "pon., 13 kwi 2020 o 12:33 Support <s@x.lv> napisał(a):",
           "Dnia 13 kwietnia 2020 12:33 Support <s@x.lv> napisał(a):",
           "W dniu 13.04.2020 o 12:33, Support pisze:",
           "Den mån 13 apr. 2020 kl 12:33 skrev Support <s@x.lv>:",
           "Den man. 13. apr. 2020 kl. 12.33 skrev Support <s@x.lv>:",
           "ma 13. huhtik. 2020 klo 12.33 Support (s@x.lv) kirjoitti:",
           "пн, 13 апр. 2020 г. в 12:33, Support <s@x.lv>:",
           "13 апреля 2020 г., 12:33, Support <s@x.lv> написал(а):",
           "Понедельник, 13 апреля 2020, 12:33 +03:00 от Support <s@x.lv>:",
           "пн, 13 квіт. 2020 р. о 12:33 Support <s@x.lv> пише:",
           "pirmd., 2020. g. 13. apr., plkst. 12:33 — lietotājs Support (<s@x.lv>) rakstīja:",
           "Vào 12:33 13 tháng 4, 2020, Support <s@x.lv> đã viết:",
           "在 2020年4月13日，12:33，Support <s@x.lv> 写道：",
           "2020-04-13 12:33 GMT+02:00 Support <s@x.lv>:",
           "12:33, 13 April 2020, \"Support\" <s@x.lv>:",
           "---- On Mon, 13 Apr 2020 12:33:00 +0300 Support <s@x.lv> wrote ----",
       }) {
    const auto marked = "Mine.\n\n" + std::string{introduction} + "\n\n> Theirs.\n> More.\n";
    EXPECT_EQ(visible(marked), "Mine.") << introduction;
    const auto unmarked = "Mine.\n\n" + std::string{introduction} + "\n\nTheirs.\n\nMore.\n";
    if (introduction.find("pisze") == std::string_view::npos)
      EXPECT_EQ(visible(unmarked), "Mine.") << introduction;
    const auto above = std::string{introduction} + "\n> Theirs.\n> More.\n\nMine.\n";
    EXPECT_EQ(visible(above), "Mine.") << introduction;
  }
}

TEST(ReplyTrim, KnowsTheHeaderBlocksOfManyLanguages) {
  for (const std::string_view block : {
           "From: Support <s@x.lv>\nSent: Monday, 13 April 2020 12:33\nTo: Ana\nSubject: Order",
           "*From:* Support\n*Sent:* Monday\n*To:* Ana\n*Subject:* Order",
           "Von: Support <s@x.lv>\nGesendet: Montag\nAn: Ana\nBetreff: Bestellung",
           "De : Support <s@x.lv>\nEnvoyé : lundi\nÀ : Ana\nObjet : Commande",
           "De: Support <s@x.lv>\nEnviado el: lunes\nPara: Ana\nAsunto: Pedido",
           "De: Support <s@x.lv>\nEnviada em: segunda\nPara: Ana\nAssunto: Pedido",
           "Da: Support <s@x.lv>\nInviato: lunedì\nA: Ana\nOggetto: Ordine",
           "Van: Support <s@x.lv>\nVerzonden: maandag\nAan: Ana\nOnderwerp: Bestelling",
           "Från: Support <s@x.lv>\nSkickat: måndag\nTill: Ana\nÄmne: Order",
           "Fra: Support <s@x.lv>\nSendt: mandag\nTil: Ana\nEmne: Ordre",
           "Lähettäjä: Support <s@x.lv>\nLähetetty: maanantai\nVastaanottaja: Ana\nAihe: Tilaus",
           "От: Support <s@x.lv>\nОтправлено: понедельник\nКому: Ana\nТема: Заказ",
           "Від: Support <s@x.lv>\nНадіслано: понеділок\nКому: Ana\nТема: Замовлення",
           "Od: Support <s@x.lv>\nWysłano: poniedziałek\nDo: Ana\nTemat: Zamówienie",
           "No: Support <s@x.lv>\nNosūtīts: pirmdiena\nKam: Ana\nTēma: Pasūtījums",
           "发件人: Support <s@x.lv>\n发送时间: 2020年4月13日\n收件人: Ana\n主题: 订单",
       }) {
    const auto text = "Mine.\n\n" + std::string{block} + "\n\nTheirs.\n";
    EXPECT_EQ(visible(text), "Mine.") << block;
    EXPECT_EQ(visible("Mine.\n________________________________\n" + std::string{block} + "\n\nTheirs.\n"),
              "Mine.")
        << block;
    EXPECT_EQ(visible(std::string{block} + "\n\nTheirs.\n"), std::string{block} + "\n\nTheirs.")
        << "nothing above it";
    EXPECT_EQ(visible(text, true), "Mine.\n\n" + std::string{block} + "\n\nTheirs.")
        << "the subject says that it is forwarded";
  }
}

TEST(ReplyTrim, KnowsTheWordsForAnOriginalMessage) {
  for (const std::string_view marker :
       {"-----Original Message-----", "*-------- Original Message --------*",
        "-----Ursprüngliche Nachricht-----", "-------- Message d'origine --------",
        "-------- Message d’origine --------", "-----Mensaje original-----", "-----Messaggio originale-----",
        "-----Oorspronkelijk bericht-----", "-----Ursprungligt meddelande-----",
        "-----Oprindelig meddelelse-----", "-----Alkuperäinen viesti-----", "-----Исходное сообщение-----",
        "----- Вихідне повідомлення -----", "-----Oryginalna wiadomość-----",
        "-----Sākotnējais ziņojums-----"}) {
    EXPECT_EQ(visible("Mine.\n\n" + std::string{marker} + "\nTheirs.\n"), "Mine.") << marker;
  }
}

TEST(ReplyTrim, NeverCutsForwardedMail) {
  for (const std::string_view marker :
       {"---------- Forwarded message ---------",
        "Begin forwarded message:", "-------- Weitergeleitete Nachricht --------",
        "-------- Пересылаемое сообщение --------", "---------- Pārsūtīts ziņojums ----------"}) {
    const auto text = "Look:\n\n" + std::string{marker} +
                      "\nFrom: B <b@x.lv>\nDate: 3 May 2024\nSubject: S\n\n> q\n> r\n\nOn 1 May 2024 10:00, "
                      "C <c@x.lv> wrote:\n\nText";
    EXPECT_EQ(visible(text), text) << marker;
  }
  const std::string reply_to_forward =
      "My answer.\n\nOn 3 May 2024 at 10:00, B <b@x.lv> wrote:\n> Look:\n>\n> ---------- Forwarded message "
      "---------\n> From: C\n";
  EXPECT_EQ(visible(reply_to_forward), "My answer.");
}

TEST(ReplyTrim, KeepsAnswersBelowAndBetweenQuotes) {
  EXPECT_EQ(visible("> Blue or red?\n\nBlue.\n\n> Size?\n\nM.\n"), "> Blue or red?\n\nBlue.\n\n> Size?\n\nM.")
      << "with what they answer";
  EXPECT_EQ(visible("On 3 May 2024 at 10:00, S <s@x.lv> wrote:\n> Blue?\nYes.\n> Size?\nM.\n> Bye\n> S\n"),
            "> Blue?\nYes.\n> Size?\nM.");
  EXPECT_EQ(visible("Hello\n\nOn 3 May 2024 at 10:00, S <s@x.lv> wrote:\n> Blue?\n> Red?\n\nBlue.\n"),
            "Hello\n\nBlue.");
}

TEST(ReplyTrim, DoesNotTakeCustomersSentencesForIntroductions) {
  for (const std::string_view text :
       {"Hi,\n\nOn Monday your colleague wrote:\n\nwe refund you\n\nThat never happened.\n",
        "Hi,\n\nOn 3 May at 10:00 your agent said:\n\nyou will get it\n\nI did not.\n",
        "Hi,\n\nOn Tuesday at 10:00 I sent a mail to your colleague who wrote the following:\n\nNo "
        "refund.\n\nWhy?\n",
        "Hi,\n\nFrom: Riga\nTo: Paris\nDate: 3 May\n\nPlease book it.\n",
        "Dear all,\n\nTo: be or not to be\nSubject: to change\n\nBye\n",
        "Hi,\n\nmy address is ana@x.lv\nand I live in 2 towns:\n\nRiga, Ventspils\n",
        "Hi,\n\n2024-05-03 is the date of order 77.\n\nThanks\n",
        "Hi,\n\nIt was sent from my office.\n\nSent from my office, it never came.\nSo where is it?\n"}) {
    auto whole = std::string{text};
    whole.erase(whole.find_last_not_of('\n') + 1);
    EXPECT_EQ(visible(text), whole);
  }
}

TEST(ReplyTrim, FoldsSignaturesButNotWhatComesAfterThem) {
  EXPECT_EQ(visible("Text\n-- \nAna\nx.lv\n"), "Text");
  EXPECT_EQ(visible("Text\n--\nAna\n\nP.S. Call me!\n"), "Text\n\nP.S. Call me!");
  EXPECT_EQ(visible("--\nonly a line above\n"), "--\nonly a line above");
  std::string chapters = "One\n--\n";
  for (int i = 0; i < 20; ++i) chapters += "words and words\n";
  EXPECT_THAT(visible(chapters), HasSubstr("words and words")) << "a rule between paragraphs";
}

TEST(ReplyTrim, FoldsMobileSignatures) {
  for (const std::string_view line :
       {"Sent from my iPhone", "Envoyé depuis mon iPhone", "Von meinem iPhone gesendet", "Inviato da iPhone",
        "Enviado desde mi iPhone", "Enviado do meu iPhone", "Verstuurd vanaf mijn iPad",
        "Skickat från min iPhone", "Sendt fra min iPhone", "Lähetetty iPhonesta", "Отправлено с iPhone",
        "Надіслано з iPhone", "Wysłane z iPhone'a", "Nosūtīts no mana iPhone", "從我的 iPhone 傳送",
        "Get Outlook for iOS"}) {
    EXPECT_EQ(visible("Mine.\n\n" + std::string{line} + "\n"), "Mine.") << line;
    EXPECT_EQ(visible("Mine.\n" + std::string{line} + "\n\n> q\n> r\n"), "Mine.") << line;
    EXPECT_EQ(visible(std::string{line}), line) << "nothing else to show";
  }
}

TEST(ReplyTrim, ShowsEverythingIfNothingWouldRemain) {
  const std::string_view text = "On 3 May 2024 at 10:00, S <s@x.lv> wrote:\n> Blue?\n> Red?\n";
  const auto reply = trim_reply(text);
  EXPECT_THAT(reply.ranges, ElementsAre(ReplyRange{0, text.size(), ReplyPart::kVisible}));
}

TEST(ReplyTrim, TakesLinearTimeOnHostileTexts) {
  const std::vector<std::string> pieces{"On 3 May 2024 at 10:00,\n",
                                        "> q\n",
                                        "--\n",
                                        "-- \n",
                                        "Sent from my x\n",
                                        "From: a@b\n",
                                        "<\n",
                                        "On a <b@c\n\n<",
                                        "---\n\n\n",
                                        "a@b> wrote\n",
                                        "\n",
                                        "a ",
                                        "____\n\n",
                                        "> \nx\n"};
  for (const auto& piece : pieces) {
    const auto make = [&](std::size_t size) {
      std::string text = "Hi\n";
      while (text.size() < size) text += piece;
      return text;
    };
    EXPECT_TRUE(takes_linear_time(16'000, make, [](const auto& text) {
      expect_whole(text, trim_reply(text));
    })) << piece;
  }
}

TEST(ReplyTrim, KnowsForwardsByTheirSubjects) {
  for (const char* subject : {"Fwd: x", "FW: x", "WG: x", "TR: x", "RV: x", "Пересл: x"})
    EXPECT_TRUE(is_forward_subject(subject)) << subject;
  for (const char* subject : {"Re: Fwd: x", "Forward x", ""})
    EXPECT_FALSE(is_forward_subject(subject)) << subject;
}

TEST(HtmlReply, CutsWhatMailProgramsMarkAsQuoted) {
  for (
      const std::string_view quote : {
          R"(<div class="gmail_quote"><div class="gmail_attr">XX 3. 5. YY:<br></div><blockquote class="gmail_quote"><p>q</p><p>r</p></blockquote></div>)",
          R"(<div class="moz-cite-prefix">XX 3. 5. YY:</div><blockquote type="cite" cite="mid:1"><p>q</p></blockquote>)",
          R"(<blockquote type="cite"><div>q</div></blockquote>)",
          R"(<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>XX:</b> s@x.lv</div><div>q</div>)",
          R"(<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>XX:</b> S</p></div><p>q</p>)",
          R"(<span id="OLK_SRC_BODY_SECTION"><div>q</div></span>)",
          R"(<hr id="stopSpelling">XX: 3 May<br>q)",
          R"(<hr id="zwchr" data-marker="__DIVIDER__"><div>q</div>)",
          R"(<div id="yahoo_quoted_123" class="yahoo_quoted"><div>XX</div><div>q</div></div>)",
          R"(<div class="protonmail_quote">XX<blockquote class="protonmail_quote" type="cite">q</blockquote></div>)",
          R"(<div name="quote" style="margin:10px"><div>XX</div>q</div>)",
          R"(<div>03.05.2024, 10:00, "S" &lt;s@x.lv&gt;:</div><blockquote><p>q</p><p>r</p></blockquote>)",
          R"(<div id="mail-editor-reference-message-container"><div>q</div></div>)",
      }) {
    EXPECT_EQ(trim_html_reply("<div>Mine <b>own</b>.</div>" + std::string{quote}), "Mine own.") << quote;
  }
}

TEST(HtmlReply, KeepsWhatIsTheWritersOwn) {
  EXPECT_EQ(trim_html_reply("<p>See:</p><blockquote><p>a line</p><p>that I like</p></blockquote>"),
            "See:\n\na line\n\nthat I like");
  EXPECT_THAT(
      trim_html_reply(
          R"(<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: B</div><p>Text</p></div>)"),
      HasSubstr("Text"));
  EXPECT_THAT(trim_html_reply(R"(<p>Look</p><div id="divRplyFwdMsg"><b>From:</b> B</div><p>Text</p>)", true),
              HasSubstr("Text"));
  const auto between = trim_html_reply(
      R"(<blockquote type="cite">one?</blockquote>Yes.<blockquote type="cite">two?</blockquote>No.)");
  for (const char* line : {"> one?\n", "\nYes.\n", "> two?\n", "\nNo."})
    EXPECT_THAT(between, HasSubstr(line));
  EXPECT_EQ(trim_html_reply(R"(<blockquote type="cite"><p>only</p></blockquote>)"), ">\n> only");
  EXPECT_EQ(trim_html_reply(R"(<div id="divRplyFwdMsg"><b>From:</b> B</div><p>Text</p>)"), "From: B\n\nText");
  EXPECT_EQ(trim_html_reply("a &lt;b&gt; &amp;amp; c<style>x{}</style>"), "a <b> &amp; c");
  EXPECT_EQ(trim_html_reply(""), "");
}

TEST(HtmlReply, ReadsAMailByItsHtmlOnlyIfItHasNoTextOfItsOwn) {
  const std::string head = "From: ana@x.lv\r\nSubject: Re: Order\r\nMIME-Version: 1.0\r\n";
  const std::string html =
      R"(<div>Mine</div><div class="moz-cite-prefix">XX:</div><blockquote type="cite">q</blockquote>)";
  const auto only_html = parse_mail(head + "Content-Type: text/html\r\n\r\n" + html);
  ASSERT_TRUE(only_html.ok());
  EXPECT_EQ(visible_reply(*only_html), "Mine");
  const auto both =
      parse_mail(head +
                 "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nOf the text\r\n"
                 "--b\r\nContent-Type: text/html\r\n\r\n" +
                 html + "\r\n--b--\r\n");
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(visible_reply(*both), "Of the text");
}

TEST(HtmlReply, FoldsSignatureElements) {
  EXPECT_EQ(trim_html_reply(R"(<p>Mine</p><div class="gmail_signature"><p>Ana</p></div>)"), "Mine");
  EXPECT_EQ(trim_html_reply(R"(<div class="gmail_signature"><p>Ana</p></div>)"), "Ana")
      << "nothing else to show";
}

TEST(HtmlReply, ShowsNoMarksOfItsOwnWhateverComesIn) {
  for (const std::string_view html :
       {"\x02\x03", "<p>\x02</p><p>\x03</p>x", "<div class=gmail_attr>x</div>y", "<hr id=zwchr>"}) {
    const auto text = trim_html_reply(html);
    EXPECT_THAT(text, Not(HasSubstr("\x02"))) << html;
    EXPECT_THAT(text, Not(HasSubstr("\x03"))) << html;
  }
}

}  // namespace
}  // namespace hark::email
