#include "routing/core/sla_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using Kind = SlaEvent::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

// A Monday, 00:00 UTC.
const TimePoint kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
TimePoint at(Duration since_start) { return kStart + since_start; }

const BusinessHours& always() {
  static const BusinessHours hours = BusinessHours::around_the_clock();
  return hours;
}

/// First response 1 h, next 2 h, update 4 h, resolution 10 h; no sums.
SlaPolicy policy(std::vector<int> warn_at_percent = {}) {
  SlaPolicy out{"usual", {}, std::move(warn_at_percent)};
  const Duration within[kSlaMetrics] = {1h, 2h, 4h, 10h};
  for (std::size_t i = 0; i < kSlaMetrics; ++i)
    out.targets[i] = usual_target(static_cast<SlaMetric>(i), within[i]);
  return out;
}
SlaPolicy only(SlaMetric metric, Duration within) {
  SlaPolicy out{"one", {}, {}};
  out.targets[static_cast<std::size_t>(metric)] = usual_target(metric, within);
  return out;
}

SlaClock after(const SlaPolicy& policy, std::vector<SlaEvent> events) {
  SlaClock clock{policy, always()};
  for (const SlaEvent& event : events) clock.apply(event);
  return clock;
}
SlaMark missed(SlaMetric metric, Duration since, Duration when) { return {metric, 100, at(since), at(when)}; }

TEST(SlaClock, TheFirstResponseIsDueFromTheMessageAndMissedAtTheDueInstant) {
  const auto clock = after(policy(), {{at(0h), Kind::kOwed, {"m1"}}});
  EXPECT_EQ(clock.due(), at(1h));
  EXPECT_EQ(clock.next_deadline(at(0h)), at(1h));
  EXPECT_THAT(clock.marks(at(1h) - 1ms), IsEmpty());
  EXPECT_THAT(clock.marks(at(1h)), ElementsAre(missed(SlaMetric::kFirstResponse, 0h, 1h)));
}

TEST(SlaClock, AReplyAMillisecondEarlyIsInTimeAndOneAtTheInstantIsLate) {
  for (const Duration when : {Duration{1h - 1ms}, Duration{1h}}) {
    const auto clock = after(only(SlaMetric::kFirstResponse, 1h),
                             {{at(0h), Kind::kOwed, {"m1"}}, {at(when), Kind::kReplied, {"m1"}}});
    EXPECT_EQ(clock.marks(at(100h)).size(), when == 1h ? 1U : 0U);
  }
}

// FIELD row 40: the update clock came before the first response.
TEST(SlaClock, NoUpdateIsDueBeforeTheFirstResponse) {
  auto short_update = policy();
  short_update.targets[2].within = 10min;
  auto clock = after(short_update, {{at(0h), Kind::kOwed, {"m1"}}});
  EXPECT_EQ(clock.due(), at(1h));
  clock.apply({at(30min), Kind::kReplied, {"m1"}});
  EXPECT_EQ(clock.due(), at(40min));
}

// FIELD row 40: it escalated though the agent had replied.
TEST(SlaClock, NothingThatAReplyHasSettledIsMissedLater) {
  const auto clock = after(only(SlaMetric::kNextResponse, 2h), {{at(0h), Kind::kOwed, {"m1"}},
                                                                {at(1min), Kind::kReplied, {"m1"}},
                                                                {at(5h), Kind::kOwed, {"m2"}},
                                                                {at(6h), Kind::kReplied, {"m2"}}});
  EXPECT_EQ(clock.next_deadline(at(0h)), std::nullopt);
  EXPECT_THAT(clock.marks(at(1000h)), IsEmpty());
}

// FIELD row 40: it was not set on close.
TEST(SlaClock, ResolvingStopsEveryClock) {
  const auto clock = after(policy({50}), {{at(0h), Kind::kOwed, {"m1"}}, {at(20min), Kind::kResolved, {}}});
  EXPECT_EQ(clock.next_deadline(at(0h)), std::nullopt);
  EXPECT_EQ(clock.due(), std::nullopt);
  EXPECT_THAT(clock.marks(at(1000h)), IsEmpty());
  EXPECT_THAT(clock.readings(at(1000h)), IsEmpty());
}

// FIELD row 40: reopening escalated at once, or began anew.
TEST(SlaClock, AReopenedTicketGoesOnWithTheTimeThatItHadLeft) {
  auto clock = after(only(SlaMetric::kResolution, 10h), {{at(0h), Kind::kOwed, {"m1"}},
                                                         {at(1h), Kind::kReplied, {"m1"}},
                                                         {at(4h), Kind::kResolved, {}},
                                                         {at(100h), Kind::kReopened, {}}});
  EXPECT_EQ(clock.due(), at(106h));
  EXPECT_THAT(clock.marks(at(100h)), IsEmpty());
  clock.apply({at(200h), Kind::kResolved, {}});
  EXPECT_THAT(clock.marks(at(200h)), ElementsAre(missed(SlaMetric::kResolution, 0h, 106h)));
}

TEST(SlaClock, AReopenedTicketOwesNoSecondFirstResponse) {
  auto clock = after(only(SlaMetric::kFirstResponse, 1h), {{at(0h), Kind::kOwed, {"m1"}},
                                                           {at(10min), Kind::kReplied, {"m1"}},
                                                           {at(2h), Kind::kResolved, {}},
                                                           {at(3h), Kind::kReopened, {}},
                                                           {at(3h), Kind::kOwed, {"m2"}}});
  EXPECT_EQ(clock.due(), std::nullopt);
}

TEST(SlaClock, TheNextResponseRunsFromTheOldestUnansweredMessage) {
  auto clock = after(only(SlaMetric::kNextResponse, 2h), {{at(0h), Kind::kOwed, {"m1"}},
                                                          {at(10min), Kind::kReplied, {"m1"}},
                                                          {at(1h), Kind::kOwed, {"m2"}},
                                                          {at(2h), Kind::kOwed, {"m3"}}});
  EXPECT_EQ(clock.due(), at(3h));
  clock.apply({at(150min), Kind::kReplied, {"m2"}});  // in one thread; m3 is in another
  EXPECT_EQ(clock.due(), at(4h));
  clock.apply({at(5h), Kind::kReplied, {"m3"}});
  EXPECT_EQ(clock.due(), std::nullopt);
  EXPECT_THAT(clock.marks(at(9h)), ElementsAre(missed(SlaMetric::kNextResponse, 2h, 4h)));
}

TEST(SlaClock, AMessageThatNeedsNoAnswerStopsItsClock) {
  const auto clock = after(only(SlaMetric::kFirstResponse, 1h),
                           {{at(0h), Kind::kOwed, {"m1"}}, {at(30min), Kind::kWaived, {"m1"}}});
  EXPECT_THAT(clock.marks(at(10h)), IsEmpty());
}

TEST(SlaClock, UpdatesAreDueAgainAfterEachReply) {
  auto clock =
      after(only(SlaMetric::kUpdate, 4h),
            {{at(0h), Kind::kOwed, {"m1"}}, {at(1h), Kind::kReplied, {"m1"}}, {at(3h), Kind::kReplied, {}}});
  EXPECT_EQ(clock.due(), at(7h));
  clock.apply({at(8h), Kind::kReplied, {}});
  EXPECT_EQ(clock.due(), at(12h));
  EXPECT_THAT(clock.marks(at(8h)), ElementsAre(missed(SlaMetric::kUpdate, 3h, 7h)));
}

TEST(SlaClock, AHoldResetsReplyClocksAndPausesResolution) {
  auto clock = after(policy(), {{at(0h), Kind::kOwed, {"m1"}}, {at(50min), Kind::kHeld, {}}});
  EXPECT_EQ(clock.due(), std::nullopt);
  clock.apply({at(5h), Kind::kReleased, {}});
  EXPECT_EQ(clock.due(), at(6h));  // the first response anew
  clock.apply({at(5h + 30min), Kind::kReplied, {"m1"}});
  for (const SlaReading& reading : clock.readings(at(5h + 30min))) {
    if (reading.metric == SlaMetric::kResolution) {
      EXPECT_EQ(reading.due, at(5h + 9h + 10min));
    }
  }
}

TEST(SlaClock, AHoldDoesWhatItsStateSays) {
  SlaPolicy states = policy();
  states.holds["supplier"] = {WhilePaused::kPause, WhilePaused::kPause, WhilePaused::kRun,
                              WhilePaused::kReset};
  const auto held = [&](const std::string& state) {
    return after(
        states,
        {{at(0h), Kind::kOwed, {"m1"}}, {at(50min), Kind::kHeld, {}, state}, {at(5h), Kind::kReleased, {}}});
  };
  EXPECT_EQ(held("supplier").due(), at(5h + 10min)) << "the first response had ten minutes left";
  EXPECT_EQ(held("supplier").next_deadline(at(5h + 10min)), at(15h)) << "resolution began anew";
  EXPECT_EQ(held("unheard of").due(), at(6h)) << "as usual";
}

TEST(SlaClock, WaitingForTheCustomerStopsTheClockIfThePolicySaysSo) {
  auto pauses = only(SlaMetric::kResolution, 10h);
  pauses.targets[3].awaiting_customer = WhilePaused::kPause;
  auto clock = after(pauses, {{at(0h), Kind::kOwed, {"m1"}}, {at(2h), Kind::kReplied, {"m1"}}});
  EXPECT_EQ(clock.due(), std::nullopt);
  clock.apply({at(50h), Kind::kOwed, {"m2"}});
  EXPECT_EQ(clock.due(), at(58h));
}

/// Of the ticket that both sums look at: 40 ms until we ask back, 5 h for the answer, 1 h on hold at a
/// supplier's, 2 h until resolved, and a week later 30 ms of the customer's last word.
std::vector<SlaEvent> asked_back_and_held() {
  return {{at(0h), Kind::kOwed, {"m1"}},
          {at(40ms), Kind::kReplied, {"m1"}},
          {at(5h), Kind::kOwed, {"m2"}},
          {at(5h + 20min), Kind::kHeld, {}, "supplier"},
          {at(6h + 20min), Kind::kReleased, {}},
          {at(8h), Kind::kResolved, {}},
          {at(168h), Kind::kReopened, {}},
          {at(168h), Kind::kOwed, {"m3"}},
          {at(168h + 30ms), Kind::kReplied, {"m3"}}};
}

TEST(SlaClock, TheRequestersWaitIsAllTheTimeThatIsNotTheirOwn) {
  const Duration wait = 40ms + 3h;
  const auto clock = after(only(SlaMetric::kRequesterWait, wait + 30ms), asked_back_and_held());
  EXPECT_THAT(clock.marks(at(1000h)), ElementsAre(missed(SlaMetric::kRequesterWait, 0h, 168h + 30ms)));
  EXPECT_THAT(after(only(SlaMetric::kRequesterWait, wait + 31ms), asked_back_and_held()).marks(at(1000h)),
              IsEmpty());
}

TEST(SlaClock, AgentWorkStandsOnHoldAsWell) {
  const Duration work = 40ms + 2h;
  const auto clock = after(only(SlaMetric::kAgentWork, work + 30ms), asked_back_and_held());
  EXPECT_THAT(clock.marks(at(1000h)), ElementsAre(missed(SlaMetric::kAgentWork, 0h, 168h + 30ms)));
  EXPECT_THAT(after(only(SlaMetric::kAgentWork, work + 31ms), asked_back_and_held()).marks(at(1000h)),
              IsEmpty());
}

TEST(SlaClock, SumsCountOpenTimeAloneAndWarn) {
  WeekHours week;
  ASSERT_TRUE(add_week_hours(week, "mon-fri 09:00-17:00").ok());
  const BusinessHours office{TimeZone::find("UTC").value(), week, {}, {}};
  SlaPolicy sums = only(SlaMetric::kAgentWork, 4h);
  sums.warn_at_percent = {50};
  SlaClock clock{sums, office};
  clock.apply({at(96h + 16h), Kind::kOwed, {"m1"}});  // Friday, 16:00
  EXPECT_EQ(clock.next_deadline(at(96h + 16h)), at(168h + 10h));
  EXPECT_EQ(clock.due(), at(168h + 12h));  // Monday, 12:00
  clock.apply({at(168h + 11h), Kind::kReplied, {"m1"}});
  EXPECT_EQ(clock.due(), std::nullopt);
  clock.apply({at(192h + 9h), Kind::kOwed, {"m2"}});
  EXPECT_EQ(clock.due(), at(192h + 10h));
  EXPECT_THAT(clock.marks(at(193h + 9h)),
              ElementsAre(SlaMark{SlaMetric::kAgentWork, 50, at(96h + 16h), at(168h + 10h)},
                          missed(SlaMetric::kAgentWork, 96h + 16h, 192h + 10h)));
}

TEST(SlaClock, NobodyWorksOnWhatNeedsNoAnswerThoughTheRequesterWaits) {
  const std::vector<SlaEvent> waived = {{at(0h), Kind::kOwed, {"m1"}}, {at(1min), Kind::kWaived, {"m1"}}};
  EXPECT_EQ(after(only(SlaMetric::kAgentWork, 1h), waived).due(), std::nullopt);
  EXPECT_EQ(after(only(SlaMetric::kRequesterWait, 1h), waived).due(), at(1h));
}

TEST(SlaClock, AHoldStateMayStopTheRequestersWaitOrBeginASumAnew) {
  SlaPolicy states = only(SlaMetric::kRequesterWait, 1h);
  states.targets[5] = usual_target(SlaMetric::kAgentWork, 1h);
  states.holds["customer"] = {};
  states.holds["customer"][4] = WhilePaused::kPause;
  states.holds["customer"][5] = WhilePaused::kReset;
  states.holds["supplier"] = {};
  const auto held = [&](const std::string& state) {
    return after(
        states,
        {{at(0h), Kind::kOwed, {"m1"}}, {at(50min), Kind::kHeld, {}, state}, {at(5h), Kind::kReleased, {}}});
  };
  EXPECT_EQ(held("customer").due(), at(5h + 10min)) << "ten minutes of wait were left";
  EXPECT_EQ(held("customer").next_deadline(at(5h + 10min)), at(6h)) << "work began anew";
  EXPECT_THAT(held("supplier").marks(at(5h)), ElementsAre(missed(SlaMetric::kRequesterWait, 0h, 1h)));
  EXPECT_EQ(held("supplier").next_deadline(at(5h)), at(5h + 10min))
      << "work stood, though the state says nothing of it";
}

TEST(SlaClock, WarnsAtEachPercentage) {
  const auto clock = after(policy({50, 80}), {{at(0h), Kind::kOwed, {"m1"}}});
  EXPECT_EQ(clock.next_deadline(at(0h)), at(30min));
  EXPECT_EQ(clock.next_deadline(at(30min)), at(48min));
  EXPECT_THAT(clock.marks(at(50min)), ElementsAre(SlaMark{SlaMetric::kFirstResponse, 50, at(0h), at(30min)},
                                                  SlaMark{SlaMetric::kFirstResponse, 80, at(0h), at(48min)}));
}

TEST(SlaClock, CountsOpenTimeAlone) {
  WeekHours week;
  ASSERT_TRUE(add_week_hours(week, "mon-fri 09:00-17:00").ok());
  const BusinessHours office{TimeZone::find("UTC").value(), week, {}, {}};
  SlaClock clock{only(SlaMetric::kFirstResponse, 2h), office};
  clock.apply({at(96h + 16h), Kind::kOwed, {"m1"}});  // Friday, 16:00
  EXPECT_EQ(clock.due(), at(168h + 10h));             // Monday, 10:00
}

TEST(SlaClock, AnEventFromThePastCountsAsNow) {
  const auto clock = after(only(SlaMetric::kFirstResponse, 1h),
                           {{at(2h), Kind::kOwed, {"m1"}}, {at(1h), Kind::kReplied, {"m1"}}});
  EXPECT_THAT(clock.marks(at(9h)), IsEmpty());
}

}  // namespace
}  // namespace hark::routing
