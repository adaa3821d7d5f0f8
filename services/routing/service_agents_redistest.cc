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
