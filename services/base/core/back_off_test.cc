#include "base/core/back_off.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

TEST(BackOff, DoublesUpToItsMostAndStaysWithinHalfOfEachStep) {
  BackOff back_off{Duration{100}, Duration{400}};
  EXPECT_EQ(back_off.next(0).count(), 50);
  EXPECT_EQ(back_off.next(100).count(), 200);
  EXPECT_EQ(back_off.next(0).count(), 200);
  EXPECT_EQ(back_off.next(0).count(), 200);
  back_off.reset();
  EXPECT_LE(back_off.next(~0ULL).count(), 100);
}

}  // namespace
}  // namespace hark
