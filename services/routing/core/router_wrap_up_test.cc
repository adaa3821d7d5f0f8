#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings with_wrap_up() {
  Settings settings = test_settings();
  settings.wrap_up = 60s;
  return settings;
}

/// Ana has just resolved t1, and t2 waits.
struct AfterResolving : Center {
  AfterResolving() : Center{with_wrap_up()} {
    begin();
    agent("ana");
    queue("t1");
    accept_and_confirm(last_offer, 1);
    queue("t2");
    tell(TicketClosed{"t1"});
  }
};

TEST(WrapUp, KeepsOffersAwayUntilItsTimeIsOver) {
  AfterResolving c;
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.agent("ana")->wraps_up_until, c.now + 60s);
  EXPECT_THAT(c.router.explain("t2"), HasSubstr("1 wrapping up"));
  EXPECT_EQ(c.router.next_deadline(), c.now + 60s);
  c.wait(60s - 1ms);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1ms);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  EXPECT_FALSE(c.router.agent("ana")->wraps_up_until);
}

TEST(WrapUp, EndsWhenTheAgentSaysSo) {
  AfterResolving c;
  c.wait(5s);
  c.tell(WrapUpEnded{"ana"});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.tell(WrapUpEnded{"ana"});
  EXPECT_THAT(c.made(), IsEmpty()) << "said twice";
  c.tell(WrapUpEnded{"zed"});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kAgentNotFound);
}

TEST(WrapUp, EndsWithAChangeOfPresence) {
  AfterResolving c;
  c.tell(PresenceChanged{"ana", Presence::kAway});
  EXPECT_FALSE(c.router.agent("ana")->wraps_up_until);
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(WrapUp, IsToldSoThatANewLeaderCanGoOnWithIt) {
  AfterResolving c;
  EXPECT_THAT(c.all<WrapUpSet>(), ElementsAre(WrapUpSet{"ana", c.now + 60s}));
  c.wait(60s);
  EXPECT_THAT(c.all<WrapUpSet>(), ElementsAre(WrapUpSet{"ana", std::nullopt}));
}

TEST(WrapUp, GoesOnUnderANewLeaderToItsOwnEnd) {
  Center c{with_wrap_up()};
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.tell(WrapUpRestored{"ana", c.now + 20s});
  c.tell(WrapUpRestored{"zed", c.now + 20s});
  c.queue("t2");
  c.begin();
  c.tell(AgentConnected{"ana", Presence::kAvailable});
  EXPECT_THAT(c.made(), IsEmpty()) << "coming back is no change of presence";
  c.wait(20s - 1ms);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1ms);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
}

TEST(WrapUp, ThatRanOutWhileNobodyLedIsOver) {
  Center c{with_wrap_up()};
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.tell(WrapUpRestored{"ana", c.now - 1ms});
  c.begin();
  EXPECT_THAT(c.all<WrapUpSet>(), ElementsAre(WrapUpSet{"ana", std::nullopt}));
  EXPECT_FALSE(c.router.agent("ana")->wraps_up_until);
}

TEST(WrapUp, GoesToOthersMeanwhileAndBeginsAnewWithTheNextResolvedTicket) {
  Center c{with_wrap_up()};
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t1"});
  c.wait(30s);
  c.tell(TicketClosed{"t2"});
  EXPECT_EQ(c.router.agent("ana")->wraps_up_until, c.now + 60s);
  c.agent("ben");
  c.queue("t3");
  EXPECT_THAT(c.made(), ElementsAre("t3>ben"));
}

TEST(WrapUp, IsNotThereUnlessItIsAskedForAndNotForTicketsThatNobodyHeld) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));

  Center other{with_wrap_up()};
  other.begin();
  other.agent("ana");
  other.queue("t1");
  other.tell(TicketClosed{"t1"});
  other.queue("t2");
  EXPECT_THAT(other.made(), ElementsAre("t2>ana"));
}

TEST(QueueSummary, CountsWhatWaitsByAccountAndSkillAndWhoHasWaitedTooLong) {
  Center c;
  c.begin();
  auto work = Center::work("t1", {"billing"});
  work.account_id = "support";
  c.queue(work);
  c.wait(60s);
  work = Center::work("t2", {"billing", "language:lv"});
  work.account_id = "sales";
  c.queue(work);
  c.agent("ana", {"billing"});
  c.wait(1s);
  const auto summary = c.router.summarize(c.now, 30s);
  EXPECT_EQ(summary.total.waiting, 2);
  EXPECT_EQ(summary.total.offered, 1);
  EXPECT_EQ(summary.total.at_risk, 1);
  EXPECT_EQ(summary.total.oldest_since, t0);
  EXPECT_EQ(summary.by_account.at("support").at_risk, 1);
  EXPECT_EQ(summary.by_account.at("sales").at_risk, 0);
  EXPECT_EQ(summary.by_skill.at("billing").waiting, 2);
  EXPECT_EQ(summary.by_skill.at("language:lv").oldest_since, t0 + 60s);
}

TEST(QueueSummary, ShowsEachQueueWithWhatWaitsAndWhoServesIt) {
  Settings settings = with_wrap_up();
  QueueRules claims;
  claims.id = "claims";
  claims.entries = {{{"support"}, kAllChannels, {}, {}, {}}};
  claims.members = *parse_requirement("claims");
  settings.queues = {claims};
  Center c{settings};
  c.begin();
  const auto come = [&](const std::string& id) {
    Work work = Center::work(id);
    work.account_id = "support";
    c.queue(work);
  };
  c.agent("ana", {"claims"});
  c.agent("ben", {"claims"}, 2);
  c.agent("cleo");
  come("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(1s);
  for (const char* id : {"t2", "t3", "t4"}) come(id);
  c.tell(AgentUpserted{{"dan", skills({"claims"}), 1}});
  c.wait(10s);
  const auto queues = c.router.queues(c.now, 5s);
  ASSERT_EQ(queues.size(), 2U);
  EXPECT_EQ(queues[0].id, "");
  EXPECT_EQ(queues[0].tickets.waiting, 0);
  EXPECT_EQ(queues[0].ready + queues[0].busy + queues[0].offline, 4);
  EXPECT_EQ(queues[1].id, "claims");
  EXPECT_EQ(queues[1].tickets.waiting, 3);
  EXPECT_EQ(queues[1].tickets.offered, 2);
  EXPECT_EQ(queues[1].tickets.at_risk, 3);
  EXPECT_EQ(queues[1].tickets.oldest_since, t0 + 1s);
  EXPECT_EQ(queues[1].busy, 2);
  EXPECT_EQ(queues[1].ready, 0);
  EXPECT_EQ(queues[1].offline, 1);
  EXPECT_EQ(queues[1].estimate.why_none, NoEstimate::kTooFewServed) << "one ticket served tells no pace";
  c.tell(TicketClosed{"t1"});
  EXPECT_EQ(c.router.queues(c.now, 5s)[1].wrapping_up, 1);
}

/// By ana, who has room for these alone: one in ten seconds.
void serve_two(Center& c) {
  c.begin();
  c.agent("ana", {}, 2);
  for (const char* id : {"t1", "t2"}) {
    c.queue(id);
    c.wait(10s);
    c.accept_and_confirm(c.last_offer, 1);
  }
}

TEST(QueueSummary, EstimatesTheWaitOfTheLastInLineAsItsExplanationDoes) {
  Center c;
  serve_two(c);
  const auto told = [&](const std::string& id) {
    const WaitEstimate of_queue = c.router.queues(c.now, 5s).front().estimate;
    EXPECT_EQ(c.router.explain_fully(id, 10)->estimate, of_queue) << id;
    return of_queue.wait;
  };
  EXPECT_EQ(c.router.queues(c.now, 5s).front().estimate.wait, 10s) << "of one that came now";
  c.queue("t3");
  EXPECT_EQ(told("t3"), 10s);
  c.queue("t4");
  EXPECT_EQ(told("t4"), 20s);
  c.tell(AgentUpserted{{"ana", {}, 3}});
  EXPECT_EQ(c.last_offer.ticket_id, "t3");
  EXPECT_EQ(told("t4"), 10s) << "whom an agent has before them is next in no line";
}

TEST(QueueSummary, EstimatesNoWaitWhereNobodyIsThereToServe) {
  Center c;
  serve_two(c);
  c.queue("t3");
  const auto told = [&] {
    const WaitEstimate of_queue = c.router.queues(c.now, 5s).front().estimate;
    EXPECT_EQ(c.router.explain_fully("t3", 10)->estimate, of_queue);
    return of_queue.why_none;
  };
  EXPECT_EQ(told(), NoEstimate::kNone) << "ana is busy, and there";
  c.tell(AgentDisconnected{"ana"});
  EXPECT_EQ(told(), NoEstimate::kNobodyThere);
  c.tell(AgentConnected{"ana"});
  EXPECT_EQ(told(), NoEstimate::kNone);
  c.tell(PresenceChanged{"ana", Presence::kAway});
  EXPECT_EQ(told(), NoEstimate::kNobodyThere);
  EXPECT_EQ(c.router.explain_fully("t1", 10)->estimate.why_none, NoEstimate::kNotWaiting);
}

TEST(WrapUp, ForcedLastsUnlessASupervisorEndsItAndOptionalBeginsByWord) {
  Settings settings = test_settings();
  settings.wrap_up = 60s;
  settings.wrap_up_mode = WrapUpMode::kForced;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.tell(TicketClosed{"t1"});
  c.tell(WrapUpEnded{"ana"});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kIllegalTransition);
  c.tell(WrapUpEnded{"ana", true});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));

  settings.wrap_up_mode = WrapUpMode::kOptional;
  Center other{settings};
  other.begin();
  other.agent("ana");
  other.queue("t1");
  other.accept_and_confirm(other.last_offer, 1);
  other.tell(TicketClosed{"t1"});
  other.tell(WrapUpBegun{"ana"});
  other.queue("t2");
  EXPECT_THAT(other.made(), IsEmpty());
  other.wait(60s);
  EXPECT_THAT(other.made(), ElementsAre("t2>ana"));
}

TEST(WrapUp, OfALastLeaderIsTakenOn) {
  Center c;
  c.agent("ana");
  c.tell(WrapUpRestored{"ana", t0 + 30s});
  c.begin();
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

}  // namespace
}  // namespace hark::routing
