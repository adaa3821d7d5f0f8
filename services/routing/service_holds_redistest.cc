// Holds, silence, queues by the clock, and what an agent set, over a change of leader.
#include <gmock/gmock.h>

#include "base/config/config.h"
#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Rules rules_from(const std::string& yaml) {
  const auto config = read_config("routing:\n" + yaml, "f", &policy_problems);
  HARK_CHECK(config.ok());
  return rules_of(*config);
}

v1::PutOnHoldRequest hold_request(const std::string& state, std::chrono::milliseconds time) {
  v1::PutOnHoldRequest request;
  request.set_idempotency_key("h1");
  request.set_ticket_id("tkt_1");
  request.set_agent_id("ana");
  request.set_assignment_token(1);
  request.set_state(state);
  request.set_until_ms(to_ms(SystemClock{}.now()) + time.count());
  return request;
}

/// Ana, of one unit, holds tkt_1.
Task<std::shared_ptr<Routing::Session>> hold_one(RoutingService& t) {
  co_await t.make_agent("ana", 1);
  auto session = co_await t.sit_down("ana");
  t.conversations.open("tkt_1");
  const auto offered = co_await t.see_offers(session, 1);
  EXPECT_TRUE((co_await t.accept(offered.offers(0).id(), "ana")).ok());
  co_return session;
}

TEST_F(RoutingService, ATicketOnHoldMakesRoomAndComesBackByItself) {
  play([](RoutingService& t) -> Task<> {
    co_await t.start("one", rules_from("  accept_timeout_seconds: 30"));
    const auto session = co_await hold_one(t);
    t.conversations.open("tkt_2");
    t.conversations.unknown_releases = 1;
    EXPECT_TRUE((co_await t.node->service.put_on_hold(hold_request("customer", 300ms))).ok());
    EXPECT_EQ(t.conversations.holds.at(0).longest_ms(), Duration{72h}.count());
    const auto offered = co_await t.see_offers(session, 1);
    EXPECT_EQ(offered.offers(0).ticket().id(), "tkt_2");
    v1::ExplainRequest why;
    why.set_ticket_id("tkt_1");
    const auto explained = co_await t.node->service.explain(why);
    EXPECT_EQ(explained->summary(), "held by ana, on hold");
    EXPECT_EQ(explained->hold().state(), "customer");
    EXPECT_EQ((co_await t.node->service.summarize_queue({}))->on_hold(), 1);
    co_await until([&] { return !t.conversations.releases.empty(); });
    EXPECT_EQ(t.conversations.releases.at(0).reason(), "its time has come");
    (void)co_await t.see_offers(session, 0);  // what is back comes first
    co_await t.stop();
  });
}

TEST_F(RoutingService, PutsNothingOnHoldForWhatTheRulesDoNotKnow) {
  play([](RoutingService& t) -> Task<> {
    co_await t.start("one", rules_from("  accept_timeout_seconds: 30"));
    const auto session = co_await hold_one(t);
    const auto refused = co_await t.node->service.put_on_hold(hold_request("holiday", 1h));
    EXPECT_EQ(refused.error().reason, Reason::kInvalidField);
    EXPECT_THAT(refused.error().message, HasSubstr("not one of routing.hold_states: customer, third_party"));
    co_await t.stop();
  });
}

TEST_F(RoutingService, AHoldEndsUnderANewLeaderEvenIfItsTimeCameWhileNobodyLed) {
  play([](RoutingService& t) -> Task<> {
    const Rules rules = rules_from("  accept_timeout_seconds: 30");
    co_await t.start("one", rules);
    {
      const auto session = co_await hold_one(t);
      EXPECT_TRUE((co_await t.node->service.put_on_hold(hold_request("customer", 100ms))).ok());
    }
    co_await t.stop();
    t.conversations.releases.clear();
    t.conversations.tickets.at("tkt_1").mutable_hold()->set_state("customer");
    t.conversations.tickets.at("tkt_1").mutable_hold()->set_until_ms(to_ms(SystemClock{}.now()) - 1);
    co_await t.start("two", rules);
    co_await until([&] { return !t.conversations.releases.empty(); });
    EXPECT_THAT(t.conversations.releases, SizeIs(1));
    co_await t.stop();
  });
}

TEST_F(RoutingService, ASilentCustomersTicketMakesRoomUntilTheyWrite) {
  play([](RoutingService& t) -> Task<> {
    co_await t.start("one", rules_from("  channels: {email: {idle_after_seconds: 1}}"));
    const auto session = co_await hold_one(t);
    t.conversations.open("tkt_2");
    v1::Event replied;
    replied.set_ticket_id("tkt_1");
    replied.set_type(v1::EVENT_TYPE_REPLIED);
    replied.set_detail("quiet");
    replied.set_at_ms(to_ms(SystemClock{}.now()) - 990);
    t.conversations.log(replied);
    const auto offered = co_await t.see_offers(session, 1);
    EXPECT_EQ(offered.offers(0).ticket().id(), "tkt_2");
    EXPECT_EQ(offered.agent().used_units(), 1);
    v1::Event wrote;
    wrote.set_ticket_id("tkt_1");
    wrote.set_type(v1::EVENT_TYPE_ACCEPTED);
    t.conversations.log(wrote);
    EXPECT_EQ((co_await t.see_offers(session, 0)).agent().used_units(), 1);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AnAgentsChannelsAndAForcedWrapUpOutliveTheirLeader) {
  play([](RoutingService& t) -> Task<> {
    const Rules rules = rules_from("  wrap_up: forced\n  wrap_up_seconds: 600");
    co_await t.start("one", rules);
    {
      const auto session = co_await hold_one(t);
      t.conversations.resolve("tkt_1");
      while (!(co_await t.next_state(session)).agent().wrap_up_forced()) {
      }
      v1::SetPresenceRequest presence;
      presence.set_agent_id("ana");
      presence.set_presence(v1::PRESENCE_AVAILABLE);
      presence.add_channels(v1::CHANNEL_CHAT);
      presence.add_channels(v1::CHANNEL_PHONE);
      EXPECT_EQ((co_await t.node->service.set_presence(presence))->agent().channels_size(), 2);
    }
    co_await t.stop();
    co_await t.start("two", rules);
    const auto agents = co_await t.node->service.list_agents({});
    const v1::Agent& ana = agents->agents(0);
    EXPECT_EQ(ana.channels_size(), 2);
    EXPECT_TRUE(ana.wrap_up_forced());
    EXPECT_GT(ana.wrap_up_until_ms(), to_ms(SystemClock{}.now()));
    v1::EndWrapUpRequest done;
    done.set_agent_id("ana");
    EXPECT_EQ((co_await t.node->service.end_wrap_up(done)).error().reason, Reason::kIllegalTransition);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AQueueOpensAndClosesByItsHoursAndSaysWhenNext) {
  play([](RoutingService& t) -> Task<> {
    co_await t.start("one", rules_from(R"(  hours:
    - {id: never, time_zone: UTC, open: ["mon 00:00-00:01"]}
    - {id: always, time_zone: UTC, open: ["mon-sun 00:00-24:00"]}
  queues:
    - {id: shut, hours: never, entries: [{accounts: [shut]}]}
    - {id: open, hours: always, entries: [{accounts: [open]}]}
)"));
    co_await t.make_agent("ana", 5);
    const auto session = co_await t.sit_down("ana");
    v1::Ticket& shut = t.conversations.tickets["tkt_1"];
    shut.set_account_id("shut");
    t.conversations.tickets["tkt_2"].set_account_id("open");
    t.conversations.open("tkt_1");
    t.conversations.open("tkt_2");
    EXPECT_EQ((co_await t.see_offers(session, 1)).offers(0).ticket().id(), "tkt_2");
    const auto summary = co_await t.node->service.summarize_queue({});
    EXPECT_TRUE(summary->queues(1).closed());
    EXPECT_GT(summary->queues(1).hours_change_at_ms(), to_ms(SystemClock{}.now()));
    EXPECT_FALSE(summary->queues(2).closed());
    EXPECT_EQ(summary->queues(2).hours_change_at_ms(), 0);
    co_await t.stop();
  });
}

TEST_F(RoutingService, ASessionIsToldWhatItsAgentMayChooseFrom) {
  play([](RoutingService& t) -> Task<> {
    co_await t.start("one", rules_from("  decline_rests: [{code: busy, seconds: 60}]\n"
                                       "  queues: [{id: claims}]"));
    co_await t.make_agent("ana", 1);
    const auto session = co_await t.sit_down("ana");
    const auto first = co_await t.next_state(session);
    EXPECT_EQ(first.choices().hold_states(0).name(), "Waiting for the customer");
    EXPECT_EQ(first.choices().decline_codes(0), "busy");
    EXPECT_EQ(first.choices().queue_ids(0), "claims");
    co_await t.stop();
  });
}

}  // namespace
}  // namespace hark::routing
