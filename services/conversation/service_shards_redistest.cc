// Tickets of routing's shards, each of which has a fence of its own.
#include <gtest/gtest.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

/// The token of a shard's leader: the shard is counted from 1, as in Ticket.shard.
std::int64_t token_of(int shard, std::int64_t term) { return (std::int64_t{shard - 1} << 32) + term; }

class ShardsTest : public ConversationsTest {
 protected:
  Status set_shard(std::int64_t token, int shard, const std::string& holder = "") {
    v1::SetShardsRequest request;
    request.set_fencing_token(token);
    auto& to = (*request.mutable_tickets())[in_.ticket_id()];
    to.set_shard(shard);
    to.set_agent_id(holder);
    const auto set = run(service_->set_shards(request));
    return set.ok() ? Status{} : Status{set.error()};
  }
  Status raise_fence(std::int64_t token) {
    v1::RaiseFenceRequest fence;
    fence.set_fencing_token(token);
    const auto raised = run(service_->raise_fence(fence));
    return raised.ok() ? Status{} : Status{raised.error()};
  }
  v1::AssignRequest assign_request(std::int64_t token, const std::string& key) {
    v1::AssignRequest request;
    request.set_idempotency_key(key);
    request.set_ticket_id(in_.ticket_id());
    request.set_agent_id("ana");
    request.set_fencing_token(token);
    return request;
  }
  v1::Ticket ticket() { return conversation(in_.conversation_id()).ticket(); }

  v1::AcceptResponse in_{accept(mail("m1"))};
};

TEST_F(ShardsTest, AShardTakesATicketThatIsNobodysAndOnlyItsLeaderPassesItOn) {
  EXPECT_EQ(ticket().shard(), 0);
  ASSERT_TRUE(set_shard(token_of(2, 1), 2).ok());
  EXPECT_EQ(ticket().shard(), 2);
  ASSERT_TRUE(set_shard(token_of(1, 1), 1).ok());
  EXPECT_EQ(ticket().shard(), 2) << "it is not the first shard's to take";
  ASSERT_TRUE(set_shard(token_of(2, 1), 1).ok());
  EXPECT_EQ(ticket().shard(), 1);
}

TEST_F(ShardsTest, ATicketThatHasChangedHandsMeanwhileIsNotPassedOn) {
  ASSERT_TRUE(set_shard(token_of(1, 1), 1).ok());
  assign(in_.ticket_id(), "ana", token_of(1, 1), "a1");
  ASSERT_TRUE(set_shard(token_of(1, 1), 2).ok());
  EXPECT_EQ(ticket().shard(), 1);
  ASSERT_TRUE(set_shard(token_of(1, 1), 2, "ana").ok());
  EXPECT_EQ(ticket().shard(), 2);
}

TEST_F(ShardsTest, WhomItWasWantedForIsForgottenByTheStepThatPassesItOnUnlessItWasPassedToThemAgain) {
  ASSERT_TRUE(set_shard(token_of(1, 1), 1).ok());
  v1::TransferRequest transfer;
  transfer.set_idempotency_key("t1");
  transfer.set_ticket_id(in_.ticket_id());
  transfer.set_by_supervisor(true);
  transfer.set_wanted_agent_id("bob");
  ASSERT_TRUE(run(service_->transfer(transfer)).ok());
  const v1::Ticket before = ticket();

  v1::SetShardsRequest request;
  request.set_fencing_token(token_of(1, 1));
  auto& to = (*request.mutable_tickets())[in_.ticket_id()];
  to.set_shard(2);
  to.set_wanted_agent_id("bob");
  to.set_queued_at_ms(before.queued_at_ms());
  to.set_forget_wanted_agent(true);
  to.mutable_passage()->set_queue_id("east");
  auto earlier = request;
  (*earlier.mutable_tickets())[in_.ticket_id()].set_queued_at_ms(before.queued_at_ms() - 1);
  ASSERT_TRUE(run(service_->set_shards(earlier)).ok());
  EXPECT_EQ(ticket().wanted_agent_id(), "bob") << "it was passed to him anew meanwhile";
  EXPECT_EQ(ticket().shard(), 1);
  ASSERT_TRUE(run(service_->set_shards(request)).ok());
  EXPECT_EQ(ticket().wanted_agent_id(), "");
  EXPECT_EQ(ticket().shard(), 2);
  EXPECT_EQ(ticket().passage().queue_id(), "east");
  EXPECT_EQ(ticket().waiting_since_ms(), before.waiting_since_ms());

  transfer.set_idempotency_key("t2");
  ASSERT_TRUE(run(service_->transfer(transfer)).ok());
  EXPECT_FALSE(ticket().has_passage()) << "somebody has said where it goes";
}

TEST_F(ShardsTest, OnlyItsOwnShardAssignsATicketUnlessSomebodyTakesItOver) {
  ASSERT_TRUE(set_shard(token_of(1, 1), 1).ok());
  auto request = assign_request(token_of(2, 9), "a1");
  EXPECT_EQ(run(service_->assign(request)).error().reason, Reason::kIllegalTransition);
  EXPECT_EQ(ticket().state(), v1::TICKET_STATE_QUEUED);

  request = assign_request(token_of(2, 9), "a2");
  request.set_by_agent_id("ana");
  ASSERT_TRUE(run(service_->assign(request)).ok());
  EXPECT_EQ(ticket().agent_id(), "ana");
  EXPECT_EQ(ticket().shard(), 2);
}

TEST_F(ShardsTest, TheFenceOfOneShardDoesNotKeepAnotherOut) {
  ASSERT_TRUE(raise_fence(token_of(2, 7)).ok());
  ASSERT_TRUE(raise_fence(token_of(1, 3)).ok());
  EXPECT_EQ(raise_fence(token_of(2, 6)).error().reason, Reason::kStaleFence);
  EXPECT_EQ(set_shard(token_of(2, 6), 2).error().reason, Reason::kStaleFence);
  EXPECT_EQ(set_shard(token_of(1, 2), 1).error().reason, Reason::kStaleFence);
  ASSERT_TRUE(set_shard(token_of(1, 3), 1).ok());
  EXPECT_EQ(assign(in_.ticket_id(), "ana", token_of(1, 3), "a1").agent_id(), "ana");
}

}  // namespace
}  // namespace hark::conversation
