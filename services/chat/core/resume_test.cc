#include "chat/core/resume.h"

#include <gtest/gtest.h>

namespace hark::chat {
namespace {

const LogState kLog{"E1", 11, 30};

TEST(Resume, GoesOnAfterWhatThePageHas) {
  const auto from = resume({"E1", 17}, kLog);
  EXPECT_TRUE(from.resumed);
  EXPECT_EQ(from.after, 17);
}

TEST(Resume, APageThatHasEverythingHasNothingToForget) {
  EXPECT_TRUE(resume({"E1", 30}, kLog).resumed);
  EXPECT_EQ(resume({"E1", 30}, kLog).after, 30);
}

TEST(Resume, AGapThatIsStillWholeIsReplayedToItsFirstItem) { EXPECT_TRUE(resume({"E1", 10}, kLog).resumed); }

TEST(Resume, NeverHalfAReplay) {
  const auto from = resume({"E1", 9}, kLog);
  EXPECT_FALSE(from.resumed);
  EXPECT_EQ(from.after, 10);
}

TEST(Resume, AnotherEpochStartsAfresh) {
  EXPECT_FALSE(resume({"E0", 17}, kLog).resumed);
  EXPECT_FALSE(resume({"", 0}, kLog).resumed);
  EXPECT_EQ(resume({"", 0}, kLog).after, 10);
}

TEST(Resume, APageCannotHaveWhatNeverWas) { EXPECT_FALSE(resume({"E1", 31}, kLog).resumed); }

TEST(Resume, AnEmptyLogIsContinuedFromItsBeginning) {
  EXPECT_TRUE(resume({"E1", 0}, {"E1", 1, 0}).resumed);
  EXPECT_EQ(resume({"", 0}, {"E1", 1, 0}).after, 0);
}

}  // namespace
}  // namespace hark::chat
