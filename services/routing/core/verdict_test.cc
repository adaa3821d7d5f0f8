#include "routing/core/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

Reader& reader() {
  static Reader reader{Topics{}, PointsPolicy{10, 20, 5}};
  return reader;
}

std::vector<std::string> texts_of(const std::vector<Word>& words) {
  std::vector<std::string> out;
  for (const Word& word : words) out.push_back(word.text);
  return out;
}

TEST(Words, AreFoldedAndCutByUnicodesRules) {
  WordBreaker breaker;
  EXPECT_THAT(texts_of(breaker.words_of("Don't—ĻOTI slikti! Łódź, Ёлка; STRASSE/Straße 👍\xff\xfe ok")),
              ElementsAre("dont", "loti", "slikti", "lodz", "елка", "strasse", "strasse", "👍", "ok"));
  EXPECT_THAT(breaker.words_of(""), IsEmpty());
}

/// A text is cut by the library as a whole when much of it is not ASCII, and otherwise word by word.
TEST(Words, AreTheSameWhicheverWayATextIsCut) {
  constexpr std::string_view kPieces[] = {"a",    "Zb",    "7",    "10",   "_",    "'",    ".",  ",",
                                          ":",    ";",     "-",    " ",    "  ",   "\t",   "\n", "\r",
                                          "\r\n", "!",     "@",    "#",    "\x01", "\x7f", "\"", "(",
                                          ")",    "don't", "3.14", "e.g.", "x_1",  "ā",    "—",  "👍"};
  WordBreaker breaker;
  std::minstd_rand random{4711};
  for (int round = 0; round < 3'000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      // What is not ASCII is rare enough for the text to be cut word by word.
      const auto limit = std::size(kPieces) - (i == 5 ? 0 : 3);
      text += kPieces[random() % limit];
    }
    std::string mostly_foreign = text + " ";
    for (int i = 0; i < 100; ++i) mostly_foreign += "ā ";
    const auto words = breaker.words_of(text);
    auto same = breaker.words_of(mostly_foreign);
    ASSERT_GE(same.size(), 100U);
    same.resize(same.size() - 100);
    ASSERT_EQ(texts_of(words), texts_of(same)) << "'" << text << "'";
    for (std::size_t i = 0; i < words.size(); ++i)
      ASSERT_EQ(words[i].clause, same[i].clause) << "'" << text << "'";
  }
}

TEST(Words, KnowTheBytesThatTheyWereCutFrom) {
  WordBreaker breaker;
  const auto written = [&](std::string_view text) {
    const auto words = breaker.words_of(text);
    std::vector<std::string> out;
    for (std::size_t at = 0; at < words.size(); ++at) out.push_back(as_written(text, words, {at, 1}));
    return out;
  };
  // Of one byte to four, composed and not, with a ligature that folding makes longer, and bytes that are
  // none.
  const std::vector<std::string> words = {"Don't", "ĻOTI", "šausmi\u0304gs", "ﬃx", "👍🏽", "żądam",
                                          "Ёж",    "ok"};
  std::string foreign, mostly_ascii;
  for (const std::string& word : words) {
    foreign += word + "\xff \xe2\x80 ";
    mostly_ascii += word + " \xf0\x9f " + std::string(400, '-') + " ";
  }
  EXPECT_THAT(written(foreign), ElementsAreArray(words));
  EXPECT_THAT(written(mostly_ascii), ElementsAreArray(words));
  EXPECT_THAT(written("right\u202Eleft"), ElementsAre("rightleft"));
}

TEST(Words, OfALongOneAsMuchIsShownAsWasCompared) {
  WordBreaker breaker;
  for (const std::string& letter : {"a", "ā", "𐐷"}) {
    std::string text = "x";
    for (int i = 0; i < 500; ++i) text += letter;
    const auto words = breaker.words_of(text);
    ASSERT_EQ(words.size(), 1U);
    EXPECT_EQ(as_written(text, words, {0, 1}), text.substr(0, words[0].end));
    EXPECT_LE(words[0].end, 1 + 63 * letter.size());
  }
}

TEST(Words, ClausesAreCounted) {
  WordBreaker breaker;
  const auto words = breaker.words_of("no, good.");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_NE(words[0].clause, words[1].clause);
}

struct Case {
  const char* text;
  /// -1, 0, 1.
  int mood;
  bool complaint = false;
  bool urgent = false;
};

void expect(const char* language, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const auto v = reader().judge(c.text);
    EXPECT_EQ(v.language, language) << c.text;
    EXPECT_EQ(v.sentiment <= kNegativeSentiment    ? -1
              : v.sentiment >= -kNegativeSentiment ? 1
                                                   : 0,
              c.mood)
        << c.text << ": " << v.sentiment << " " << v.explanation;
    EXPECT_EQ(v.complaint, c.complaint) << c.text << ": " << v.explanation;
    EXPECT_EQ(v.urgent, c.urgent) << c.text << ": " << v.explanation;
  }
}

TEST(Verdict, ReadsEnglish) {
  expect(
      "en",
      {{"Good morning, could you please tell me when the shop in the old town opens on Saturday?", 0},
       {"This is absolutely terrible service, your support is useless and nobody replies to my letters.", -1},
       {"I want my money back, I am very disappointed with the quality of this product.", -1, true},
       {"Thank you so much, everything works perfectly now and your colleague was wonderful.", 1},
       {"The delivery was not bad at all and I am not angry with anybody in your company.", 1},
       {"I am not happy with this and the answer that I got was not helpful in any way.", -1},
       {"Our production server cannot be reached, please look at it immediately.", 0, false, true},
       {"This is not urgent and I have no complaints about what you have delivered to us.", 0}});
}

TEST(Verdict, ReadsRussian) {
  expect("ru",
         {{"Здравствуйте, подскажите, пожалуйста, в какие дни открыт ваш магазин на улице Бривибас?", 0},
          {"Это просто ужасный сервис, ваши сотрудники хамят, и никто не отвечает на мои письма.", -1},
          {"Требую вернуть деньги за заказ, товар бракованный, я очень недоволен качеством.", -1, true},
          {"Огромное спасибо за помощь, всё отлично работает, ваш сотрудник просто молодец!", 1},
          {"Я не доволен ответом вашей службы, мне это совсем не помогло с моим вопросом.", -1},
          {"Пожалуйста, посмотрите срочно: наши клиенты сидят и ждут ответа от вашего сервера.", 0, false,
           true}});
}

TEST(Verdict, ReadsPolish) {
  expect(
      "pl",
      {{"Dzień dobry, proszę o informację, w jakich godzinach otwarty jest wasz sklep w sobotę.", 0},
       {"To jest okropna obsługa, wasi pracownicy są niekompetentni i nikt nie odpowiada na moje listy.", -1},
       {"Żądam zwrotu pieniędzy, towar przyszedł uszkodzony i jestem bardzo niezadowolony.", -1, true},
       {"Bardzo dziękuję za pomoc, wszystko działa świetnie, polecam państwa firmę znajomym.", 1},
       {"Nie jestem zadowolony z waszej odpowiedzi, która w ogóle nie była dla mnie pomocna.", -1},
       {"Proszę o pilną odpowiedź w sprawie mojego zamówienia, które miało zostać wysłane wczoraj.", 0, false,
        true}});
}

TEST(Verdict, ReadsLatvian) {
  expect("lv",
         {{"Labdien! Vai varat, lūdzu, pateikt, cikos sestdien tiek atvērts jūsu veikals Vecrīgā?", 0},
          {"Tas ir šausmīgs serviss, jūsu darbinieki ir nekompetenti un neviens neatbild uz manām vēstulēm.",
           -1},
          {"Atdodiet naudu par pasūtījumu, prece ir bojāta, un es esmu ļoti neapmierināta ar kvalitāti.", -1,
           true},
          {"Liels paldies par palīdzību, viss strādā lieliski, un jūsu kolēģe bija ļoti atsaucīga!", 1},
          {"Man ļoti nepatīk tas, kā jūs ar mani runājat, un jūsu atbilde nav bijusi noderīga.", -1},
          {"Lūdzu, steidzami paskatieties, mūsu darbinieki sēž un gaida atbildi no jūsu servera.", 0, false,
           true}});
}

TEST(Verdict, DiacriticsThatWereLeftOutMakeNoDifference) {
  const auto with =
      reader().judge("Tas ir šausmīgs serviss, un prece ir bojāta, es esmu ļoti neapmierināts ar jums.");
  const auto without =
      reader().judge("Tas ir sausmigs serviss, un prece ir bojata, es esmu loti neapmierinats ar jums.");
  EXPECT_EQ(with.sentiment, without.sentiment);
}

TEST(Verdict, PointsAddUpAndTheWhyIsTold) {
  const auto v = reader().judge(
      "I demand a refund immediately, this is a terrible, terrible experience with your company.");
  EXPECT_EQ(v.priority_points, 35);
  EXPECT_THAT(v.explanation, HasSubstr("complaint (demand, refund)"));
  EXPECT_THAT(v.explanation, HasSubstr("displeased (terrible"));
}

TEST(Verdict, TheWhyIsInTheWordsOfTheCustomer) {
  EXPECT_EQ(
      reader().judge("Это просто ужасный сервис, ваши сотрудники хамят, это УЖАСНЫЙ магазин.").explanation,
      "displeased (ужасный, хамят)");
  EXPECT_EQ(reader()
                .judge("Żądam zwrotu pieniędzy, towar przyszedł uszkodzony i jestem bardzo niezadowolony.")
                .explanation,
            "complaint (Żądam, zwrotu pieniędzy); displeased (uszkodzony, niezadowolony)");
  EXPECT_EQ(
      reader()
          .judge("Tas ir šausmīgs serviss, jūsu darbinieki ir nekompetenti un neviens neatbild uz manām "
                 "vēstulēm.")
          .explanation,
      "displeased (šausmīgs, nekompetenti, neviens neatbild)");
}

TEST(Verdict, NothingIsReadIntoALanguageThatHasNoLexicon) {
  const auto v =
      reader().judge("Guten Tag, meine Bestellung ist leider noch immer nicht angekommen, das ist bad.");
  EXPECT_EQ(v.language, "de");
  EXPECT_EQ(v.sentiment, 0);
}

TEST(Verdict, AShortTextIsReadByTheLexiconThatFindsMost) {
  EXPECT_LT(reader().judge("ужасно").sentiment, kNegativeSentiment);
  EXPECT_GT(reader().judge("Paldies! 👍").sentiment, -kNegativeSentiment);
}

TEST(Verdict, AnyBytesAreRead) {
  std::string bytes;
  for (int i = 0; i < 6000; ++i) bytes += static_cast<char>(i * 7919 >> 3);
  EXPECT_GE(reader().judge(bytes).sentiment, -100);
}

Topics topics(std::vector<TopicRule> rules) {
  WordBreaker breaker;
  Topics out;
  for (TopicRule& rule : rules) EXPECT_TRUE(out.add(std::move(rule), breaker).ok());
  return out;
}

TEST(TopicRules, FindStemsPhrasesAndPatternsInAnyCaseAndWithoutDiacritics) {
  Reader r{topics({{"billing", {}, {"invoice*", "credit card", "rēķin*", "счет*"}, {}, {{"billing", 2}}, 3},
                   {"order", {}, {}, {R"(\bORD-\d{4,}\b)"}, {}, 0}}),
           {}};
  EXPECT_THAT(r.judge("Where are my INVOICES for October, order ord-12345?").topics,
              ElementsAre("billing", "order"));
  EXPECT_THAT(r.judge("my credit card").topics, ElementsAre("billing"));
  EXPECT_THAT(r.judge("credit, or card").topics, IsEmpty());
  EXPECT_THAT(r.judge("Nesanemu rekinu").topics, ElementsAre("billing"));
  EXPECT_THAT(r.judge("Где мой СЧЁТ?").topics, ElementsAre("billing"));
  EXPECT_THAT(r.judge("reinvoice, accreditation, xORD-12345").topics, IsEmpty());
  const auto v = r.judge("invoice");
  EXPECT_THAT(v.required_skills, ElementsAre(Skill{"billing", 2}));
  EXPECT_EQ(v.priority_points, 3);
  EXPECT_EQ(v.explanation, "about billing (invoice)");
  EXPECT_EQ(r.judge("Kur ir mans RĒĶINS?").explanation, "about billing (RĒĶINS)");
  EXPECT_EQ(r.judge("my Credit  Card").explanation, "about billing (Credit Card)");
}

TEST(TopicRules, LookOnlyIntoTheirLanguages) {
  Reader r{topics({{"gift", {"en"}, {"gift*"}, {}, {}, 0}}), {}};
  EXPECT_THAT(r.judge("Could you please wrap the book as a gift for my mother?").topics, ElementsAre("gift"));
  EXPECT_THAT(r.judge("Guten Tag, dieses Produkt ist leider voller Gift und nicht angekommen.").topics,
              IsEmpty());
}

TEST(TopicRules, AWrongPatternSaysWhere) {
  WordBreaker breaker;
  Topics t;
  EXPECT_THAT(t.add({"x", {}, {}, {"(open"}, {}, 0}, breaker).error().message,
              HasSubstr("'(open' cannot be read"));
  EXPECT_THAT(t.add({"x", {}, {"..."}, {}, {}, 0}, breaker).error().message, HasSubstr("must be words"));
}

TEST(TopicRules, APatternThatRunsAwayIsGivenUp) {
  Reader r{topics({{"slow", {}, {}, {"(a+)+$"}, {}, 0}}), {}};
  EXPECT_THAT(r.judge(std::string(3000, 'a') + "b").topics, IsEmpty());
}

TEST(Lexicon, SaysInWhichLineItIsWrong) {
  WordBreaker breaker;
  EXPECT_THAT(Lexicon::parse("[sentiment]\n4: good\n", breaker).error().message,
              HasSubstr("line 2: weights"));
  EXPECT_THAT(Lexicon::parse("word\n", breaker).error().message, HasSubstr("line 1: stands in no section"));
  EXPECT_THAT(Lexicon::parse("[urgent]\n\na*\n", breaker).error().message, HasSubstr("line 3: 'a*'"));
}

}  // namespace
}  // namespace hark::routing
