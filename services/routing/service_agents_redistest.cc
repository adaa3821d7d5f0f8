#include <gmock/gmock.h>

#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

using ::testing::HasSubstr;

v1::SetPresenceRequest available(std::initializer_list<v1::Channel> channels) {
  v1::SetPresenceRequest request;
  request.set_agent_id("ana");
  request.set_presence(v1::PRESENCE_AVAILABLE);
  for (const v1::Channel channel : channels) request.add_channels(channel);
  return request;
}

v1::EndWrapUpRequest end_wrap_up(const std::string& by) {
  v1::EndWrapUpRequest request;
  request.set_agent_id("ana");
  request.set_by_agent_id(by);
  return request;
}

/// Ana has just resolved a ticket.
Task<std::shared_ptr<Routing::Session>> resolved(RoutingService& t) {
  co_await t.start();
  co_await t.make_agent("ana");
  auto session = co_await t.sit_down("ana");
  t.conversations.open("tkt_1");
  const auto offered = co_await t.see_offers(session, 1);
  EXPECT_TRUE((co_await t.accept(offered.offers(0).id(), "ana")).ok());
  t.conversations.resolve("tkt_1");
  for (;;) {
    const auto state = co_await t.next_state(session);
    if (state.agent().ticket_ids().empty()) break;
  }
  co_return session;
}

Task<std::int64_t> wraps_up_until(RoutingService& t) {
  const auto agents = co_await t.node->service.list_agents({});
  co_return agents->agents(0).wrap_up_until_ms();
}

TEST_F(RoutingService, AnAgentWhoExistsIsReplacedByNobodyWhoMeantToMakeThem) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    v1::UpsertAgentRequest request;
    request.set_mode(v1::UpsertAgentRequest::MODE_CREATE);
    request.mutable_agent()->set_id("ana");
    request.mutable_agent()->set_capacity_units(4);
    EXPECT_TRUE((co_await t.node->service.upsert_agent(request)).ok());
    request.mutable_agent()->set_capacity_units(1);
    const auto refused = co_await t.node->service.upsert_agent(request);
    EXPECT_EQ(refused.error().code, Code::kAlreadyExists);
    EXPECT_EQ(refused.error().reason, Reason::kAgentExists);
    EXPECT_THAT(refused.error().message, HasSubstr("'ana'"));
    EXPECT_EQ((*co_await t.node->store.agents()).at(0).agent.capacity_units(), 4);
    request.clear_mode();
    EXPECT_EQ((*co_await t.node->service.upsert_agent(request)).agent().capacity_units(), 1);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AChangeOfAnAgentLeavesTheRestOfThemAndTheirSessions) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    v1::UpsertAgentRequest request;
    request.mutable_agent()->set_id("ana");
    request.mutable_agent()->set_name("Ana");
    request.mutable_agent()->set_capacity_units(4);
    EXPECT_TRUE((co_await t.node->service.upsert_agent(request)).ok());
    const auto session = co_await t.sit_down("ana");
    v1::UpsertAgentRequest change;
    change.set_mode(v1::UpsertAgentRequest::MODE_CHANGE);
    change.mutable_agent()->set_id("ana");
    change.mutable_agent()->set_phone("PJSIP/ana");
    change.add_changes("phone");
    const auto changed = co_await t.node->service.upsert_agent(change);
    EXPECT_EQ(changed->agent().phone(), "PJSIP/ana");
    EXPECT_EQ(changed->agent().name(), "Ana");
    EXPECT_EQ(changed->agent().capacity_units(), 4);
    EXPECT_EQ(changed->agent().presence(), v1::PRESENCE_AVAILABLE);
    EXPECT_EQ((*co_await t.node->store.credentials("ana"))->agent.phone(), "PJSIP/ana");
    change.mutable_agent()->set_id("eve");
    EXPECT_EQ((co_await t.node->service.upsert_agent(change)).error().reason, Reason::kAgentNotFound);
    EXPECT_EQ((*co_await t.node->store.agents()).size(), 1U) << "a change makes nobody";
    co_await t.stop();
  });
}

TEST_F(RoutingService, AnAgentIsOfferedTheChannelsThatTheyTakeAlone) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    EXPECT_TRUE(
        (co_await t.node->service.set_presence(available({v1::CHANNEL_CHAT, v1::CHANNEL_PHONE}))).ok());
    t.conversations.open("tkt_1");
    co_await until([&t] { return t.node->service.queues().at(0).tickets.waiting == 1; });
    v1::ExplainRequest why;
    why.set_ticket_id("tkt_1");
    const auto explained = *co_await t.node->service.explain(why);
    EXPECT_THAT(explained.candidates(0).verdict(), HasSubstr("does not take this channel"));
    EXPECT_TRUE((co_await t.node->service.set_presence(available({}))).ok());
    EXPECT_EQ((co_await t.see_offers(session, 1)).offers(0).ticket().id(), "tkt_1");
    EXPECT_EQ(
        (co_await t.node->service.set_presence(available({static_cast<v1::Channel>(77)}))).error().reason,
        Reason::kInvalidField);
    session.reset();
    co_await t.stop();
  });
}

TEST_F(RoutingService, AnOptionalWrapUpBeginsWhenItsAgentAsksForIt) {
  rules.settings.wrap_up = std::chrono::hours{1};
  rules.settings.wrap_up_mode = WrapUpMode::kOptional;
  play(+[](RoutingService& t) -> Task<> {
    auto session = co_await resolved(t);
    EXPECT_EQ(co_await wraps_up_until(t), 0);
    v1::BeginWrapUpRequest begin;
    begin.set_agent_id("ana");
    EXPECT_TRUE((co_await t.node->service.begin_wrap_up(begin)).ok());
    EXPECT_GT(co_await wraps_up_until(t), 0);
    EXPECT_TRUE((co_await t.node->service.end_wrap_up(end_wrap_up(""))).ok());
    EXPECT_EQ((co_await t.node->service.begin_wrap_up(begin)).error().reason, Reason::kIllegalTransition);
    session.reset();
    co_await t.stop();
  });
}

TEST_F(RoutingService, AForcedWrapUpEndsByASupervisorsWordAlone) {
  rules.settings.wrap_up = std::chrono::hours{1};
  rules.settings.wrap_up_mode = WrapUpMode::kForced;
  play(+[](RoutingService& t) -> Task<> {
    auto session = co_await resolved(t);
    EXPECT_EQ((co_await t.node->service.end_wrap_up(end_wrap_up(""))).error().reason,
              Reason::kIllegalTransition);
    EXPECT_TRUE((co_await t.node->service.end_wrap_up(end_wrap_up("sam"))).ok());
    EXPECT_EQ(co_await wraps_up_until(t), 0);
    session.reset();
    co_await t.stop();
  });
}

}  // namespace
}  // namespace hark::routing
