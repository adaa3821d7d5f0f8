#include "console/core/replay_window.h"

#include <gmock/gmock.h>

#include <string>

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(ReplayWindow, GoesOnFromAnyOffsetThatItStillHolds) {
  ReplayWindow<std::string> window;
  EXPECT_EQ(window.next(), 1);
  EXPECT_THAT(window.after(0), Optional(IsEmpty()));
  for (const auto* frame : {"a", "b", "c"}) window.add(frame, 1);
  EXPECT_THAT(window.after(0), Optional(ElementsAre("a", "b", "c")));
  EXPECT_THAT(window.after(2), Optional(ElementsAre("c")));
  EXPECT_THAT(window.after(3), Optional(IsEmpty()));
}

TEST(ReplayWindow, LetsGoOfWhatThePageHas) {
  ReplayWindow<std::string> window;
  for (const auto* frame : {"a", "b", "c"}) window.add(frame, 1);
  window.forget(2);
  EXPECT_THAT(window.after(2), Optional(ElementsAre("c")));
  EXPECT_FALSE(window.after(1));
  EXPECT_EQ(window.next(), 4);
  window.forget(1);   // said late
  window.forget(99);  // of what never was
  EXPECT_EQ(window.next(), 4);
  EXPECT_THAT(window.after(3), Optional(IsEmpty()));
}

TEST(ReplayWindow, RefusesAnOffsetThatItNeverGave) {
  ReplayWindow<std::string> window;
  window.add("a", 1);
  EXPECT_FALSE(window.after(2));
  EXPECT_FALSE(window.after(-1));
}

TEST(ReplayWindow, ForgetsTheOldestBeyondItsFramesOrBytesAndSaysSo) {
  ReplayWindow<int> many;
  for (int i = 0; i < static_cast<int>(kToldFramesMax) + 2; ++i) many.add(i, 1);
  EXPECT_FALSE(many.after(0));
  EXPECT_FALSE(many.after(1));
  EXPECT_EQ(many.after(2)->size(), kToldFramesMax);
  ReplayWindow<std::string> large;
  large.add("a", kToldBytesMax);
  large.add("b", 1);
  EXPECT_FALSE(large.after(0));
  EXPECT_THAT(large.after(1), Optional(ElementsAre("b")));
  large.add("c", kToldBytesMax + 1);
  EXPECT_FALSE(large.after(2)) << "larger than everything that is kept";
  EXPECT_THAT(large.after(3), Optional(IsEmpty()));
  EXPECT_EQ(large.next(), 4);
}

}  // namespace
}  // namespace hark::console
