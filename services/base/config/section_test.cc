#include "base/config/section.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

constexpr std::string_view kFile =
    "# ours\n"
    "accounts:\n"
    "  - id: support\n"
    "routing:\n"
    "  version: may\n"
    "  # of claims\n"
    "  queues: []\n"
    "agents:\n"
    "  - id: ana\n";

TEST(SectionOf, KeepsTheLinesOfTheSectionWhereTheyAre) {
  EXPECT_EQ(section_of(kFile, "routing"), "\n\n\nrouting:\n  version: may\n  # of claims\n  queues: []\n");
  EXPECT_EQ(section_of(kFile, "agents"), "\n\n\n\n\n\n\nagents:\n  - id: ana\n");
}

TEST(SectionOf, ALastLineWithoutAnEndIsALine) {
  EXPECT_EQ(section_of("routing:\n  version: may", "routing"), "routing:\n  version: may");
}

TEST(SectionOf, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(section_of(kFile, "console"), "");
  EXPECT_EQ(section_of("", "routing"), "");
}

TEST(SectionOf, WhatStandsInBracesIsWrittenAnewOnTheSameLines) {
  EXPECT_EQ(
      section_of("{\"agents\": [],\n \"routing\": {\n  \"version\": \"a \\\"b\\\"\", \"email_units\": 2,"
                 "\n  \"queues\": [{\"id\": \"x\"}, null]}}",
                 "routing"),
      "{\n\"routing\": {\n\"version\": \"a \\\"b\\\"\", \"email_units\": 2, \n\"queues\": [{\"id\": \"x\"}, "
      "null]}}\n");
  EXPECT_EQ(section_of("# JSON\n{routing: {version: may}, agents: []}", "routing"),
            "{\nrouting: {version: may}}\n");
}

TEST(SectionOf, WhatIsNoYamlComesBackWhole) { EXPECT_EQ(section_of("a: [", "routing"), "a: ["); }

}  // namespace
}  // namespace hark
