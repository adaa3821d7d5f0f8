#include "routing/core/sorted_chunks.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace hark::routing {
namespace {

void expect_equal(const SortedChunks<int>& chunks, const std::set<int>& model) {
  ASSERT_EQ(chunks.size(), model.size());
  ASSERT_EQ(chunks.empty(), model.empty());
  auto at = model.begin();
  for (const int value : chunks) ASSERT_EQ(value, *at++);
}

TEST(SortedChunks, IsASetUnderRandomChanges) {
  std::mt19937_64 random{1};
  for (const int range : {20, 300, 5000}) {
    SortedChunks<int> chunks;
    std::set<int> model;
    for (int i = 0; i < 20000; ++i) {
      const int value = static_cast<int>(random() % static_cast<std::uint64_t>(range));
      if (random() % 2) {
        ASSERT_EQ(chunks.insert(value), model.insert(value).second);
      } else {
        ASSERT_EQ(chunks.erase(value), model.erase(value) == 1);
      }
      ASSERT_EQ(chunks.count_before(value),
                static_cast<std::size_t>(std::distance(model.begin(), model.lower_bound(value))));
      if (i % 100 == 0) expect_equal(chunks, model);
    }
  }
}

TEST(SortedChunks, IsALineThatGrowsAtTheEndAndEndsAtTheFront) {
  SortedChunks<int> chunks;
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(chunks.insert(i));
  for (int i = 1000; i < 5000; ++i) {
    ASSERT_TRUE(chunks.insert(i));
    ASSERT_EQ(*chunks.begin(), i - 1000);
    ASSERT_TRUE(chunks.erase(i - 1000));
  }
  while (!chunks.empty()) chunks.erase(*chunks.begin());
  EXPECT_EQ(chunks.begin(), chunks.end());
  EXPECT_TRUE(chunks.insert(7));
  EXPECT_EQ(*chunks.begin(), 7);
}

TEST(SortedChunks, TakesWhatComesFromBehind) {
  SortedChunks<int> chunks;
  std::set<int> model;
  for (int i = 1000; i > 0; --i) {
    ASSERT_TRUE(chunks.insert(i));
    model.insert(i);
  }
  expect_equal(chunks, model);
}

}  // namespace
}  // namespace hark::routing
