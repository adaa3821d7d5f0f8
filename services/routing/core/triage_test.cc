#include "routing/core/triage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kLatvian =
    "Labdien! Mans pasūtījums vēl nav pienācis, lai gan solījāt to piegādāt jau pagājušajā nedēļā. Lūdzu, "
    "paskaidrojiet.";
constexpr const char* kEnglish =
    "Good morning, my order has not arrived yet although you promised it for last week.";
constexpr const char* kRussian =
    "Здравствуйте, мой заказ до сих пор не пришёл, хотя вы обещали его на прошлой неделе.";

bool nobody(std::string_view) { return false; }
bool everybody(std::string_view) { return true; }

TEST(Triage, TellsLanguagesApart) {
  EXPECT_EQ(detect_language(kLatvian), "lv");
  EXPECT_EQ(detect_language(kEnglish), "en");
  EXPECT_EQ(detect_language(kRussian), "ru");
  EXPECT_EQ(detect_language("Guten Tag, meine Bestellung ist leider noch immer nicht angekommen."), "de");
}

TEST(Triage, DoesNotGuessFromTooLittle) {
  for (const char* text :
       {"", "ok", "?", "12345 67890", "https://example.com/very/long/path/in/english/words", "\xff\xfe"}) {
    EXPECT_EQ(detect_language(text), "") << text;
  }
}

TEST(Triage, ALongTextIsJudgedAsAWholeUnlessItsBeginningIsClear) {
  std::string greeting = kEnglish;
  std::string story;
  while (story.size() < 2'000) story += std::string{kLatvian} + " ";
  EXPECT_EQ(detect_language(story), "lv");
  EXPECT_EQ(detect_language(greeting + " " + story), "lv") << "a greeting is not the message";
}

TEST(Triage, ACutLastCharacterDoesNotSpoilTheRest) {
  std::string text{kRussian};
  text.pop_back();
  text.pop_back();
  EXPECT_EQ(detect_language(text), "ru");
}

TEST(Triage, LinksDoNotCount) {
  EXPECT_EQ(
      detect_language(std::string{kLatvian} + " https://shop.example.com/the/order/that/has/not/arrived/yet"),
      "lv");
}

TEST(Triage, RequiresALanguageThatSomeoneHas) {
  const auto result = triage(kLatvian, {true, {}}, {}, everybody);
  EXPECT_THAT(result.required_skills, ElementsAre(Skill{"language:lv", 1}));
  EXPECT_EQ(result.explanation, "written in lv");
}

TEST(Triage, DoesNotRequireALanguageThatNobodyHas) {
  const auto result = triage(kLatvian, {true, {}}, {}, nobody);
  EXPECT_THAT(result.required_skills, IsEmpty());
  EXPECT_THAT(result.explanation, HasSubstr("no agent has"));
}

TEST(Triage, DoesNotLookUnlessTheAccountAsks) {
  const auto result = triage(kLatvian, {false, {{"billing", 2}}}, {}, everybody);
  EXPECT_THAT(result.required_skills, ElementsAre(Skill{"billing", 2}));
  EXPECT_EQ(result.language, "");
  EXPECT_EQ(result.explanation, "");
}

TEST(Triage, AccountAndWishAreJoinedAndKeptThoughNobodyHasThem) {
  const auto result = triage("?", {true, {{"billing", 2}}}, {{"vip", 1}, {"billing", 4}}, nobody);
  EXPECT_THAT(result.required_skills, ElementsAre(Skill{"billing", 4}, Skill{"vip", 1}));
  EXPECT_THAT(result.explanation, HasSubstr("not certain"));
}

}  // namespace
}  // namespace hark::routing
