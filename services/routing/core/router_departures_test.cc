#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// West's engine; east is another shard's.
QueueRules west() {
  QueueRules rules = queue_named("west", "a");
  rules.overflows = {{60s, std::nullopt, 0s, "east"}};
  return rules;
}

struct West : Center {
  explicit West(const QueueRules& rules = west()) : Center{settings(rules)} { begin(); }
  static Settings settings(const QueueRules& rules) {
    Settings settings = with({rules});
    settings.queues_elsewhere = {"east", "north"};
    return settings;
  }
  void come(const std::string& id, std::vector<std::string> left = {}) {
    Work ticket = work(id);
    ticket.account_id = "a";
    ticket.queues_left = std::move(left);
    queue(ticket);
  }
  void visit(const std::string& id, const std::string& agent) {
    Work ticket = work(id);
    ticket.account_id = "a";
    ticket.visits = true;
    ticket.wanted_agent_id = agent;
    queue(ticket);
  }
};

TEST(Departures, OverflowIntoAQueueElsewhereLeavesTheEngine) {
  West c;
  c.come("t1");
  c.wait(59s);
  EXPECT_TRUE(c.router.ticket("t1"));
  c.wait(1s);
  EXPECT_THAT(
      c.all<TicketSentOn>(),
      ElementsAre(TicketSentOn{"t1", "east", {"west"}, "came from queue west: waited there for 60 s"}));
  EXPECT_FALSE(c.router.ticket("t1"));
  EXPECT_EQ(c.router.queue_size(), 0u);
  c.agent("ana");
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Departures, WaitForAnOfferThatStandsAndAreOffIfItIsAccepted) {
  West c;
  c.agent("ana");
  c.come("t1");
  c.wait(15s);
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  c.wait(40s);
  c.agent("ben");
  ASSERT_THAT(c.made(), ElementsAre("t1>ben"));
  c.wait(6s);
  EXPECT_THAT(c.all<TicketSentOn>(), IsEmpty()) << "ben has it before him";
  c.wait(14s);
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u) << "he let it run out";

  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.tell(PresenceChanged{"ben", Presence::kAway});
  c.come("t2");
  c.wait(55s);
  c.agent("cid");
  ASSERT_THAT(c.made(), ElementsAre("t2>cid"));
  c.wait(6s);
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(100s);
  EXPECT_EQ(c.standing("t2"), Standing::kHeld);
}

TEST(Departures, ATicketGoesBackToNoQueueThatItHasLeft) {
  West c;
  c.come("t1", {"east"});
  c.wait(60s);
  EXPECT_THAT(c.all<TicketSentOn>(), IsEmpty());
  EXPECT_EQ(c.router.ticket("t1")->work.queues_left, std::vector<std::string>{"east"});
}

TEST(Departures, WhatIsFullOrClosedOrEmptySendsOnAtOnce) {
  QueueRules full = west();
  full.overflows.clear();
  full.length_max = 1;
  full.overflow_to = "east";
  West c{full};
  c.come("t1");
  c.come("t2");
  EXPECT_THAT(
      c.all<TicketSentOn>(),
      ElementsAre(TicketSentOn{"t2", "east", {"west"}, "came from queue west: more than 1 wait there"}));

  QueueRules closed = west();
  closed.hours = "office";
  closed.closed_to = "north";
  West d{closed};
  d.come("t1");
  EXPECT_EQ(d.all<TicketSentOn>().at(0).to_queue_id, "north");
  d.tell(QueueHours{"west", true});
  d.come("t2");
  EXPECT_THAT(d.all<TicketSentOn>(), IsEmpty());
  d.tell(QueueHours{"west", false});
  d.wait(1ms);
  EXPECT_FALSE(d.router.ticket("t2"));

  QueueRules empty = west();
  empty.empty_on_join = kOfflineCounts;
  empty.empty_to = "east";
  West e{empty};
  e.come("t1");
  EXPECT_THAT(e.all<TicketSentOn>().at(0).why, HasSubstr("nobody serves it now"));
}

TEST(Departures, ANewLeaderSendsOnWhatIsDueWhenItBegins) {
  Center c{West::settings(west())};
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  ticket.waiting_since = t0 - 90s;
  c.queue(ticket);
  EXPECT_THAT(c.all<TicketSentOn>(), IsEmpty());
  c.begin();
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u);
}

TEST(Visits, WhoeverIsWantedForAndDeclinesItSendsItHome) {
  West c;
  c.agent("bob");
  c.agent("ben");
  c.visit("t1", "bob");
  ASSERT_THAT(c.made(), ElementsAre("t1>bob"));
  c.tell(OfferDeclined{c.last_offer.id, "bob"});
  EXPECT_THAT(c.all<TicketSentOn>(),
              ElementsAre(TicketSentOn{"t1", "", {}, "was meant for bob, who did not take it"}));
  EXPECT_THAT(c.made(), IsEmpty()) << "ben is not asked for what is another shard's";
  EXPECT_FALSE(c.router.ticket("t1"));
}

TEST(Visits, WhoeverMissesItIsNotThereOrCannotTakeItSendsItHome) {
  West c;
  c.agent("bob");
  c.agent("ben");
  c.visit("t1", "bob");
  c.wait(20s);
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u) << "missed";

  c.tell(PresenceChanged{"bob", Presence::kAway});
  c.visit("t2", "bob");
  c.wait(29s);
  EXPECT_TRUE(c.router.ticket("t2")) << "he may be back";
  c.wait(1s);
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u);

  c.visit("t3", "bob");
  c.tell(PresenceChanged{"bob", Presence::kOffline});
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u) << "gone";
  c.visit("t4", "bob");
  EXPECT_EQ(c.all<TicketSentOn>().size(), 1u) << "was not there to begin with";
  EXPECT_EQ(c.router.queue_size(), 0u);
}

TEST(Visits, WhoeverAcceptsItHasIt) {
  West c;
  c.agent("bob");
  c.visit("t1", "bob");
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(100s);
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
}

}  // namespace
}  // namespace hark::routing
