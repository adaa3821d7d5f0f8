#include "routing/core/requirement.h"

#include <gtest/gtest.h>

namespace hark::routing {
namespace {

TEST(Requirement, ReadsWhatItWrites) {
  for (const char* text : {"any", "billing", "billing >= 3", "billing 2..4 and not agent:ben",
                           "(a or group:night) and not (b and c >= 2)", "language:lv or agent:ana",
                           "billing >= 3 weight 4 and language:lv weight 2",
                           "a 2..3 weight 100 or not b weight 7", "weight or weight >= 2 weight 3"}) {
    const auto parsed = parse_requirement(text);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(to_text(*parsed), text);
  }
  for (const char* text :
       {"", "billing >=", "billing >= 6", "(a", "a b", "not", "agent:", "billing 4..2", "a and or b"}) {
    EXPECT_FALSE(parse_requirement(text).ok()) << text;
  }
  EXPECT_EQ(parse_requirement("BILLING WEIGHT 4")->weight, 4);
  EXPECT_EQ(to_text(*parse_requirement("billing weight 1")), "billing") << "as without";
  EXPECT_EQ(to_text(without_weights(*parse_requirement("a >= 2 weight 4 and (b weight 2 or c)"))),
            "a >= 2 and (b or c)");
  const auto odd = require_skill("agent:ben", 1);
  EXPECT_EQ(*parse_requirement(to_text(odd)), odd) << "a skill of an odd name is no agent";
}

TEST(Requirement, SaysWhatIsWrongWithAWeight) {
  for (const auto& [text, what] : {std::pair{"a weight", "has no weight from 1 to 100 after 'weight'"},
                                   {"a weight 0", "has no weight from 1 to 100 after 'weight'"},
                                   {"a >= 2 weight 101 and b", "has no weight from 1 to 100 after 'weight'"},
                                   {"a weight 1.5", "has no weight from 1 to 100 after 'weight'"},
                                   {"a weight b", "has no weight from 1 to 100 after 'weight'"},
                                   {"group:night weight 2", "has a weight behind what is not one skill"},
                                   {"(a and b) weight 2", "has a weight behind what is not one skill"},
                                   {"any weight 2", "has a weight behind what is not one skill"}}) {
    const auto parsed = parse_requirement(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().message.find("requirement '" + std::string{text} + "' " + what + ";"), 0U)
        << parsed.error().message;
  }
}

}  // namespace
}  // namespace hark::routing
