#include "phone/redis/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/redis_fixture.h"

namespace hark::phone {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StoreTest : public hark::testing::RedisTest {
 protected:
  void save(const std::string& call, std::int64_t version, const std::string& bytes, bool over = false) {
    ASSERT_TRUE(run(store_.save("line", call, {version, bytes}, over)).ok());
  }
  std::string bytes(const std::string& call) {
    const auto loaded = run(store_.load("line", call)).value();
    return loaded ? loaded->bytes : "";
  }
  std::vector<std::string> live() { return run(store_.live("line")).value(); }

  Store store_{client()};
};

TEST_F(StoreTest, KeepsTheLatestStateInWhateverOrderTheyCome) {
  save("c1", 1, "one");
  save("c1", 3, "three");
  save("c1", 2, "two");
  EXPECT_EQ(bytes("c1"), "three");
  EXPECT_EQ(bytes("c2"), "");
}

TEST_F(StoreTest, ListsCallsThatAreNotOver) {
  save("c1", 1, "one");
  save("c2", 1, "one");
  save("c1", 2, "two", true);
  EXPECT_THAT(live(), UnorderedElementsAre("c2"));
  EXPECT_EQ(bytes("c1"), "two");
  save("c1", 3, "a recording", false);  // came afterwards
  EXPECT_THAT(live(), UnorderedElementsAre("c1", "c2"));
}

TEST_F(StoreTest, KnowsWhatACallerGoesOnWithUntilTheyWereAnswered) {
  using std::chrono::seconds;
  EXPECT_EQ(run(store_.goes_on_with("line", "+371")).value(), "");
  ASSERT_TRUE(run(store_.may_go_on("line", "+371", "line:c1", seconds{900})).ok());
  EXPECT_EQ(run(store_.goes_on_with("line", "+371")).value(), "line:c1");
  EXPECT_EQ(run(store_.goes_on_with("other", "+371")).value(), "");
  ASSERT_TRUE(run(store_.answered("line", "+371")).ok());
  EXPECT_EQ(run(store_.goes_on_with("line", "+371")).value(), "");
}

TEST_F(StoreTest, CountsTries) {
  EXPECT_EQ(run(store_.tries("line", "e1", false)).value(), 0);
  EXPECT_EQ(run(store_.tries("line", "e1", true)).value(), 1);
  EXPECT_EQ(run(store_.tries("line", "e1", true)).value(), 2);
  EXPECT_EQ(run(store_.tries("line", "e1", false)).value(), 2);
}

}  // namespace
}  // namespace hark::phone
