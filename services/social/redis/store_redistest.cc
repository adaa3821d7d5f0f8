#include "social/redis/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/redis_fixture.h"

namespace hark::social {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kAddress = "telegram:35";

class StoreTest : public hark::testing::RedisTest {
 protected:
  Store::Begun begin(const std::string& entry, bool repeatable = false, std::size_t pieces = 2,
                     const std::string& private_to = "") {
    return run(store_.begin("bot", {entry, kAddress, repeatable, pieces, private_to})).value();
  }
  void settle(const std::string& entry, bool sent, bool last = false, const std::string& native_id = "") {
    ASSERT_TRUE(run(store_.settle("bot", {entry, kAddress, sent, last, native_id}, from_ms(1000))).ok());
  }
  std::vector<Store::Reached> reached(Progress progress) {
    return run(store_.reached("bot", std::move(progress))).value();
  }

  Store store_{client()};
};

TEST_F(StoreTest, APieceThatWasBegunIsNotBegunAgainUntilItIsKnownWhatBecameOfIt) {
  EXPECT_TRUE(begin("e1").go);
  EXPECT_FALSE(begin("e1").go);
  EXPECT_TRUE(begin("e2").go);
  settle("e1", false);
  EXPECT_TRUE(begin("e1").go);
  EXPECT_EQ(begin("e1").pieces_done, 0);
}

TEST_F(StoreTest, GoesOnWithTheFirstPieceThatWasNotSent) {
  begin("e1");
  settle("e1", true, false, "n1");
  EXPECT_EQ(begin("e1").pieces_done, 1);
  settle("e1", true, true, "n2");
  for (int i = 0; i < 2; ++i) {
    const auto after = begin("e1");
    EXPECT_TRUE(after.go);
    EXPECT_EQ(after.pieces_done, 2);
  }
}

TEST_F(StoreTest, KnowsWhoseFilesHaveBeenFetched) {
  EXPECT_FALSE(run(store_.has_files("bot", "m1")).value());
  ASSERT_TRUE(run(store_.took_files("bot", "m1")).ok());
  EXPECT_TRUE(run(store_.has_files("bot", "m1")).value());
  EXPECT_FALSE(run(store_.has_files("bot", "m2")).value());
  EXPECT_FALSE(run(store_.has_files("other", "m1")).value());
}

TEST_F(StoreTest, WhereTheNetworkDropsWhatComesTwiceAPieceIsBegunAgain) {
  EXPECT_TRUE(begin("e1", true).go);
  EXPECT_TRUE(begin("e1", true).go);
}

TEST_F(StoreTest, ACommentIsAnsweredPrivatelyOnceUnlessTheFirstCertainlyDidNotGo) {
  EXPECT_TRUE(begin("e1", false, 1, "comment:1").go);
  EXPECT_TRUE(begin("e2", false, 1, "comment:1").another_went);  // perhaps
  settle("e1", false);
  EXPECT_TRUE(begin("e2", false, 1, "comment:1").go);
  settle("e2", true, true, "n2");
  EXPECT_TRUE(begin("e1", false, 1, "comment:1").another_went);
  EXPECT_EQ(begin("e2", false, 1, "comment:1").pieces_done, 1);
  EXPECT_TRUE(begin("e3", false, 1, "comment:2").go);
}

TEST_F(StoreTest, KnowsOurAnswersByTheNetworksIds) {
  begin("e1");
  settle("e1", true, false, "n1");
  begin("e1");
  settle("e1", true, true, "n2");
  const auto first = reached({.native_id = "n1"});
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].entry_id, "e1");
  EXPECT_FALSE(first[0].last_piece);
  EXPECT_TRUE(reached({.native_id = "n2"}).at(0).last_piece);
  EXPECT_THAT(reached({.native_id = "n3"}), IsEmpty());
}

TEST_F(StoreTest, APublicAnswerOfWhichNobodyKnowsIsKnownAgainOnceByWhereItStandsAndWhatItSays) {
  const auto begun = [&](const std::string& entry) {
    return run(store_.begin("bot", {entry, kAddress, false, 1, "", true, {"beneath_it", "in_its_thread"}}))
        .ok();
  };
  ASSERT_TRUE(begun("e1"));
  EXPECT_THAT(reached({.native_id = "n1", .echo = "elsewhere"}), IsEmpty());
  EXPECT_EQ(reached({.native_id = "n1", .echo = "in_its_thread"}).at(0).entry_id, "e1");
  EXPECT_TRUE(reached({.native_id = "n1", .echo = "in_its_thread"}).at(0).last_piece);  // told twice
  EXPECT_THAT(reached({.native_id = "n2", .echo = "beneath_it"}), IsEmpty());
  // The same words once more: told of before the answer to the request is there, and after.
  ASSERT_TRUE(begun("e2"));
  EXPECT_EQ(reached({.native_id = "n3", .echo = "beneath_it"}).at(0).entry_id, "e2");
  settle("e2", true, true, "n3");
  ASSERT_TRUE(begun("e3"));
  settle("e3", true, true, "n4");
  EXPECT_EQ(reached({.native_id = "n4", .echo = "beneath_it"}).at(0).entry_id, "e3");
  EXPECT_THAT(reached({.native_id = "n5", .echo = "beneath_it"}), IsEmpty());
}

TEST_F(StoreTest, AWatermarkReachesWhatWasSentBeforeItUntilThatIsRead) {
  begin("e1", false, 1);
  settle("e1", true, true, "n1");
  using State = Progress::State;
  EXPECT_THAT(reached({.state = State::kDelivered, .address = kAddress, .before_ms = 999}), IsEmpty());
  EXPECT_THAT(reached({.state = State::kDelivered, .address = kAddress, .before_ms = 1000}), SizeIs(1));
  const Progress read{.state = State::kRead, .address = kAddress, .before_ms = 1000};
  EXPECT_THAT(reached(read), SizeIs(1));
  EXPECT_THAT(reached(read), SizeIs(1)) << "told again, since nobody knows that it came through";
  ASSERT_TRUE(run(store_.forget_read("bot", kAddress, reached(read))).ok());
  EXPECT_THAT(reached(read), IsEmpty());
}

TEST_F(StoreTest, HearsCustomersOnlyEverLater) {
  EXPECT_EQ(begin("e1").heard_at, std::nullopt);
  for (const int at : {500, 900, 100}) ASSERT_TRUE(run(store_.heard("bot", kAddress, from_ms(at))).ok());
  settle("e1", false);
  EXPECT_EQ(begin("e1").heard_at, from_ms(900));
}

/// Two processes that send for one account.
class PaceTest : public StoreTest {
 protected:
  Store::Turn turn(Store& store, Duration after, Duration patience = 5s, int per_second = 4) {
    return run(store.turn("bot", per_second, kStart + after, patience)).value();
  }
  TimePoint taken(Store& store, Duration after, Duration patience = 5s, int per_second = 4) {
    const auto turn = this->turn(store, after, patience, per_second);
    EXPECT_TRUE(turn.taken);
    return turn.at;
  }
  void silence(Duration until) { ASSERT_TRUE(run(store_.silence("bot", kStart, kStart + until)).ok()); }

  static constexpr TimePoint kStart = from_ms(1'700'000'000'000);
  Store other_{client()};
};

TEST_F(PaceTest, TurnsComeEvenlyHoweverManyProcessesTakeThemAndIdleTimeIsNotSavedUp) {
  EXPECT_EQ(taken(store_, 0ms), kStart);
  EXPECT_EQ(taken(other_, 0ms), kStart + 250ms);
  EXPECT_EQ(taken(store_, 100ms), kStart + 500ms);
  EXPECT_EQ(taken(other_, 60s), kStart + 60s);
  EXPECT_EQ(taken(store_, 60s), kStart + 60s + 250ms);
}

TEST_F(PaceTest, WhoWouldWaitTooLongTakesNoTurn) {
  for (int i = 0; i < 3; ++i) taken(i == 1 ? other_ : store_, 0ms, 2s, 1);
  for (int i = 0; i < 2; ++i) {
    const auto late = turn(other_, 0ms, 2s, 1);
    EXPECT_FALSE(late.taken);
    EXPECT_EQ(late.at, kStart + 3s);
  }
  EXPECT_EQ(taken(other_, 1s, 2s, 1), kStart + 3s);
}

TEST_F(PaceTest, NoSecondHasMoreTurnsThanTheNetworkTakes) {
  const auto first = taken(store_, 0ms, 5s, 70);
  for (int i = 1; i < 70; ++i) taken(i % 2 == 0 ? store_ : other_, 0ms, 5s, 70);
  EXPECT_GE(taken(other_, 0ms, 5s, 70) - first, 1s);
}

TEST_F(PaceTest, SilenceThatTheNetworkAsksForIsKeptByAllAndNeverShortened) {
  silence(30s);
  silence(10s);
  EXPECT_FALSE(turn(other_, 0s).taken);
  EXPECT_EQ(taken(other_, 26s), kStart + 30s);
  EXPECT_EQ(taken(store_, 26s), kStart + 30s + 250ms);
}

}  // namespace
}  // namespace hark::social
