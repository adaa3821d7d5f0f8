#include <gmock/gmock.h>

#include "base/testing/redis_fixture.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DurabilityTest : public hark::testing::RedisTest {
 protected:
  DurabilityTest() { EXPECT_EQ(gap_with("appendfsync", "always"), ""); }
  std::string gap_with(std::string_view setting, std::string_view value) {
    const std::vector<std::string_view> set{"CONFIG", "SET", setting, value};
    EXPECT_TRUE(run(client().command("", set)).ok());
    return run(Store::durability_gap(client()));
  }
};

TEST_F(DurabilityTest, AServerThatKeepsEveryAnsweredWriteHasNoGap) {
  EXPECT_THAT(run(Store::durability_gap(client())), IsEmpty());
  EXPECT_THAT(gap_with("maxmemory", "1gb"), IsEmpty()) << "it refuses writes rather than delete";
}

TEST_F(DurabilityTest, OneThatDeletesWhenMemoryIsShortIsTold) {
  EXPECT_THAT(gap_with("maxmemory-policy", "allkeys-lru"), IsEmpty()) << "memory has no limit";
  EXPECT_THAT(gap_with("maxmemory", "1gb"), HasSubstr("allkeys-lru"));
}

TEST_F(DurabilityTest, OneThatDoesNotSyncEachWriteIsTold) {
  EXPECT_THAT(gap_with("no-appendfsync-on-rewrite", "yes"), HasSubstr("rewritten"));
  EXPECT_THAT(gap_with("appendfsync", "everysec"), HasSubstr("everysec"));
  EXPECT_THAT(gap_with("appendonly", "no"), HasSubstr("appendonly"));
}

}  // namespace
}  // namespace hark::conversation
