#include "conversation/core/unfetched.h"

#include <gmock/gmock.h>

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TimePoint t0 = from_ms(1'700'000'000'000);

TEST(UnfetchedWatch, IsDueWhenTheLongestWaitingReplyHasWaitedForThePatience) {
  UnfetchedWatch watch{10min};
  EXPECT_FALSE(watch.next_deadline());
  watch.waits(3, t0 + 5s);
  watch.waits(3, t0);
  watch.waits(3, t0 + 9s);
  watch.waits(7, t0 + 1s);
  EXPECT_EQ(watch.next_deadline(), t0 + 10min);
  EXPECT_THAT(watch.due(t0 + 10min - 1ms), IsEmpty());
  EXPECT_THAT(watch.due(t0 + 10min), ElementsAre(3));
  EXPECT_THAT(watch.due(t0 + 11min), ElementsAre(3, 7));
}

TEST(UnfetchedWatch, GoesOnWithWhatTheStoreHasLeft) {
  UnfetchedWatch watch{10min};
  watch.waits(3, t0);
  watch.looked(3, t0 + 4min);
  EXPECT_EQ(watch.next_deadline(), t0 + 14min);
  watch.looked(3, std::nullopt);
  EXPECT_FALSE(watch.next_deadline());
}

TEST(UnfetchedWatch, LooksAtOnceIntoWhatItDoesNotKnow) {
  UnfetchedWatch watch{10min};
  watch.look_into(5);
  EXPECT_THAT(watch.due(t0), ElementsAre(5));
  EXPECT_LE(*watch.next_deadline(), t0);
}

}  // namespace
}  // namespace hark::conversation
