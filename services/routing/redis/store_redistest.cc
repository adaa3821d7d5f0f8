#include "routing/redis/store.h"

#include <gmock/gmock.h>

#include "base/testing/redis_fixture.h"
#include "routing/core/shards.h"
#include "routing/redis/journal.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RoutingStore : public hark::testing::RedisTest {
 protected:
  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> value;
    tasks().spawn("test", keep(std::move(task), value));
    run_until_idle();
    return *std::move(value);
  }
  std::int64_t lead(std::string_view instance = "me") { return wait_for(store.lead(instance, 60s))->token; }

  Store store{client(), 0};

 private:
  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>& out) {
    out = co_await std::move(task);
  }
};

v1::Agent agent(const std::string& id, int capacity) {
  v1::Agent agent;
  agent.set_id(id);
  agent.set_capacity_units(capacity);
  agent.set_used_units(3);  // not part of the record
  return agent;
}

TEST_F(RoutingStore, OneLeadsAndTheTokenGrowsWithEachLease) {
  const auto first = *wait_for(store.lead("a", 60s));
  EXPECT_TRUE(first.leading);
  const auto other = *wait_for(store.lead("b", 60s));
  EXPECT_FALSE(other.leading);
  EXPECT_EQ(other.holder, "a");
  EXPECT_GT(other.left, 50s);
  EXPECT_EQ(wait_for(store.renew("a", 60s))->token, first.token);
  EXPECT_TRUE(wait_for(store.resign("b")).ok());  // not b's to give
  EXPECT_FALSE(wait_for(store.lead("b", 60s))->leading);
  EXPECT_FALSE(wait_for(store.renew("b", 60s))->leading);
  EXPECT_EQ(wait_for(store.lead("a", 60s))->token, first.token + 1);  // a, started anew
  EXPECT_TRUE(wait_for(store.resign("a")).ok());
  const auto second = *wait_for(store.lead("b", 60s));
  EXPECT_TRUE(second.leading);
  EXPECT_GT(second.token, first.token);
}

TEST_F(RoutingStore, ATokenTellsItsShard) {
  Store apac{client(), 1};
  const std::int64_t first = wait_for(apac.lead("a", 60s))->token;
  EXPECT_EQ(first, (std::int64_t{1} << kTermBits) + 1);
  EXPECT_EQ(wait_for(apac.renew("a", 60s))->token, first);
  EXPECT_EQ(wait_for(apac.lead("a", 60s))->token, first + 1);
  EXPECT_EQ(lead(), 1) << "another shard's";
  Store::Batch batch;
  batch.first_record = 1;
  batch.records = {"x"};
  EXPECT_TRUE(wait_for(apac.commit(first + 1, batch)).ok());
}

TEST_F(RoutingStore, OfThoseWhoWouldLeadWhoLeadsTheFewestGoesFirst) {
  EXPECT_TRUE(wait_for(store.lead("a", 60s, 2))->leading);
  EXPECT_EQ(wait_for(store.renew("a", 60s, 2))->wanted_by, "");
  EXPECT_FALSE(wait_for(store.lead("b", 60s, 1))->leading);
  EXPECT_FALSE(wait_for(store.lead("c", 60s, 0))->leading);
  EXPECT_FALSE(wait_for(store.lead("b", 60s, 1))->leading);
  const auto renewed = *wait_for(store.renew("a", 60s, 2));
  EXPECT_EQ(renewed.wanted_by, "c");
  EXPECT_EQ(renewed.leads_others, 0);
  EXPECT_TRUE(wait_for(store.resign("a")).ok());
  EXPECT_FALSE(wait_for(store.lead("b", 60s, 1))->leading);
  EXPECT_FALSE(wait_for(store.lead("a", 60s, 1))->leading);
  EXPECT_TRUE(wait_for(store.lead("c", 60s, 0))->leading);
}

TEST_F(RoutingStore, ANewPasswordOrTheirWishBeginsANewGenerationOfAnAgentsSessions) {
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 5), "hash-a", std::nullopt)), 0);
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 5), "hash-b", std::nullopt)), 1);
  EXPECT_EQ(*wait_for(store.end_sessions("ana")), 2);
  auto forged = agent("ana", 6);
  forged.set_session_generation(0);
  EXPECT_EQ(*wait_for(store.save_agent(forged, "", std::nullopt)), 2) << "no record brings it down";
  EXPECT_EQ((*wait_for(store.credentials("ana")))->agent.session_generation(), 2);
  EXPECT_EQ(wait_for(store.agents())->at(0).agent.session_generation(), 2);
  EXPECT_EQ(*wait_for(store.end_sessions("eve")), 0);
  EXPECT_FALSE(*wait_for(store.credentials("eve")));
}

TEST_F(RoutingStore, KeepsAgentsWithTheirPasswords) {
  EXPECT_EQ(*wait_for(store.save_agent(agent("ben", 2), "hash-b", std::nullopt)), 0);
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 5), "hash-a", "")), 0);
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 1), "other", "")), -1) << "there is one";
  EXPECT_EQ(*wait_for(store.save_agent(agent("ben", 3), "", std::nullopt)), 0);
  const auto agents = *wait_for(store.agents());
  ASSERT_EQ(agents.size(), 2u);
  EXPECT_EQ(agents[0].agent.id(), "ana");
  EXPECT_EQ(agents[0].agent.capacity_units(), 5);
  EXPECT_EQ(agents[0].agent.used_units(), 0);
  EXPECT_EQ(agents[0].presence, Presence::kOffline);
  EXPECT_EQ(agents[1].agent.capacity_units(), 3);
  EXPECT_EQ((*wait_for(store.credentials("ben")))->password_hash, "hash-b");
  EXPECT_FALSE(*wait_for(store.credentials("eve")));
}

TEST_F(RoutingStore, WritesAnAgentOverWhatWasReadAlone) {
  ASSERT_TRUE(wait_for(store.save_agent(agent("ana", 2), "hash", std::nullopt)).ok());
  const auto read = **wait_for(store.credentials("ana"));
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 3), "", read.record)), 0);
  EXPECT_EQ(*wait_for(store.save_agent(agent("ana", 4), "", read.record)), -1) << "it is another by now";
  EXPECT_EQ((*wait_for(store.credentials("ana")))->agent.capacity_units(), 3);
}

TEST_F(RoutingStore, WritesABatchOfTheLeader) {
  const auto token = lead();
  ASSERT_TRUE(wait_for(store.save_agent(agent("ana", 5), "", std::nullopt)).ok());
  const Offer offer{"off_1", "tkt_1", "ana", 1, from_ms(1), from_ms(2), "why"};
  Store::Batch batch;
  batch.records = {encode(TimePassed{}, from_ms(1)), encode(TimePassed{}, from_ms(2))};
  batch.offer_made(offer);
  batch.offer_made({"off_2", "tkt_2", "ana", 1, from_ms(1), from_ms(2), ""});
  batch.offer_ended("off_2");
  batch.declined("tkt_1", "ben");
  batch.declined("tkt_1", "sam");
  batch.declined("tkt_3", "sam");
  batch.forget("tkt_3");
  batch.presence("ana", Presence::kAway, 3);
  batch.paused("ana", {"claims", "rest"});
  batch.wrap_up("ana", from_ms(90), true);
  batch.channels("ana", mask_of(Channel::kChat));
  batch.accepted("off_0", {"tkt_0", "ana", 4});
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  EXPECT_THAT(*wait_for(store.standing_offers()), ElementsAre(offer));
  EXPECT_THAT(*wait_for(store.declines()), ElementsAre(Pair("tkt_1", ElementsAre("ben", "sam"))));
  EXPECT_EQ(wait_for(store.agents())->at(0).presence, Presence::kAway);
  EXPECT_EQ(wait_for(store.agents())->at(0).missed_offers, 3);
  EXPECT_THAT(wait_for(store.agents())->at(0).paused_queue_ids, ElementsAre("claims", "rest"));
  EXPECT_EQ(wait_for(store.agents())->at(0).wraps_up_until, from_ms(90));
  EXPECT_TRUE(wait_for(store.agents())->at(0).wrap_up_forced);
  EXPECT_EQ(wait_for(store.agents())->at(0).channels, mask_of(Channel::kChat));
  const auto accepted = **wait_for(store.accepted("off_0"));
  EXPECT_EQ(accepted.ticket_id, "tkt_0");
  EXPECT_EQ(accepted.agent_id, "ana");
  EXPECT_EQ(accepted.assignment_token, 4);
  EXPECT_FALSE(*wait_for(store.accepted("off_9")));
  const auto journal = *wait_for(store.journal("-", 10));
  ASSERT_EQ(journal.size(), 2u);
  EXPECT_EQ(journal[1].id, std::to_string(token) + "-2");
  EXPECT_EQ(journal[1].record.at_ms(), 2);
  EXPECT_THAT(*wait_for(store.journal(journal[1].id, 10)), IsEmpty());
}

TEST_F(RoutingStore, ForgetsAWrapUpThatIsOver) {
  const auto token = lead();
  ASSERT_TRUE(wait_for(store.save_agent(agent("ana", 5), "", std::nullopt)).ok());
  Store::Batch batch;
  batch.records = {encode(TimePassed{}, from_ms(1))};
  batch.wrap_up("ana", from_ms(90), true);
  batch.wrap_up("ana", std::nullopt, false);
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  EXPECT_FALSE(wait_for(store.agents())->at(0).wraps_up_until);
  EXPECT_FALSE(wait_for(store.agents())->at(0).wrap_up_forced);
  EXPECT_EQ(wait_for(store.agents())->at(0).channels, kAllChannels);
}

TEST_F(RoutingStore, TheSameBatchTwiceIsWrittenOnce) {
  const auto token = lead();
  Store::Batch batch;
  batch.records = {encode(TimePassed{}, from_ms(1))};
  batch.declined("tkt_1", "ben");
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  EXPECT_EQ(wait_for(store.journal("-", 10))->size(), 1u);
  EXPECT_THAT(*wait_for(store.declines()), ElementsAre(Pair("tkt_1", ElementsAre("ben"))));
  batch.first_record = 2;
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  EXPECT_EQ(wait_for(store.journal("-", 10))->size(), 2u);
}

TEST_F(RoutingStore, ManyRecordsAreReadBackEachUnderItsNumber) {
  const auto token = lead();
  Store::Batch batch;
  for (int i = 1; i <= 250; ++i) batch.records.push_back(encode(TimePassed{}, from_ms(i)));
  ASSERT_TRUE(wait_for(store.commit(token, batch)).ok());
  Store::Batch next;
  next.first_record = 251;
  next.records = {encode(TimePassed{}, from_ms(251))};
  ASSERT_TRUE(wait_for(store.commit(token, next)).ok());
  std::vector<Store::JournalItem> read;
  std::string after = "-";
  for (;;) {
    const auto page = *wait_for(store.journal(after, 2));
    if (page.empty()) break;
    after = page.back().id;
    read.insert(read.end(), page.begin(), page.end());
  }
  ASSERT_EQ(read.size(), 251u);
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].id, std::to_string(token) + "-" + std::to_string(i + 1));
    EXPECT_EQ(read[i].record.at_ms(), static_cast<std::int64_t>(i + 1));
  }
}

TEST_F(RoutingStore, AFormerLeaderWritesNothing) {
  const auto old = lead("a");
  ASSERT_TRUE(wait_for(store.resign("a")).ok());
  Store::Batch batch;
  batch.records = {encode(TimePassed{}, from_ms(1))};
  batch.declined("tkt_1", "ben");
  EXPECT_EQ(wait_for(store.commit(old, batch)).error().reason, Reason::kNotLeader);
  const auto fresh = lead("b");
  EXPECT_EQ(wait_for(store.commit(old, batch)).error().reason, Reason::kNotLeader);
  EXPECT_THAT(*wait_for(store.declines()), IsEmpty());
  EXPECT_THAT(*wait_for(store.journal("-", 10)), IsEmpty());
  EXPECT_TRUE(wait_for(store.commit(fresh, batch)).ok());
}

}  // namespace
}  // namespace hark::routing
