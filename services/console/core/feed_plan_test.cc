#include "console/core/feed_plan.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

TEST(FeedPlan, ReadsTheNewestPageWhenSomebodyOpensTheConversation) {
  FeedPlan plan;
  EXPECT_FALSE(plan.pending());
  plan.everything();
  ASSERT_TRUE(plan.pending());
  EXPECT_TRUE(plan.take().newest);
  EXPECT_FALSE(plan.pending());
}

TEST(FeedPlan, ReadsFromTheOldestEntryThatChanged) {
  FeedPlan plan;
  plan.changed(9);
  plan.changed(7);
  plan.changed(8);
  const auto read = plan.take();
  EXPECT_FALSE(read.newest);
  EXPECT_TRUE(read.entries);
  EXPECT_EQ(read.after_sequence, 6);
}

TEST(FeedPlan, ReadsNoEntriesForAnEventThatNamesNone) {
  FeedPlan plan;
  plan.changed(0);
  EXPECT_TRUE(plan.pending());
  EXPECT_FALSE(plan.take().entries);
}

TEST(FeedPlan, ReadsShownOpenObligationsAgainWhenAReplyMaySettleThem) {
  FeedPlan plan;
  plan.shown({{3, true}, {4, false}, {5, true}});
  plan.changed(6);
  plan.settled();
  EXPECT_EQ(plan.take().after_sequence, 2);
  plan.shown({{3, false}, {5, true}, {6, false}});
  plan.settled();
  EXPECT_EQ(plan.take().after_sequence, 4);
  plan.shown({{5, false}});
  plan.changed(7);
  plan.settled();
  EXPECT_EQ(plan.take().after_sequence, 6);
}

TEST(FeedPlan, ReadsTheNewestPageInsteadOfALongTail) {
  FeedPlan plan;
  plan.changed(2);
  auto read = plan.take();
  read.fit(1 + kChangeSpanMax);
  EXPECT_FALSE(read.newest);
  read.fit(2 + kChangeSpanMax);
  EXPECT_TRUE(read.newest);
}

TEST(FeedPlan, ForgetsOpenObligationsThatAreTooOldToBeReadByThemselves) {
  FeedPlan plan;
  plan.shown({{1, true}, {1000, true}});
  plan.settled();
  EXPECT_EQ(plan.take().after_sequence, 999);
}

}  // namespace
}  // namespace hark::console
