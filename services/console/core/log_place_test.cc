#include "console/core/log_place.h"

#include <gmock/gmock.h>

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr TimePoint kStart = from_ms(1'800'000'000'000);

TEST(LogPlace, GoesOnBehindTheNewestPositionOfEachPartition) {
  LogPlace place{kStart};
  place.took(3, 7, kStart + Duration{10});
  place.took(1, 2, kStart + Duration{5});
  place.took(3, 9, kStart + Duration{20});
  EXPECT_THAT(place.positions(), ElementsAre(Pair(1, 2), Pair(3, 9)));
  EXPECT_EQ(place.since(), kStart) << "for partitions of which nothing came";
}

TEST(LogPlace, GoesOnByTimeInAnotherLogAndRatherReadsALittleAgain) {
  LogPlace place{kStart};
  place.caught_up();
  const auto newest = kStart + std::chrono::hours{2};
  place.took(1, 2, newest);
  place.took(2, 40, newest - Duration{5});
  place.forget_positions();
  EXPECT_THAT(place.positions(), IsEmpty());
  EXPECT_EQ(place.since(), newest - kReadAgainOfLog);
}

TEST(LogPlace, NeverGoesBackBehindItsBeginning) {
  LogPlace place{kStart};
  place.caught_up();
  place.forget_positions();
  EXPECT_EQ(place.since(), kStart);
}

TEST(LogPlace, BeginsAnewWhenTheLogChangesBeforeAllOfItWasTaken) {
  LogPlace place{kStart};
  place.took(1, 2, kStart + std::chrono::hours{2});  // and of partition 2 not yet what was before
  place.forget_positions();
  EXPECT_EQ(place.since(), kStart);
}

}  // namespace
}  // namespace hark::console
