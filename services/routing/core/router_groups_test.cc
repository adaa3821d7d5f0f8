#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings settings_of(QueueRules queue) {
  Settings settings = with({std::move(queue)});
  settings.groups = {{"night", "nightshift"}};
  return settings;
}

QueueRules served_by(const std::string& members) {
  QueueRules queue = queue_named("claims", "a");
  queue.members = *parse_requirement(members);
  return queue;
}

/// One queue, and a group that has hours.
struct Night : Center {
  explicit Night(const QueueRules& queue) : Center{settings_of(queue)} { begin(); }
  void member(const std::string& id, std::vector<std::string> groups) {
    tell(AgentUpserted{{id, {}, 1, std::move(groups)}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  void come(const std::string& id) {
    Work ticket = work(id);
    ticket.account_id = "a";
    queue(ticket);
  }
  void hours(bool open) { tell(GroupHours{"night", open}); }
};

TEST(Groups, OneWithHoursIsClosedUntilItIsToldThatItIsOpen) {
  Night c{served_by("group:night")};
  c.member("ana", {"night"});
  c.come("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  const auto why = *c.router.explain_fully("t1", 1);
  EXPECT_THAT(why.closed_groups, ElementsAre("night"));
  EXPECT_EQ(why.candidates.at(0).text, "counts as of group:night in its hours only");
  c.hours(true);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_THAT(c.router.explain_fully("t1", 1)->closed_groups, IsEmpty());
}

TEST(Groups, WhatIsOfferedToItsAgentsStandsWhenItClosesAndNothingMoreComes) {
  Night c{served_by("group:night")};
  c.hours(true);
  c.member("ana", {"night"});
  c.member("ben", {"night"});
  c.come("t1");
  const Offer offer = c.last_offer;
  c.hours(false);
  EXPECT_THAT(c.ended(), IsEmpty());
  c.tell(AgentUpserted{{"ana", skills({"billing"}), 1, {"night"}}});
  EXPECT_THAT(c.ended(), IsEmpty()) << "of her record, nothing that matters has changed";
  c.come("t2");
  EXPECT_THAT(c.made(), IsEmpty());
  c.accept_and_confirm(offer, 1);
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
}

TEST(Groups, AStandingOfferOutlivesAChangeOfLeaderWhileItsGroupIsClosed) {
  Night c{served_by("group:night")};
  c.hours(true);
  c.member("ana", {"night"});
  c.come("t1");
  Router next{settings_of(served_by("group:night")), 0, 8};
  (void)next.apply(GroupHours{"night", false}, c.now);
  (void)next.apply(AgentUpserted{{"ana", {}, 1, {"night"}}}, c.now);
  (void)next.apply(PresenceChanged{"ana", Presence::kAvailable}, c.now);
  (void)next.apply(TicketQueued{c.router.ticket("t1")->work}, c.now);
  EXPECT_THAT(next.apply(OfferRestored{c.last_offer}, c.now),
              testing::Not(testing::Contains(testing::VariantWith<OfferEnded>(testing::_))));
  (void)next.apply(RebuildFinished{}, c.now);
  EXPECT_EQ(next.ticket("t1")->standing, Standing::kOffered);
}

TEST(Groups, BackupsHelpOutInTheirHoursOnly) {
  QueueRules queue = served_by("group:day");
  queue.backups = {{*parse_requirement("group:night"), 10s}};
  Night c{queue};
  c.member("ana", {"night"});
  c.come("t1");
  c.wait(10s);
  EXPECT_THAT(c.made(), IsEmpty());
  c.hours(true);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Groups, WhoIsNotOfAGroupIsEverybodyWhileItIsClosed) {
  Night c{served_by("not group:night")};
  c.member("ana", {"night"});
  c.come("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Groups, TiersGoByTheHours) {
  QueueRules queue = queue_named("claims", "a");
  queue.choice = ChoicePolicy::kTiers;
  queue.tiers = {*parse_requirement("group:night")};
  Night c{queue};
  c.member("ana", {});
  c.member("ben", {"night"});
  c.come("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana")) << "nobody is of the first tier, and she is idle for longer";
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  c.tell(TicketClosed{"t1"});
  c.hours(true);
  c.come("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ben"));
}

TEST(Groups, AQueueWhoseMembersAreOutsideTheirHoursIsEmpty) {
  QueueRules queue = served_by("group:night");
  queue.empty_on_leave = kOfflineCounts;
  queue.empty_to = "rest";
  Settings settings = settings_of(queue);
  settings.queues.push_back(queue_named("rest"));
  Center c{settings};
  c.begin();
  c.tell(GroupHours{"night", true});
  c.tell(AgentUpserted{{"ana", {}, 1, {"night"}}});
  c.tell(AgentConnected{"ana", Presence::kAway});
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  c.queue(ticket);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "claims");
  c.tell(GroupHours{"night", false});
  c.wait(0s);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "rest");
}

TEST(Groups, NewRulesKeepOpenWhatWasOpenAndFreeWhatHasNoHoursAnyMore) {
  Night c{served_by("group:night")};
  c.hours(true);
  Settings settings = settings_of(served_by("group:night"));
  settings.groups.push_back({"day", "dayshift"});
  c.tell(SettingsChanged{settings});
  EXPECT_TRUE(c.router.is_group_open("night"));
  EXPECT_TRUE(c.router.is_group_open("day")) << "as it was, until its hours are told";
  c.hours(false);
  c.member("ana", {"night"});
  c.come("t1");
  settings.groups.clear();
  c.tell(SettingsChanged{settings});
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
}

TEST(Groups, GivingHoursToOneSendsNothingElsewhereBeforeTheyAreTold) {
  QueueRules queue = served_by("group:night");
  queue.empty_on_join = queue.empty_on_leave = kOfflineCounts;
  queue.empty_to = "rest";
  Settings settings = with({queue, queue_named("rest")});
  Center c{settings};
  c.begin();
  c.tell(AgentUpserted{{"ana", {}, 1, {"night"}}});
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  for (const char* id : {"t1", "t2"}) {
    Work ticket = Center::work(id);
    ticket.account_id = "a";
    c.queue(ticket);
  }
  settings.groups = {{"night", "nightshift"}};
  c.tell(SettingsChanged{settings});
  c.wait(0s);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "claims");
  c.tell(GroupHours{"night", false});
  c.wait(0s);
  EXPECT_EQ(c.router.ticket("t2")->queue_id, "rest");
}

TEST(Groups, WhatWasOfferedStandsToWhoIsOutOnlyWhileAGroupIsOpen) {
  Night c{served_by("not group:night")};
  c.member("ana", {"night"});
  c.come("t1");
  c.hours(true);
  c.tell(AgentUpserted{{"ana", {}, 1, {"night"}}});
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  c.come("t2");
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Groups, ALargeOneOpensInShares) {
  Night c{served_by("group:night")};
  constexpr int kAgents = 5000;
  for (int i = 0; i < kAgents; ++i) {
    c.member("agent" + std::to_string(i), {"night"});
    c.come("t" + std::to_string(i));
  }
  std::size_t made = 0;
  c.hours(true);
  int inputs = 0;
  for (; made < kAgents && inputs < 1000; ++inputs) {
    EXPECT_LE(c.made().size(), static_cast<std::size_t>(Router::kProposalsPerInputMax));
    made += c.made().size();
    ASSERT_TRUE(made == kAgents || c.router.next_deadline() == c.now) << "the rest comes at once";
    c.wait(0s);
  }
  EXPECT_EQ(made, static_cast<std::size_t>(kAgents));
  EXPECT_GT(inputs, 5);
}

}  // namespace
}  // namespace hark::routing
