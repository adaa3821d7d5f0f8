#include "console/core/mentions.h"

#include <gmock/gmock.h>

#include <set>

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> mentions(std::string_view text, const std::vector<std::string>& named = {}) {
  static const std::set<std::string, std::less<>> agents{"ana", "ana.b", "ben-1", "i."};
  return mentions_in(text, named, [](std::string_view id) { return agents.contains(id); });
}

TEST(Mentions, CallAgentsInOrderAndEachOnce) {
  EXPECT_THAT(mentions("@ben-1 and @ANA, see this; @ben-1?"), ElementsAre("ben-1", "ana"));
}

TEST(Mentions, LeaveTheSentenceItsFullStop) {
  EXPECT_THAT(mentions("ask @ana."), ElementsAre("ana"));
  EXPECT_THAT(mentions("ask @ana.b..."), ElementsAre("ana.b"));
  EXPECT_THAT(mentions("@i."), ElementsAre("i."));
}

TEST(Mentions, AreNotMailAddressesOrStrangers) {
  EXPECT_THAT(mentions("write to me@ana or x.@ana"), IsEmpty());
  EXPECT_THAT(mentions("\xc4\x81@ana"), IsEmpty()) << "a letter of another script";
  EXPECT_THAT(mentions("@zed @anastasia @ @@ana"), IsEmpty());
  EXPECT_THAT(mentions(""), IsEmpty());
}

TEST(Mentions, AreOnlyWordsBeyondTheirNumber) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "@agent" + std::to_string(i) + " ";
  EXPECT_EQ(mentions_in(text, {"ben"}, [](std::string_view) { return true; }).size(), kMentionsMax);
}

TEST(Mentions, AreAlsoThoseWhomThePageFoundNamedIfTheyWorkHere) {
  EXPECT_THAT(mentions("@Ben Ozols and @ana", {"ben-1", "ana", "zed"}), ElementsAre("ana", "ben-1"));
}

}  // namespace
}  // namespace hark::console
