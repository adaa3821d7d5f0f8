#include "routing/core/sla_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

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

/// First response 1 h, next 2 h, update 4 h, resolution 10 h.
SlaPolicy policy(std::vector<int> warn_at_percent = {}) {
  SlaPolicy out{"usual", {}, std::move(warn_at_percent)};
  const Duration within[] = {1h, 2h, 4h, 10h};
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

/// The slow and obvious way: minute after minute, everything is found anew from the log up to there.
class Reference {
 public:
  Reference(const SlaPolicy& policy, const BusinessHours& hours, std::vector<SlaEvent> log)
      : policy_{policy}, hours_{hours}, log_{std::move(log)} {}

  std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> marks(TimePoint until) {
    for (TimePoint t = kStart; t <= until; t += 1min) {
      for (int m = 0; m < 4; ++m) {
        pass(m, t);
        step(m, t);
      }
    }
    return out_;
  }

 private:
  struct State {
    bool opened = false, replied = false, held = false, resolved = false;
    TimePoint opened_at, last_reply, released = TimePoint::min();
    std::map<std::string, TimePoint> owed;
  };
  /// Of all that happened up to and at t.
  State state_at(TimePoint t) const {
    State s;
    for (const SlaEvent& e : log_) {
      if (e.at > t) break;
      if ((e.kind == Kind::kOpened || e.kind == Kind::kOwed) && !s.opened)
        s.opened_at = e.at, s.opened = true;
      if (e.kind == Kind::kOwed) s.owed.emplace(e.messages.at(0), e.at);
      if (e.kind == Kind::kReplied) s.replied = true, s.last_reply = e.at;
      if (e.kind == Kind::kReplied || e.kind == Kind::kWaived) {
        for (const auto& m : e.messages) s.owed.erase(m);
      }
      if (e.kind == Kind::kHeld) s.held = true;
      if (e.kind == Kind::kReleased || e.kind == Kind::kResolved) {
        if (s.held) s.released = e.at;
        s.held = false;
      }
      if (e.kind == Kind::kResolved) s.resolved = true, s.owed.clear();
      if (e.kind == Kind::kReopened) s.resolved = false;
    }
    return s;
  }
  std::optional<TimePoint> origin(int metric, const State& s) const {
    if (!s.opened || policy_.targets[static_cast<std::size_t>(metric)].within == 0min) return std::nullopt;
    if (metric == 3) return s.opened_at;
    if (s.resolved || s.replied != (metric != 0)) return std::nullopt;
    if (metric == 2) return s.last_reply;
    std::optional<TimePoint> oldest;
    for (const auto& [m, when] : s.owed) {
      if (!oldest || when < *oldest) oldest = when;
    }
    return oldest;
  }
  Duration open_between(TimePoint a, TimePoint b) const {
    Duration sum{0};
    for (; a < b; a += 1min) sum += hours_.open_at(a) ? 1min : 0min;
    return sum;
  }
  /// The minute that ends at t has been used up.
  void pass(int metric, TimePoint t) {
    auto& c = clocks_[metric];
    if (!c.on || c.standing) return;
    if (hours_.open_at(t - 1min)) c.used += 1min;
    tell(metric, t);
  }
  void tell(int metric, TimePoint t) {
    auto& c = clocks_[metric];
    const Duration within = policy_.targets[static_cast<std::size_t>(metric)].within;
    std::vector<int> percents = policy_.warn_at_percent;
    percents.push_back(100);
    for (const int percent : percents) {
      if (c.used * 100 >= within * percent && c.told.insert(percent).second) {
        out_.insert({metric, percent, to_ms(c.since), to_ms(t)});
      }
    }
  }
  void step(int metric, TimePoint t) {
    const State s = state_at(t);
    const SlaTarget& target = policy_.targets[static_cast<std::size_t>(metric)];
    auto& c = clocks_[metric];
    const auto from = origin(metric, s);
    if (c.on && from != c.origin) c = {};
    if (!from) return;
    const bool await = s.replied && s.owed.empty();
    const bool stands = (metric == 3 && s.resolved) || (s.held && target.on_hold != WhilePaused::kRun) ||
                        (await && target.awaiting_customer != WhilePaused::kRun);
    const bool resets = (s.held && target.on_hold == WhilePaused::kReset) ||
                        (await && target.awaiting_customer == WhilePaused::kReset);
    if (!c.on) {
      c.on = true;
      c.origin = *from;
      c.since = target.on_hold == WhilePaused::kRun ? *from : std::max(*from, s.released);
      c.used = open_between(c.since, t);
      tell(metric, t);
    }
    if (!stands && c.standing && c.resets) c.used = 0ms, c.since = t, c.told.clear();
    if (!stands) c.resets = false;
    c.standing = stands;
    c.resets = c.resets || resets;
  }

  struct Clock {
    bool on = false, standing = false, resets = false;
    TimePoint origin, since;
    Duration used{0};
    std::set<int> told;
  };
  const SlaPolicy& policy_;
  const BusinessHours& hours_;
  std::vector<SlaEvent> log_;
  Clock clocks_[4];
  std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> out_;
};

// FIELD row 40: whatever the log says, however its events follow one another.
TEST(SlaClock, AgreesWithARecountOfTheLogEachMinute) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  WeekHours week;
  ASSERT_TRUE(add_week_hours(week, "mon-sun 08:00-12:00, 12:30-19:00").ok());
  const BusinessHours office{TimeZone::find("UTC").value(), week, {}, {}};
  for (int round = 0; round < 300; ++round) {
    SlaPolicy policy{"random", {}, {25, 75}};
    for (auto& target : policy.targets) {
      target = {pick(5) == 0 ? 0min : 100min * (1 + pick(8)), static_cast<WhilePaused>(pick(3)),
                static_cast<WhilePaused>(pick(3))};
    }
    std::vector<SlaEvent> log;
    TimePoint t = kStart + 1min * pick(600);
    bool held = false, resolved = false;
    std::vector<std::string> owed;
    // One event a minute: the recount sees only what holds at a minute's end.
    for (int n = 0; n < 3 + pick(25); ++n, t += 1min * (1 + pick(pick(4) == 0 ? 600 : 60))) {
      const int what = pick(8);
      if (what < 3 && !resolved) {
        owed.push_back("m" + std::to_string(n));
        log.push_back({t, Kind::kOwed, {owed.back()}});
      } else if (what < 5 && !resolved) {
        std::vector<std::string> answered;
        while (!owed.empty() && pick(4) != 0) {
          answered.push_back(owed.front());
          owed.erase(owed.begin());
        }
        log.push_back({t, pick(6) == 0 ? Kind::kWaived : Kind::kReplied, answered});
      } else if (what == 5) {
        log.push_back({t, (held = !held) ? Kind::kHeld : Kind::kReleased, {}});
      } else if (what == 6) {
        log.push_back({t, (resolved = !resolved) ? Kind::kResolved : Kind::kReopened, {}});
        if (resolved) owed.clear(), held = false;
      }
    }
    const TimePoint end = t + 60h;
    SlaClock clock{policy, office};
    std::vector<SlaMark> seen;
    for (const SlaEvent& event : log) {
      clock.apply(event);
      // Asked at its deadlines or not, the answers are the same.
      const auto next = clock.next_deadline(event.at);
      if (next) {
        ASSERT_FALSE(clock.marks(*next).empty());
      }
    }
    std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> found;
    for (const SlaMark& m : clock.marks(end))
      found.insert({static_cast<int>(m.metric), m.percent, to_ms(m.since), to_ms(m.at)});
    ASSERT_EQ(found, Reference(policy, office, log).marks(end)) << "round " << round;
  }
}

}  // namespace
}  // namespace hark::routing
