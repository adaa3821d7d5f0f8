#include "routing/joins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using ::testing::ElementsAre;

v1::ListQueueResponse line(std::vector<std::pair<std::string, std::int64_t>> tickets) {
  v1::ListQueueResponse out;
  for (const auto& [id, since] : tickets) {
    out.add_tickets()->set_ticket_id(id);
    out.mutable_tickets()->rbegin()->set_waiting_since_ms(since);
  }
  out.set_total(out.tickets_size());
  return out;
}

std::vector<std::string> ids(const v1::ListQueueResponse& response) {
  std::vector<std::string> out;
  for (const auto& ticket : response.tickets()) out.push_back(ticket.ticket_id());
  return out;
}

TEST(Joins, LinesKeepTheirOwnOrderAndTheLongestWaitGoesFirst) {
  v1::ListQueueRequest asked;
  // The second line is served by priority: its second ticket has waited longest of all.
  const std::vector lines{line({{"a1", 10}, {"a2", 40}}), line({{"b1", 30}, {"b2", 5}})};
  EXPECT_THAT(ids(joined(asked, lines)), ElementsAre("a1", "b1", "b2", "a2"));
  asked.set_limit(3);
  EXPECT_THAT(ids(joined(asked, lines)), ElementsAre("a1", "b1", "b2"));
  EXPECT_EQ(joined(asked, lines).total(), 4);
}

v1::SummarizeQueueResponse summary(const std::string& queue, int waiting, std::int64_t since) {
  v1::SummarizeQueueResponse out;
  out.mutable_total()->set_waiting(waiting);
  out.mutable_total()->set_oldest_since_ms(since);
  *out.add_by_account() = out.total();
  out.mutable_by_account(0)->set_name("support");
  auto& unnamed = *out.add_queues();
  unnamed.set_ready(1);
  unnamed.set_estimated_wait_ms(-1);
  unnamed.set_no_estimate(waiting > 2 ? v1::NO_ESTIMATE_NOBODY_THERE : v1::NO_ESTIMATE_TOO_FEW_SERVED);
  out.add_queues()->mutable_tickets()->set_name(queue);
  out.set_sla_missed(1);
  return out;
}

TEST(Joins, SummariesCountTogetherWhatHasOneName) {
  const auto both = joined(v1::SummarizeQueueRequest{}, {summary("west", 2, 50), summary("east", 3, 20)});
  EXPECT_EQ(both.total().waiting(), 5);
  EXPECT_EQ(both.total().oldest_since_ms(), 20);
  ASSERT_EQ(both.by_account_size(), 1);
  EXPECT_EQ(both.by_account(0).waiting(), 5);
  ASSERT_EQ(both.queues_size(), 3);
  EXPECT_EQ(both.queues(0).ready(), 2);
  EXPECT_EQ(both.queues(0).estimated_wait_ms(), -1);
  EXPECT_EQ(both.queues(0).no_estimate(), v1::NO_ESTIMATE_TOO_FEW_SERVED) << "somebody is there";
  EXPECT_EQ(both.queues(1).tickets().name(), "west");
  EXPECT_EQ(both.queues(2).tickets().name(), "east");
  EXPECT_EQ(both.sla_missed(), 2);
}

TEST(Joins, AWaitThatNobodyHasIsNotTheOldest) {
  const auto both = joined(v1::SummarizeQueueRequest{}, {summary("west", 0, 0), summary("east", 1, 20)});
  EXPECT_EQ(both.total().oldest_since_ms(), 20);
}

TEST(Joins, AgentsStandInTheOrderOfTheirIds) {
  v1::ListAgentsResponse one, two;
  one.add_agents()->set_id("ben");
  two.add_agents()->set_id("ana");
  const auto both = joined(v1::ListAgentsRequest{}, {one, two});
  EXPECT_EQ(both.agents(0).id(), "ana");
  EXPECT_EQ(both.agents(1).id(), "ben");
}

TEST(Joins, GaugesShowTheQueueWithoutANameOnce) {
  QueueView unnamed, west, east;
  unnamed.ready = 1;
  west.id = "west";
  east.id = "east";
  const auto all = joined({{unnamed, west}, {}, {unnamed, east}});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].ready, 2);
  EXPECT_EQ(all[2].id, "east");
}

}  // namespace
}  // namespace hark::routing
