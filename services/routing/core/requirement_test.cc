#include "routing/core/requirement.h"

#include <gtest/gtest.h>

namespace hark::routing {
namespace {

TEST(Requirement, ReadsWhatItWrites) {
  for (const char* text : {"any", "billing", "billing >= 3", "billing 2..4 and not agent:ben",
                           "(a or group:night) and not (b and c >= 2)", "language:lv or agent:ana"}) {
    const auto parsed = parse_requirement(text);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(to_text(*parsed), text);
  }
  for (const char* text :
       {"", "billing >=", "billing >= 6", "(a", "a b", "not", "agent:", "billing 4..2", "a and or b"}) {
    EXPECT_FALSE(parse_requirement(text).ok()) << text;
  }
  const auto odd = require_skill("agent:ben", 1);
  EXPECT_EQ(*parse_requirement(to_text(odd)), odd) << "a skill of an odd name is no agent";
}

}  // namespace
}  // namespace hark::routing
