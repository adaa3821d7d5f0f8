#include "routing/study/kpis.h"

#include <gmock/gmock.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using ::testing::ElementsAre;

/// A contact center that is counted.
class Counted {
 public:
  explicit Counted(Settings settings = test_settings()) : center{std::move(settings)} {}
  void tell(const Input& input) { kpis.observe(center.now, input, center.tell(input), center.router); }
  void agent(const std::string& id, int units = 1) {
    tell(AgentUpserted{{id, {}, units}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  void queue(const std::string& id) {
    Work work = Center::work(id);
    work.waiting_since = center.now;
    tell(TicketQueued{work});
  }
  void wait(Duration time) {
    center.now += time;
    tell(TimePassed{});
  }
  void accept(const std::string& ticket, std::int64_t token = 1) {
    const Offer offer = center.offer_of(ticket);
    tell(OfferAccepted{offer.id, offer.agent_id});
    tell(AssignmentConfirmed{offer.id, token});
  }
  [[nodiscard]] QueueKpis total() const { return kpis.result(center.now).total; }

  Center center;
  KpiCollector kpis{20s};
};

TEST(Kpis, CountsFromWhenATicketCameUntilAnAgentHadIt) {
  Counted c;
  c.tell(RebuildFinished{});
  c.queue("tkt_1");
  c.wait(15s);
  c.agent("ana");
  c.wait(3s);
  c.accept("tkt_1");
  EXPECT_EQ(c.total().asa(), 18s);
  EXPECT_EQ(c.total().service_level(), 1000);
  EXPECT_EQ(c.total().offered, 1);
}

TEST(Kpis, WhoLeavesCountsAgainstTheServiceLevelAndWhoWaitsDoesOnceTheTargetIsPast) {
  Counted c;
  c.tell(RebuildFinished{});
  c.agent("ana");
  c.queue("tkt_1");
  c.accept("tkt_1");
  c.queue("tkt_2");
  c.queue("tkt_3");
  c.wait(10s);
  c.tell(TicketClosed{"tkt_2"});
  EXPECT_EQ(c.total().service_level(), 500);
  EXPECT_EQ(c.total().abandonment(), 500);
  EXPECT_EQ(c.total().abandon_time(), 10s);
  c.wait(11s);
  EXPECT_EQ(c.total().waiting, 1);
  EXPECT_EQ(c.total().service_level(), 333);
}

TEST(Kpis, OccupancyIsTheShareOfStaffedTimeWithWorkAndUtilisationThatOfUnits) {
  Counted c;
  c.tell(RebuildFinished{});
  c.agent("ana", 4);
  c.queue("tkt_1");
  c.accept("tkt_1");
  c.wait(30s);
  c.tell(TicketClosed{"tkt_1"});
  c.wait(10s);
  EXPECT_EQ(c.total().occupancy(), 750);
  EXPECT_EQ(c.total().utilisation(), 187);
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.wait(60s);
  EXPECT_EQ(c.total().staffed, 40s);
}

TEST(Kpis, ATicketThatComesBackWaitsAnew) {
  Counted c;
  c.tell(RebuildFinished{});
  c.agent("ana");
  c.queue("tkt_1");
  c.accept("tkt_1");
  c.wait(60s);
  Work back = Center::work("tkt_1");
  back.waiting_since = t0;
  back.assignment_token = 1;
  back.declined_by = {"ana"};
  c.tell(TicketQueued{back});
  c.wait(5s);
  c.agent("ben");
  c.accept("tkt_1", 2);
  EXPECT_THAT(c.total().waits, ElementsAre(0s, 5s));
}

TEST(Kpis, EachQueueHasItsOwnAndMembersCountForIt) {
  Settings settings = test_settings();
  settings.queues.resize(2);
  settings.queues[0].id = "claims";
  settings.queues[0].entries = {{{"claims"}}};
  settings.queues[0].members = *parse_requirement("agent:ana");
  settings.queues[1].id = "rest";
  settings.queues[1].entries = {{}};
  Counted c{settings};
  c.tell(RebuildFinished{});
  c.agent("ana");
  c.agent("ben");
  Work claim = Center::work("tkt_1");
  claim.account_id = "claims";
  claim.waiting_since = c.center.now;
  c.tell(TicketQueued{claim});
  c.accept("tkt_1");
  c.queue("tkt_2");
  c.wait(10s);
  const Kpis kpis = c.kpis.result(c.center.now);
  ASSERT_EQ(kpis.queues.size(), 2U);
  EXPECT_EQ(kpis.queues[0].queue_id, "claims");
  EXPECT_EQ(kpis.queues[0].answered, 1);
  EXPECT_EQ(kpis.queues[0].occupancy(), 1000);
  EXPECT_EQ(kpis.queues[1].waiting, 1);
  EXPECT_EQ(kpis.queues[1].occupancy(), 500);
}

TEST(Kpis, WaitsAreToldByPercent) {
  QueueKpis kpis;
  for (int i = 1; i <= 10; ++i) kpis.waits.push_back(std::chrono::seconds{i});
  EXPECT_EQ(kpis.wait_of(90), 9s);
  EXPECT_EQ(kpis.wait_of(100), 10s);
  EXPECT_EQ(kpis.wait_of(1), 1s);
  EXPECT_EQ(QueueKpis{}.wait_of(90), Duration{-1});
}

}  // namespace
}  // namespace hark::routing
