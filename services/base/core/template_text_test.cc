#include "base/core/template_text.h"

#include <gmock/gmock.h>

namespace hark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TemplateText, NumbersComeInTheirOrderAndNamesAsTheyAppear) {
  EXPECT_THAT(*placeholders_of("Dear {{2}}, order {{1}} of {{2}}"), ElementsAre("1", "2"));
  EXPECT_THAT(*placeholders_of("Dear {{name}}, order {{order_no}}"), ElementsAre("name", "order_no"));
  EXPECT_THAT(*placeholders_of("Good day"), IsEmpty());
}

TEST(TemplateText, WhatTheNetworkWouldRefuseIsRefused) {
  for (const auto* text : {"{{1}} and {{name}}", "{{1}} and {{3}}", "{{2}}", "{{}}", "{{A}}", "{{1", "{{0}}",
                           "{{01}}", "{{ 1 }}", "{{99999999999}}"}) {
    EXPECT_FALSE(placeholders_of(text).ok()) << text;
  }
}

TEST(TemplateText, ValuesAreNotLookedIntoForPlaceholders) {
  EXPECT_EQ(fill_in("{{1}}, {{2}}!", {{"1", "{{2}}"}, {"2", "b"}}), "{{2}}, b!");
}

}  // namespace
}  // namespace hark
