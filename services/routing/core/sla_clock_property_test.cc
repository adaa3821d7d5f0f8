#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <random>
#include <set>

#include "routing/core/sla_clock.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using Kind = SlaEvent::Kind;

// A Monday, 00:00 UTC.
const TimePoint kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

/// The slow and obvious way: minute after minute, everything is found anew from the log up to there.
class Reference {
 public:
  Reference(const SlaPolicy& policy, const BusinessHours& hours, std::vector<SlaEvent> log)
      : policy_{policy}, hours_{hours}, log_{std::move(log)} {}

  std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> marks(TimePoint until) {
    for (TimePoint t = kStart; t <= until; t += 1min) {
      for (int m = 0; m < static_cast<int>(kSlaMetrics); ++m) {
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
    std::string hold_state;
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
      if (e.kind == Kind::kHeld) s.held = true, s.hold_state = e.hold_state;
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
    if (metric >= 3) return s.opened_at;
    if (s.resolved || s.replied != (metric != 0)) return std::nullopt;
    if (metric == 2) return s.last_reply;
    std::optional<TimePoint> oldest;
    for (const auto& [m, when] : s.owed) {
      if (!oldest || when < *oldest) oldest = when;
    }
    return oldest;
  }
  WhilePaused on_hold(int metric, const State& s) const {
    const auto known = policy_.holds.find(s.hold_state);
    const auto m = static_cast<std::size_t>(metric);
    if (known == policy_.holds.end()) return policy_.targets[m].on_hold;
    if (metric == 5 && known->second[m] == WhilePaused::kRun) return WhilePaused::kPause;
    return known->second[m];
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
    const bool await = s.owed.empty() && (s.replied || metric == 5);
    const bool stands = (metric >= 3 && s.resolved) || (s.held && on_hold(metric, s) != WhilePaused::kRun) ||
                        (await && target.awaiting_customer != WhilePaused::kRun);
    const bool resets = (s.held && on_hold(metric, s) == WhilePaused::kReset) ||
                        (await && target.awaiting_customer == WhilePaused::kReset);
    if (!c.on) {
      c.on = true;
      c.origin = *from;
      c.since = on_hold(metric, s) == WhilePaused::kRun ? *from : std::max(*from, s.released);
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
  Clock clocks_[kSlaMetrics];
  std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> out_;
};

using Pick = std::function<int(int)>;

/// One event at a time, each up to a minute or ten hours of `unit` after the one before.
std::vector<SlaEvent> random_log(const Pick& pick, Duration unit) {
  std::vector<SlaEvent> log;
  TimePoint t = kStart + unit * pick(600);
  bool held = false, resolved = false;
  std::vector<std::string> owed;
  for (int n = 0; n < 3 + pick(25); ++n, t += unit * (1 + pick(pick(4) == 0 ? 600 : 60))) {
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
      held = !held;
      log.push_back({t, held ? Kind::kHeld : Kind::kReleased, {}, pick(2) == 0 ? "listed" : ""});
    } else if (what == 6) {
      log.push_back({t, (resolved = !resolved) ? Kind::kResolved : Kind::kReopened, {}});
      if (resolved) owed.clear(), held = false;
    }
  }
  return log;
}

class SlaClockProperty : public testing::Test {
 protected:
  void SetUp() override {
    WeekHours week;
    ASSERT_TRUE(add_week_hours(week, "mon-sun 08:00-12:00, 12:30-19:00").ok());
    office_.emplace(TimeZone::find("UTC").value(), week, std::vector<Interval>{}, std::vector<Interval>{});
  }

  unsigned seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
  Pick pick_ = [this](int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); };
  std::optional<BusinessHours> office_;
};

// The recount sees only what holds at a minute's end, so there is one event a minute.
// FIELD row 40: whatever the log says, however its events follow one another.
TEST_F(SlaClockProperty, AgreesWithARecountOfTheLogEachMinute) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const auto any = [&] { return static_cast<WhilePaused>(pick_(3)); };
  for (int round = 0; round < 300; ++round) {
    SlaPolicy policy{"random", {}, {25, 75}};
    for (auto& target : policy.targets)
      target = {pick_(5) == 0 ? 0min : 100min * (1 + pick_(8)), any(), any()};
    for (auto& what : policy.holds["listed"]) what = any();
    const std::vector<SlaEvent> log = random_log(pick_, 1min);
    const TimePoint end = log.empty() ? kStart : log.back().at + 60h;
    SlaClock clock{policy, *office_};
    for (const SlaEvent& event : log) {
      clock.apply(event);
      // Asked at its deadlines or not, the answers are the same.
      if (const auto next = clock.next_deadline(event.at)) {
        ASSERT_FALSE(clock.marks(*next).empty());
      }
    }
    std::multiset<std::tuple<int, int, std::int64_t, std::int64_t>> found;
    for (const SlaMark& m : clock.marks(end))
      found.insert({static_cast<int>(m.metric), m.percent, to_ms(m.since), to_ms(m.at)});
    ASSERT_EQ(found, Reference(policy, *office_, log).marks(end)) << "round " << round;
  }
}

/// What a sum is, added up from one event to the next: when it comes to `within`, if ever.
std::optional<TimePoint> reached(const std::vector<SlaEvent>& log, const BusinessHours& hours,
                                 Duration within, bool agent_work) {
  std::set<std::string> owed;
  bool opened = false, replied = false, held = false, resolved = false;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const SlaEvent& e = log[i];
    opened = opened || e.kind == Kind::kOwed;
    if (e.kind == Kind::kOwed) owed.insert(e.messages[0]);
    if (e.kind == Kind::kReplied) replied = true;
    if (e.kind == Kind::kReplied || e.kind == Kind::kWaived)
      for (const auto& m : e.messages) owed.erase(m);
    if (e.kind == Kind::kHeld || e.kind == Kind::kReleased) held = e.kind == Kind::kHeld;
    if (e.kind == Kind::kResolved || e.kind == Kind::kReopened) resolved = e.kind == Kind::kResolved;
    if (e.kind == Kind::kResolved) owed.clear(), held = false;
    const bool counts = agent_work ? !held && !owed.empty() : !(replied && owed.empty());
    if (!opened || resolved || !counts) continue;
    const TimePoint until = i + 1 < log.size() ? log[i + 1].at : e.at + 1000h;
    const Duration here = hours.open_time_between(e.at, until);
    if (here >= within) return hours.add_open_time(e.at, within);
    within -= here;
  }
  return std::nullopt;
}

TEST_F(SlaClockProperty, SumsAreWhatTheirSpellsAddUpToToTheMillisecond) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const BusinessHours always = BusinessHours::around_the_clock();
  for (int round = 0; round < 2000; ++round) {
    const Duration unit{1 + pick_(70'000)};
    const std::vector<SlaEvent> log = random_log(pick_, unit);
    const BusinessHours& hours = pick_(2) == 0 ? always : *office_;
    const bool agent_work = pick_(2) == 0;
    const SlaMetric metric = agent_work ? SlaMetric::kAgentWork : SlaMetric::kRequesterWait;
    SlaPolicy policy{"sum", {}, {}};
    const Duration within = Duration{1} + unit * pick_(900);
    policy.targets[static_cast<std::size_t>(metric)] = usual_target(metric, within);
    SlaClock clock{policy, hours};
    for (const SlaEvent& event : log) clock.apply(event);
    const auto marks = clock.marks(log.empty() ? kStart : log.back().at + 1000h);
    const auto expected = reached(log, hours, within, agent_work);
    ASSERT_EQ(marks.size(), expected ? 1U : 0U) << "round " << round;
    if (expected) {
      ASSERT_EQ(to_ms(marks[0].at), to_ms(*expected)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace hark::routing
