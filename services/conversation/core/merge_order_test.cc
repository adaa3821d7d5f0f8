#include "conversation/core/merge_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;

TEST(MergeOrder, IsByTimeOfAcceptanceThenId) {
  const std::vector<TimelinePlace> survivor{{10, "b", "s1"}, {30, "d", "s2"}};
  const std::vector<TimelinePlace> loser{{10, "a", "l1"}, {20, "c", "l2"}, {30, "e", "l3"}};
  EXPECT_THAT(merge_places(survivor, loser), ElementsAre("l1", "s1", "l2", "s2", "l3"));
}

TEST(MergeOrder, NeverTurnsATimelinesOwnOrderRoundWhateverTheClocksSaid) {
  const std::vector<TimelinePlace> survivor{{50, "b", "s1"}, {20, "d", "s2"}};
  const std::vector<TimelinePlace> loser{{40, "a", "l1"}, {10, "c", "l2"}, {60, "e", "l3"}};
  EXPECT_THAT(merge_places(survivor, loser), ElementsAre("l1", "l2", "s1", "s2", "l3"));
}

TEST(MergeOrder, KeepsTheEmptyPlacesOfEntriesThatWentBack) {
  const std::vector<TimelinePlace> survivor{{10, "a", "s1"}, {0, "", ""}, {30, "c", "s3"}};
  const std::vector<TimelinePlace> loser{{20, "b", "l1"}, {0, "", ""}};
  EXPECT_THAT(merge_places(survivor, loser), ElementsAre("s1", "", "l1", "", "s3"));
  EXPECT_THAT(merge_places({}, loser), ElementsAre("l1", ""));
}

}  // namespace
}  // namespace hark::conversation
