// What an agent's stream is told.
#include <gmock/gmock.h>

#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

using ::testing::ElementsAre;

TEST_F(RoutingService, ASessionIsToldWhatChangedOfItsOffersAndAllOfThemWhenItFellFarBehind) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana", 400);
    const auto session = co_await t.sit_down("ana");
    EXPECT_TRUE((co_await session->next())->whole());
    const auto offered = [](std::shared_ptr<Routing::Session> to) -> Task<v1::AgentSessionResponse> {
      for (;;) {
        auto told = *co_await to->next();
        if (told.offers_size() + told.gone_offer_ids_size() > 0) co_return told;
      }
    };
    t.conversations.open("tkt_1");
    const auto first = co_await offered(session);
    EXPECT_FALSE(first.whole());
    EXPECT_EQ(first.offers(0).ticket().id(), "tkt_1");
    t.conversations.open("tkt_2");
    const auto second = co_await offered(session);
    EXPECT_EQ(second.offers_size(), 1);
    EXPECT_EQ(second.offers(0).ticket().id(), "tkt_2");
    t.conversations.resolve("tkt_1");
    const auto third = co_await offered(session);
    EXPECT_EQ(third.offers_size(), 0);
    EXPECT_THAT(third.gone_offer_ids(), ElementsAre(first.offers(0).id()));

    for (int i = 3; i < 303; ++i) t.conversations.open("tkt_" + std::to_string(i));
    co_await until([&t] { return t.node->service.queues().at(0).tickets.offered == 301; });
    const auto behind = co_await session->next();
    EXPECT_TRUE(behind->whole());
    EXPECT_EQ(behind->offers_size(), 301);
    co_await t.stop();
  });
}

}  // namespace
}  // namespace hark::routing
