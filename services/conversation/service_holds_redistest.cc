#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

/// Ana holds the ticket of a mail.
class HoldTest : public ConversationsTest {
 protected:
  HoldTest() : in_{accept(mail("m1"))}, ticket_{assign(in_.ticket_id(), "ana", 1, "a1")} {}

  v1::HoldTicketRequest hold_request(const std::string& key, std::chrono::minutes time = 60min) {
    v1::HoldTicketRequest request;
    request.set_idempotency_key(key);
    request.set_ticket_id(in_.ticket_id());
    request.set_agent_id("ana");
    request.set_assignment_token(ticket_.assignment_token());
    request.set_state("supplier");
    request.set_until_ms(to_ms(clock_.now() + time));
    request.set_longest_ms(Duration{24h}.count());
    request.set_reason("the spare part");
    return request;
  }
  v1::Ticket hold(const std::string& key = "h1") {
    const auto held = run(service_->hold_ticket(hold_request(key)));
    EXPECT_TRUE(held.ok()) << (held.ok() ? "" : held.error().message);
    return held.ok() ? held->ticket() : v1::Ticket{};
  }
  v1::ReleaseTicketRequest release_request(const std::string& key) {
    v1::ReleaseTicketRequest request;
    request.set_idempotency_key(key);
    request.set_ticket_id(in_.ticket_id());
    request.set_agent_id("ana");
    request.set_assignment_token(ticket_.assignment_token());
    return request;
  }
  v1::Ticket now() { return conversation(in_.conversation_id()).ticket(); }
  std::vector<v1::Event> events() {
    const auto partition = partition_of(in_.conversation_id());
    const auto page = run(store_.events(*partition, 0, 100));
    return {page->begin(), page->end()};
  }

  v1::AcceptResponse in_;
  v1::Ticket ticket_;
};

TEST_F(HoldTest, ATicketOnHoldStaysWithItsAgentAndSaysForWhatAndUntilWhen) {
  const auto held = hold();
  EXPECT_EQ(held.state(), v1::TICKET_STATE_ASSIGNED);
  EXPECT_EQ(held.agent_id(), "ana");
  EXPECT_EQ(held.hold().state(), "supplier");
  EXPECT_EQ(held.hold().since_ms(), to_ms(clock_.now()));
  EXPECT_EQ(held.hold().until_ms(), to_ms(clock_.now() + 60min));
  EXPECT_EQ(held.hold().reason(), "the spare part");
  const auto status = timeline(in_.conversation_id()).back().status();
  EXPECT_EQ(status.change(), v1::StatusChange::CHANGE_HELD);
  EXPECT_EQ(status.hold().state(), "supplier");
}

TEST_F(HoldTest, TheSameCommandActsOnce) {
  hold();
  clock_.advance(1min);
  auto again = hold_request("h1");
  again.set_until_ms(to_ms(clock_.now() - 1min + 60min));
  EXPECT_EQ(run(service_->hold_ticket(again))->ticket().hold().until_ms(), again.until_ms());
  EXPECT_EQ(timeline(in_.conversation_id()).size(), 3U);
}

TEST_F(HoldTest, OnlyItsHolderPutsItOnHoldAndNoLongerThanAllowed) {
  auto request = hold_request("h1");
  request.set_agent_id("bob");
  EXPECT_EQ(run(service_->hold_ticket(request)).error().reason, Reason::kStaleAssignment);
  request.set_by_supervisor(true);
  EXPECT_TRUE(run(service_->hold_ticket(request)).ok());
  EXPECT_EQ(run(service_->hold_ticket(hold_request("h2", 25h))).error().message,
            "until_ms: a hold of this kind lasts at most 1 day");
  request = hold_request("h3");
  request.set_until_ms(0);
  EXPECT_EQ(run(service_->hold_ticket(request))->ticket().hold().until_ms(), to_ms(clock_.now() + 24h));
}

TEST_F(HoldTest, EndsWhenTheCustomerWritesAndTheLogSaysSo) {
  hold();
  accept(mail("m2"));
  EXPECT_FALSE(now().has_hold());
  EXPECT_EQ(now().agent_id(), "ana");
  const auto last = events().back();
  EXPECT_EQ(last.type(), v1::EVENT_TYPE_RELEASED);
  EXPECT_EQ(last.detail(), "the customer wrote");
  EXPECT_EQ(last.ticket().agent_id(), "ana");
}

TEST_F(HoldTest, AMachinesAnswerDoesNotEndIt) {
  hold();
  auto away = mail("m2");
  away.set_kind(v1::InboundMessage::KIND_AUTO_REPLY);
  accept(away);
  EXPECT_TRUE(now().has_hold());
}

TEST_F(HoldTest, EndsByWordOfItsHolderOnce) {
  hold();
  EXPECT_FALSE(run(service_->release_ticket(release_request("r1")))->ticket().has_hold());
  EXPECT_EQ(timeline(in_.conversation_id()).back().status().change(), v1::StatusChange::CHANGE_RELEASED);
  const auto entries = timeline(in_.conversation_id()).size();
  EXPECT_TRUE(run(service_->release_ticket(release_request("r1"))).ok());
  EXPECT_TRUE(run(service_->release_ticket(release_request("r2"))).ok());
  EXPECT_EQ(timeline(in_.conversation_id()).size(), entries) << "it was not on hold any more";
}

TEST_F(HoldTest, RoutingEndsTheHoldThatItMeansAndNoOther) {
  const auto first = hold();
  v1::ReleaseTicketRequest due;
  due.set_idempotency_key("d1");
  due.set_ticket_id(in_.ticket_id());
  due.set_fencing_token(1);
  due.set_until_ms(first.hold().until_ms());
  clock_.advance(30min);
  hold("h2");
  EXPECT_TRUE(run(service_->release_ticket(due))->ticket().has_hold());
  due.set_idempotency_key("d2");
  due.set_until_ms(now().hold().until_ms());
  EXPECT_FALSE(run(service_->release_ticket(due))->ticket().has_hold());
  EXPECT_EQ(events().back().detail(), "due");
  EXPECT_EQ(events().back().agent_id(), "ana");
  EXPECT_EQ(now().hold_due_entry_id(), events().back().entry_id()) << "for who did not hear of it";
  EXPECT_EQ(now().hold_due_at_ms(), to_ms(clock_.now()));
  hold("h3");
  EXPECT_EQ(now().hold_due_entry_id(), "");
  v1::RaiseFenceRequest fence;
  fence.set_fencing_token(2);
  EXPECT_TRUE(run(service_->raise_fence(fence)).ok());
  due.set_idempotency_key("d3");
  EXPECT_EQ(run(service_->release_ticket(due)).error().reason, Reason::kStaleFence);
}

TEST_F(HoldTest, EndsWhenTheTicketChangesHandsAndIsOfTheQueueNoMore) {
  hold();
  v1::TransferRequest request;
  request.set_idempotency_key("t1");
  request.set_ticket_id(in_.ticket_id());
  request.set_agent_id("ana");
  request.set_assignment_token(ticket_.assignment_token());
  request.set_wanted_queue_id("claims");
  request.set_virtual_start_ms(to_ms(clock_.now() - 1h));
  clock_.advance(1min);
  EXPECT_TRUE(run(service_->transfer(request)).ok());
  EXPECT_FALSE(now().has_hold());
  EXPECT_EQ(now().wanted_queue_id(), "claims");
  EXPECT_EQ(now().virtual_start_ms(), request.virtual_start_ms());
  EXPECT_EQ(now().queued_at_ms(), to_ms(clock_.now()));
  EXPECT_EQ(now().waiting_since_ms(), to_ms(clock_.now() - 1min));
  EXPECT_EQ(run(service_->hold_ticket(hold_request("h2"))).error().reason, Reason::kIllegalTransition);
}

TEST_F(HoldTest, AHeldTicketIsQuietFromItsLastReplyUntilTheCustomerWrites) {
  EXPECT_EQ(now().quiet_since_ms(), 0);
  clock_.advance(1min);
  auto reply = answer(in_.entry_id());
  reply.set_agent_id("ana");
  reply.set_assignment_token(ticket_.assignment_token());
  EXPECT_TRUE(run(service_->reply(reply)).ok());
  EXPECT_EQ(now().quiet_since_ms(), to_ms(clock_.now()));
  EXPECT_EQ(events().back().detail(), "quiet");
  const auto second = accept(mail("m2"));
  EXPECT_EQ(now().quiet_since_ms(), 0);
  v1::WaiveObligationRequest waive;
  waive.set_idempotency_key("w1");
  waive.set_entry_id(second.entry_id());
  waive.set_agent_id("ana");
  waive.set_assignment_token(ticket_.assignment_token());
  waive.set_reason("thanks alone");
  EXPECT_TRUE(run(service_->waive_obligation(waive)).ok());
  EXPECT_EQ(now().quiet_since_ms(), to_ms(clock_.now()));
}

TEST_F(HoldTest, ACustomersPreferredAgentsGoWithTheirTicketsAndWhoResolvedTheLast) {
  v1::SetPreferredAgentsRequest request;
  request.set_idempotency_key("p1");
  request.set_conversation_id(in_.conversation_id());
  request.set_agent_id("sam");
  request.add_preferred_agent_ids("bob");
  request.add_preferred_agent_ids("ana");
  const auto set = run(service_->set_preferred_agents(request));
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_THAT(set->conversation().preferred_agent_ids(), ElementsAre("bob", "ana"));
  EXPECT_THAT(now().preferred_agent_ids(), ElementsAre("bob", "ana")) << "the open one as well";
  EXPECT_EQ(timeline(in_.conversation_id()).back().reason(), "bob, ana");
  v1::ResolveRequest done;
  done.set_idempotency_key("d1");
  done.set_ticket_id(in_.ticket_id());
  done.set_agent_id("ana");
  done.set_assignment_token(ticket_.assignment_token());
  done.set_waive_reason("nothing to say");
  EXPECT_TRUE(run(service_->resolve(done)).ok());
  accept(mail("m2"));
  EXPECT_THAT(now().preferred_agent_ids(), ElementsAre("bob", "ana"));
  EXPECT_EQ(now().previous_agent_id(), "ana");
  request.set_idempotency_key("p2");
  request.clear_preferred_agent_ids();
  EXPECT_TRUE(run(service_->set_preferred_agents(request)).ok());
  EXPECT_TRUE(now().preferred_agent_ids().empty());
  request.add_preferred_agent_ids("two words");
  EXPECT_EQ(run(service_->set_preferred_agents(request)).error().reason, Reason::kInvalidField);
}

TEST_F(ConversationsTest, AMessageMayBringItsQueueAndTheTimeThatItsCustomerHasWaited) {
  auto message = mail("m1");
  message.set_queue_id("claims");
  message.set_virtual_start_ms(to_ms(clock_.now() - 10min));
  const auto in = accept(message);
  const auto ticket = conversation(in.conversation_id()).ticket();
  EXPECT_EQ(ticket.wanted_queue_id(), "claims");
  EXPECT_EQ(ticket.virtual_start_ms(), message.virtual_start_ms());
  EXPECT_EQ(ticket.queued_at_ms(), ticket.waiting_since_ms());
}

}  // namespace
}  // namespace hark::conversation
