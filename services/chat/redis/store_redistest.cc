#include "chat/redis/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/redis_fixture.h"

namespace hark::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Visitor kVisitor{"site", "V1"};

class StoreTest : public hark::testing::RedisTest {
 protected:
  static v1::ChatLogRecord own(const std::string& client_id) {
    v1::ChatLogRecord record;
    record.mutable_item()->set_client_id(client_id);
    record.mutable_item()->set_text("text of " + client_id);
    return record;
  }
  static v1::ChatLogRecord answer(const std::string& entry_id) {
    v1::ChatLogRecord record;
    record.set_entry_id(entry_id);
    record.mutable_item()->set_agent_name("Ana");
    return record;
  }
  std::int64_t append(const v1::ChatLogRecord& record) {
    return run(store_.append(kVisitor, record, "E1")).value().offset;
  }
  std::vector<std::int64_t> offsets(std::int64_t after) {
    std::vector<std::int64_t> out;
    const auto page = run(store_.read(kVisitor, after, 100)).value();
    for (const auto& item : page.items) out.push_back(item.offset);
    return out;
  }
  Store::Session open(const Store::User& user = {}) { return run(store_.open(kVisitor, "E1", user)).value(); }

  Store store_{client(), std::chrono::hours{24}};
};

TEST_F(StoreTest, OffsetsAreDenseAndTheSameItemIsThereOnce) {
  EXPECT_EQ(append(own("c1")), 1);
  EXPECT_EQ(append(answer("e1")), 2);
  EXPECT_EQ(append(own("c1")), 1);
  EXPECT_EQ(append(answer("e1")), 2);
  EXPECT_EQ(append(own("e1")), 3);  // a client cannot name itself an entry
  EXPECT_THAT(offsets(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(offsets(2), ElementsAre(3));
  EXPECT_EQ(run(store_.read(kVisitor, 0, 1)).value().items.front().record.item().text(), "text of c1");
}

TEST_F(StoreTest, ManyAtOnceGetOneOffsetEach) {
  std::vector<std::optional<Result<Store::Appended>>> appended(60);
  std::vector<v1::ChatLogRecord> records;
  for (int i = 0; i < 20; ++i) records.push_back(own("c" + std::to_string(i)));
  for (std::size_t i = 0; i < appended.size(); ++i) {
    tasks().spawn("append", keep(store_.append(kVisitor, records[i % 20], "E1"), appended[i]));
  }
  run_until_idle();
  int fresh = 0;
  for (const auto& one : appended) fresh += (*one)->fresh ? 1 : 0;
  EXPECT_EQ(fresh, 20);
  EXPECT_THAT(offsets(0), SizeIs(20));
  EXPECT_EQ(offsets(0).back(), 20);
}

TEST_F(StoreTest, ASessionKeepsItsEpochOverARestart) {
  EXPECT_EQ(open().log.epoch, "E1");
  append(own("c1"));
  kill_server();
  start_server();
  auto opened = run(store_.open(kVisitor, "E2", {}));
  // The first commands may still have gone into the dying sockets.
  for (int i = 0; i < 5 && !opened.ok(); ++i) opened = run(store_.open(kVisitor, "E2", {}));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const auto again = *std::move(opened);
  EXPECT_EQ(again.log.epoch, "E1");
  EXPECT_EQ(again.log.first, 1);
  EXPECT_EQ(again.log.last, 1);
}

TEST_F(StoreTest, TheOldestItemsLeaveAFullLogAndTheRestStaysDense) {
  for (std::int64_t i = 1; i <= kLogItemsMax + 5; ++i) append(own("c" + std::to_string(i)));
  const auto session = open();
  EXPECT_EQ(session.log.first, 6);
  EXPECT_EQ(session.log.last, kLogItemsMax + 5);
  EXPECT_EQ(offsets(0).front(), 6);
}

TEST_F(StoreTest, MarksOnlyGrowAndNeverBeyondTheLog) {
  append(own("c1"));
  append(answer("e1"));
  EXPECT_EQ(run(store_.mark(kVisitor, 9, 0)).value().delivered, 2);
  const auto marks = run(store_.mark(kVisitor, 0, 1)).value();
  EXPECT_EQ(marks.delivered, 2);
  EXPECT_EQ(marks.read, 1);
  EXPECT_EQ(run(store_.mark(kVisitor, 0, 0)).value().read, 1);
}

TEST_F(StoreTest, NewsOfDeliveryIsGivenUntilItWasTold) {
  append(own("c1"));
  append(answer("e1"));
  append(answer("e2"));
  const auto first = run(store_.mark(kVisitor, 3, 0)).value();
  EXPECT_THAT(first.untold, SizeIs(3));
  EXPECT_THAT(run(store_.mark(kVisitor, 0, 0)).value().untold, SizeIs(3));
  ASSERT_TRUE(run(store_.told(kVisitor, first.delivered, first.read)).ok());
  EXPECT_THAT(run(store_.mark(kVisitor, 3, 0)).value().untold, IsEmpty());
  const auto read = run(store_.mark(kVisitor, 0, 2)).value();
  EXPECT_EQ(read.told_delivered, 3);
  EXPECT_THAT(read.untold, SizeIs(3));
  ASSERT_TRUE(run(store_.told(kVisitor, 3, 2)).ok());
  append(answer("e3"));
  EXPECT_THAT(run(store_.mark(kVisitor, 4, 0)).value().untold, SizeIs(1));
}

TEST_F(StoreTest, WhatAVisitorIsKnownToSayOfThemselvesIsKeptWithTheirSession) {
  EXPECT_TRUE(run(store_.introduced(kVisitor, "too early")).ok());
  EXPECT_EQ(open().introduced, "");
  EXPECT_TRUE(run(store_.introduced(kVisitor, "digest")).ok());
  EXPECT_EQ(open().introduced, "digest");
}

TEST_F(StoreTest, ASessionThatBecameAUsersIsNobodyElses) {
  open();
  append(own("c1"));
  const Store::User ana{"user:site:1", true}, bob{"user:site:2", true}, late{"user:site:1", false};
  EXPECT_TRUE(open(late).another_users);  // an expired signature takes nothing over
  EXPECT_FALSE(open(ana).another_users);
  EXPECT_FALSE(open(late).another_users);
  EXPECT_TRUE(open(bob).another_users);
  EXPECT_TRUE(open().another_users);
}

TEST_F(StoreTest, AllProcessesSignWithTheFirstOnesSecret) {
  EXPECT_EQ(run(Store::secret(client(), "one")).value(), "one");
  EXPECT_EQ(run(Store::secret(client(), "two")).value(), "one");
}

}  // namespace
}  // namespace hark::chat
