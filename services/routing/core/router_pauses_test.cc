#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings settings_of(QueueRules strict) {
  strict.missed_offers_until_paused = 2;
  Settings settings = with({std::move(strict), queue_named("other", "b")});
  settings.missed_offers_until_away = 0;
  settings.rest_after_miss = settings.rest_after_miss_max = 1s;
  return settings;
}

/// Two queues, of which one pauses after two offers that run out.
struct Pausing : Center {
  explicit Pausing(QueueRules strict = queue_named("strict", "a")) : Center{settings_of(std::move(strict))} {
    begin();
  }
  void come(const std::string& id, const std::string& account) {
    Work ticket = work(id);
    ticket.account_id = account;
    queue(ticket);
  }
  void miss() { wait(20s); }
  /// The strict queue offers ana a ticket, and once more, and then nothing.
  void pause_ana() {
    agent("ana");
    come("t1", "a");
    miss();
    wait(1s);
    miss();
  }
  [[nodiscard]] std::vector<std::string> paused(const std::string& agent) const {
    return router.agent(agent)->paused_queue_ids;
  }
};

TEST(Pauses, AQueueWhoseOffersRunOutInARowOffersTheAgentNothingMoreAndOthersGoOn) {
  Pausing c;
  c.agent("ana");
  c.come("t1", "a");
  c.miss();
  EXPECT_THAT(c.paused("ana"), IsEmpty());
  c.wait(1s);
  c.miss();
  EXPECT_THAT(c.all<QueuesPaused>(), ElementsAre(QueuesPaused{"ana", {"strict"}}));
  EXPECT_THAT(c.paused("ana"), ElementsAre("strict"));
  c.wait(600s);
  EXPECT_EQ(c.standing("t1"), Standing::kWaiting);
  EXPECT_THAT(c.router.explain("t1"), HasSubstr("1 paused for this queue, having let its offers run out"));
  EXPECT_EQ(c.router.explain_fully("t1", 1)->candidates.at(0).nearness, Nearness::kQueuePaused);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kAvailable);
  c.come("t2", "b");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(Pauses, EndWhenTheAgentSetsTheirPresenceAnew) {
  Pausing c;
  c.pause_ana();
  c.wait(1s);
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  EXPECT_THAT(c.paused("ana"), ElementsAre("strict")) << "one more page of theirs is nobody who is back";
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  EXPECT_THAT(c.all<QueuesPaused>(), ElementsAre(QueuesPaused{"ana", {}}));
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Pauses, EndWhenTheAgentComesBack) {
  Pausing c;
  c.pause_ana();
  c.tell(AgentDisconnected{"ana"});
  c.wait(10s);
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Pauses, AnAnswerToTheQueuesOffersBeginsTheRowAnewAndNoOther) {
  Pausing c;
  c.agent("ana");
  c.come("t1", "a");
  c.miss();
  c.wait(1s);
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  c.tell(TicketClosed{"t1"});
  c.come("t2", "a");
  c.miss();
  EXPECT_THAT(c.paused("ana"), IsEmpty()) << "one in a row";
  c.tell(TicketClosed{"t2"});
  c.come("t3", "b");
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  c.come("t4", "a");
  c.miss();
  EXPECT_THAT(c.paused("ana"), ElementsAre("strict"));
}

TEST(Pauses, WhatIsPassedToTheAgentByNameIsOfferedNevertheless) {
  Pausing c;
  c.pause_ana();
  Work ticket = Center::work("t2");
  ticket.account_id = "a";
  ticket.wanted_agent_id = "ana";
  c.queue(ticket);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(Pauses, WhoKnowsTheCustomerIsNotWaitedForMeanwhile) {
  QueueRules strict = queue_named("strict", "a");
  strict.affinity_wait = 60s;
  Pausing c{strict};
  c.pause_ana();
  c.tell(TicketClosed{"t1"});
  Work ticket = Center::work("t2");
  ticket.account_id = "a";
  ticket.preferred = {{"ana", 1}};
  c.queue(ticket);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.ticket("t2")->reserved_for, "");
}

TEST(Pauses, WhatWaitsForTheAgentAlreadyGoesToOthers) {
  QueueRules strict = queue_named("strict", "a");
  strict.affinity_wait = 600s;
  Pausing c{strict};
  c.agent("ana", {}, 1);
  c.agent("ben", {}, 5);
  for (const char* id : {"t1", "t2", "t3"}) {
    Work ticket = Center::work(id);
    ticket.account_id = "a";
    ticket.preferred = {{"ana", 1}};
    c.queue(ticket);
  }
  EXPECT_EQ(c.router.ticket("t3")->reserved_for, "ana");
  c.miss();
  c.miss();
  ASSERT_THAT(c.paused("ana"), ElementsAre("strict"));
  EXPECT_EQ(c.router.ticket("t3")->agent_id, "ben");
}

TEST(Pauses, EndWhenTheQueuePausesNobodyAnyMore) {
  Pausing c;
  c.pause_ana();
  c.wait(1s);
  Settings settings = c.router.settings();
  settings.queues[0].missed_offers_until_paused = 0;
  c.tell(SettingsChanged{settings});
  EXPECT_THAT(c.paused("ana"), IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
}

TEST(Pauses, AreToldAgainToANewLeader) {
  Center c{settings_of(queue_named("strict", "a"))};
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable, kAllChannels, {}, 0, {"strict"}});
  c.tell(AgentConnected{"ana", std::nullopt});
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  c.queue(ticket);
  c.begin();
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.agent("ana")->paused_queue_ids, ElementsAre("strict"));
}

TEST(Pauses, CountAsAwayInTheQueueAlone) {
  QueueRules strict = queue_named("strict", "a");
  strict.empty_on_leave = kAwayCounts;
  strict.empty_to = "other";
  Pausing c{strict};
  c.pause_ana();
  for (const QueueView& queue : c.router.queues(c.now, 60s))
    EXPECT_EQ(queue.away, queue.id == "strict" ? 1 : 0) << queue.id;
  c.wait(0s);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "other") << "nobody serves it any more";
}

}  // namespace
}  // namespace hark::routing
