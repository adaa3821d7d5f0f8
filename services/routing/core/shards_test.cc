#include "routing/core/shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Shards kShards{{"emea", "apac"}};

QueueRules queue(const std::string& id, const std::string& shard, const std::string& account) {
  QueueRules out;
  out.id = id;
  out.shard = shard;
  if (!account.empty()) {
    EntryCondition entry;
    entry.account_ids = {account};
    out.entries = {entry};
  }
  return out;
}

Work of_account(const std::string& account) {
  Work work = Center::work("t1");
  work.account_id = account;
  return work;
}

TEST(Shards, AreFoundByNameAndTheFirstIsMeantByNone) {
  EXPECT_EQ(kShards.find("apac"), 1);
  EXPECT_EQ(kShards.find(""), 0);
  EXPECT_EQ(kShards.find("mars"), std::nullopt);
  EXPECT_EQ(kShards.name(1), "apac");
  EXPECT_EQ(Shards{}.count(), 1);
  EXPECT_EQ(Shards{}.find(""), 0);
  EXPECT_EQ(Shards{{"only"}}.name(0), "") << "where there is one, nobody is told of it";
}

TEST(Shards, ATicketIsOfTheShardWhoseQueueTakesItFirst) {
  const std::vector<QueueRules> queues{queue("west", "", "a"), queue("east", "apac", "b"),
                                       queue("late", "emea", "b"), queue("named", "apac", "")};
  EXPECT_EQ(shard_for(queues, of_account("a"), kShards), 0);
  EXPECT_EQ(shard_for(queues, of_account("b"), kShards), 1);
  EXPECT_EQ(shard_for(queues, of_account("c"), kShards), 0) << "no queue takes it";
  Work work = of_account("a");
  work.queue_id = "named";
  EXPECT_EQ(shard_for(queues, work, kShards), 1) << "put there by name";
  work.queue_id = "gone";
  EXPECT_EQ(shard_for(queues, work, kShards), 0) << "as if it had not been";
}

TEST(Shards, AnEngineHasTheQueuesOfItsOwnShard) {
  Settings settings;
  settings.queues = {queue("west", "", "a"), queue("east", "apac", "b")};
  EXPECT_EQ(settings_of(settings, kShards, 0).queues, std::vector{settings.queues[0]});
  EXPECT_EQ(settings_of(settings, kShards, 1).queues, std::vector{settings.queues[1]});
  EXPECT_EQ(settings_of(settings, Shards{}, 0).queues, settings.queues);
}

TEST(TicketLeft, TakesItsOffersBackAndLeavesTheAgentFreeWithoutAWrapUp) {
  Settings settings = test_settings();
  settings.wrap_up = 60s;
  Center c{settings};
  c.begin();
  c.agent("ana", {}, 1);
  c.queue("t1");
  c.tell(TicketLeft{"t1"});
  EXPECT_THAT(c.router.offers_to("ana"), IsEmpty());
  EXPECT_FALSE(c.router.ticket("t1"));

  c.queue("t2");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t3");
  c.tell(TicketLeft{"t2"});
  EXPECT_THAT(c.made(), ElementsAre("t3>ana")) << "what has gone elsewhere was not resolved";
  c.tell(TicketLeft{"of nobody"});
  EXPECT_THAT(c.effects, IsEmpty());
}

}  // namespace
}  // namespace hark::routing
