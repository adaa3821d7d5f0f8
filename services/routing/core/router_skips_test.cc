#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Step step(const std::string& require, Duration lasts, std::optional<SkipCondition> skip_if = {}) {
  Step out;
  out.require = *parse_requirement(require);
  out.lasts = lasts;
  out.skip_if = skip_if;
  return out;
}

const SkipCondition kNobodyReady{Metric::kReadyAgents, Comparison::kAtMost, 0};
const SkipCondition kNobodyStaffed{Metric::kStaffedAgents, Comparison::kAtMost, 0};

QueueRules in_steps(std::vector<Step> steps) {
  QueueRules queue = queue_named("claims", "a");
  queue.steps = std::move(steps);
  return queue;
}

TEST(Skips, AStepThatFindsNobodyIsLeftOutAndThoseAfterItComeSoMuchEarlier) {
  OneQueue c{in_steps({step("billing >= 4", 30s, kNobodyReady), step("billing >= 2", 20s), step("any", 0s)})};
  c.come("t1");
  EXPECT_EQ(c.router.ticket("t1")->step, "step 2 of 3");
  EXPECT_EQ(c.router.explain_fully("t1", 1)->step_ends_at, c.now + 20s);
  c.wait(20s);
  EXPECT_EQ(c.router.ticket("t1")->step, "step 3 of 3");
}

TEST(Skips, ItIsLookedAtOnceAsItsTimeComes) {
  OneQueue c{in_steps({step("billing >= 4", 30s, kNobodyReady), step("any", 0s)})};
  c.member("ana", {"billing=5"});
  c.come("t1");
  c.come("t2");
  EXPECT_EQ(c.router.ticket("t1")->step, "step 1 of 2");
  EXPECT_EQ(c.router.ticket("t2")->step, "step 2 of 2") << "t1 has taken the only one";
  c.tell(TicketClosed{"t2"});
  c.tell(PresenceChanged{"ana", Presence::kAway});
  EXPECT_EQ(c.standing("t1"), Standing::kWaiting);
  EXPECT_EQ(c.router.ticket("t1")->step, "step 1 of 2") << "its time had come before";
  c.wait(30s);
  EXPECT_EQ(c.router.ticket("t1")->step, "step 2 of 2");
}

TEST(Skips, AStepInTheMiddleIsLeftOutAndThePlaceIsKept) {
  OneQueue c{
      in_steps({step("billing >= 4", 10s), step("billing >= 3", 60s, kNobodyStaffed), step("any", 0s)})};
  c.come("t1");
  c.wait(5s);
  c.come("t2");
  const WaitKey before = c.router.ticket("t1")->key;
  c.wait(5s);
  EXPECT_EQ(c.router.ticket("t1")->step, "step 3 of 3");
  EXPECT_EQ(c.router.ticket("t1")->key.at, before.at);
  c.member("ana");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Skips, SeveralInARowAreLeftOutAtOnce) {
  OneQueue c{in_steps(
      {step("billing >= 4", 10s, kNobodyReady), step("billing >= 3", 10s, kNobodyReady), step("any", 0s)})};
  c.member("ana");
  c.come("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_EQ(c.router.ticket("t1")->step, "step 3 of 3");
}

TEST(Skips, StaffedAgentsCountWithoutRoomAndReadyOnesOnTheTicketsChannel) {
  OneQueue c{in_steps(
      {step("billing", 30s, kNobodyStaffed), step("language:lv", 30s, kNobodyReady), step("any", 0s)})};
  c.member("ana", {"billing"});
  c.tell(PresenceChanged{"ana", Presence::kAvailable, mask_of(Channel::kChat)});
  c.member("ben", {"language:lv"});
  c.tell(PresenceChanged{"ben", Presence::kAvailable, mask_of(Channel::kChat)});
  c.come("t1");
  EXPECT_EQ(c.router.ticket("t1")->step, "step 1 of 3") << "she is there, if not for mail";
  c.tell(PresenceChanged{"ana", Presence::kAway, mask_of(Channel::kChat)});
  c.come("t2");
  EXPECT_EQ(c.router.ticket("t2")->step, "step 3 of 3") << "he has room, but not for mail";
}

TEST(Skips, BackupsAndOverflowKeepTheirTimes) {
  QueueRules queue = in_steps({step("billing >= 4", 30s, kNobodyReady), step("billing >= 2", 0s)});
  queue.members = *parse_requirement("group:day");
  queue.backups = {{*parse_requirement("group:night"), 20s}};
  queue.wait_max = 40s;
  queue.overflow_to = "rest";
  Settings settings = with({queue, queue_named("rest")});
  Center c{settings};
  c.begin();
  c.tell(AgentUpserted{{"ana", skills({"billing=2"}), 1, {"night"}}});
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  c.queue(ticket);
  EXPECT_EQ(c.router.ticket("t1")->step, "step 2 of 2");
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.wait(20s);
  EXPECT_EQ(c.router.ticket("t1")->queue_id, "rest");
}

TEST(Skips, ANewLeaderDecidesThemAnewFromTheTicketsAge) {
  const Settings settings = with({in_steps(
      {step("billing >= 4", 30s, kNobodyReady), step("billing >= 2", 20s, kNobodyReady), step("any", 0s)})});
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  ticket.waiting_since = ticket.queued_since = t0 - 10s;
  const auto step_with = [&](std::initializer_list<const char*> has) {
    Center c{settings};
    c.tell(TicketQueued{ticket});
    // Who could take it is told later, and must not be missed.
    c.tell(AgentUpserted{{"ana", skills(has), 1}});
    c.tell(AgentConnected{"ana", Presence::kAvailable});
    c.begin();
    c.wait(1ms);
    return c.router.ticket("t1")->step;
  };
  EXPECT_EQ(step_with({"billing=5"}), "step 1 of 3");
  EXPECT_EQ(step_with({"billing=2"}), "step 2 of 3");
  EXPECT_EQ(step_with({}), "step 3 of 3");
}

TEST(Skips, AnOfferOfALaterStepStandsOverAChangeOfLeader) {
  const Settings settings = with({in_steps({step("billing >= 4", 30s, kNobodyReady), step("any", 0s)})});
  Center c{settings};
  c.begin();
  c.agent("ana");
  Work ticket = Center::work("t1");
  ticket.account_id = "a";
  c.queue(ticket);
  const Offer offer = c.last_offer;
  Center next{settings};
  next.tell(AgentUpserted{{"ana", {}, 1}});
  next.tell(AgentConnected{"ana", Presence::kAvailable});
  next.tell(TicketQueued{c.router.ticket("t1")->work});
  next.tell(OfferRestored{offer});
  EXPECT_THAT(next.ended(), IsEmpty());
  next.begin();
  next.wait(1s);
  EXPECT_EQ(next.offer_of("t1").id, offer.id);
  EXPECT_EQ(next.router.ticket("t1")->step, "step 2 of 2");
}

TEST(Skips, AreDecidedWhileOtherLabelsAreTakenOn) {
  Settings settings =
      with({in_steps({step("billing >= 4", 10s), step("billing >= 3", 60s, kNobodyReady), step("any", 0s)})});
  settings.topics = {{"outage", {"invoice"}}};
  Center c{settings};
  c.begin();
  constexpr int kTickets = 100;
  for (int i = 0; i < kTickets; ++i) {
    Work ticket = Center::work("t" + std::to_string(i), {}, 1 + i);
    ticket.account_id = "a";
    ticket.topics = {i % 2 == 0 ? "outage" : "invoice"};
    c.queue(ticket);
  }
  c.now += 10s;
  settings.topics.clear();
  (void)c.router.apply(SettingsChanged{settings}, c.now - 1ms);
  for (int more = 0; more < 100; ++more) c.tell(TimePassed{});
  for (int i = 0; i < kTickets; ++i)
    EXPECT_EQ(c.router.ticket("t" + std::to_string(i))->step, "step 3 of 3") << i;
}

TEST(Skips, AMassOfThemIsDecidedInShares) {
  OneQueue c{in_steps({step("any", 10s), step("billing", 10s, kNobodyReady), step("any", 0s)})};
  for (int i = 0; i < 1000; ++i) c.come("t" + std::to_string(i), Channel::kEmail, 1 + i % 200);
  const std::size_t lanes = c.router.lane_count();
  c.wait(10s);
  EXPECT_LE(c.router.lane_count(), lanes + 4 * Router::kPlansPerInputMax)
      << "no more plans than an input's share";
  for (int inputs = 0; inputs < 1000 && c.router.next_deadline() && *c.router.next_deadline() <= c.now;
       ++inputs)
    c.wait(0s);
  for (const int i : {0, 500, 999}) EXPECT_EQ(c.router.ticket("t" + std::to_string(i))->step, "step 3 of 3");
}

}  // namespace
}  // namespace hark::routing
