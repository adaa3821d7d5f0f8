#include "routing/core/languages.h"

#include <gtest/gtest.h>

#include "routing/core/triage.h"

namespace hark::routing {
namespace {

TEST(Languages, AreKnownByTheCodeThatTriageWrites) {
  for (const char* code : {"en", "lv", "ru", "pl", "zh", "no", "iw"})
    EXPECT_EQ(language_problem(code), "") << code;
  EXPECT_EQ(detect_language("שלום, אני רוצה לדעת מתי ההזמנה שלי תגיע, כי חיכיתי כבר שבוע שלם"), "iw");
}

TEST(Languages, WhateverElseTheyAreCalledLeadsToTheCode) {
  for (const char* text : {"english", "English", "EN", "eng", "en-GB", "en_US"})
    EXPECT_EQ(meant_language(text), "en") << text;
  for (const char* text : {"latvian", "latviešu", "LV", "lav", "lv-LV"})
    EXPECT_EQ(meant_language(text), "lv") << text;
  EXPECT_EQ(meant_language("Русский"), "ru");
  EXPECT_EQ(meant_language("he"), "iw");
  EXPECT_EQ(language_problem("english"), "'english' is no language that texts are found to be in; write en");
  for (const char* text : {"", "klingonish", "xx", "zzb", "en lv", "\xff\xff",
                           "english english english english english english english english english"})
    EXPECT_EQ(meant_language(text), "") << text;
  EXPECT_EQ(language_problem("dothraki"),
            "'dothraki' is no language that texts are found to be in; write its code, such as en or lv");
}

}  // namespace
}  // namespace hark::routing
