// What the engine costs at 10,000 agents with 50 skills in the center and up to 100,000 tickets in line.
//
// `full`: every closed ticket frees an agent, who is offered the oldest fitting one and accepts. One decision
// is close, arrival, accept and confirm: four inputs. What arrives is made ready outside the measured time.
// `idle`: every agent has room, and each ticket is offered, accepted and closed. `worst_*`: the longest
// single input, in milliseconds of the processor, of what happens to everybody at once. `look`: all queues in
// numbers. `memory`: bytes of the heap for each waiting ticket.
#include <benchmark/benchmark.h>

#include <jemalloc/jemalloc.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <tuple>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint t0 = from_ms(1'700'000'000'000);
constexpr int kSkills = 50;

/// Half of the kinds relax after five and after ten minutes, and queues differ in their choice.
Settings stepped() {
  Settings settings;
  QueueRules rules;
  rules.id = "stepped";
  rules.entries = {{{"stepped"}, kAllChannels, {}, {}, {}}};
  Step narrow, wide;
  narrow.lasts = 5min;
  wide.lasts = 5min;
  wide.drop_all_skills = true;
  wide.require = require_skill("skill1", 1);
  rules.steps = {narrow, wide};
  rules.order = OrderPolicy::kScore;
  rules.choice = ChoicePolicy::kMostSpareCapacity;
  settings.queues = {rules};
  return settings;
}

class Center {
 public:
  Center(int agents, int kinds, Settings settings = stepped()) : router_{std::move(settings), 0, 1} {
    for (int kind = 0; kind < kinds; ++kind) kinds_.push_back(kind_of(kind));
    for (int i = 0; i < agents; ++i) {
      std::vector<Skill> skills;
      for (int s = 0; s < kSkills; ++s) {
        if (random_() % 5 < 2)
          skills.push_back({"skill" + std::to_string(s), 1 + static_cast<int>(random_() % 5)});
      }
      agents_.push_back("agent" + std::to_string(i));
      tell(AgentUpserted{{agents_.back(), skills, 3, {"night"}}});
      tell(AgentConnected{agents_.back(), Presence::kAvailable});
    }
    tell(RebuildFinished{});
  }

  /// Until so many wait.
  void fill(int waiting) {
    while (router_.queue_size() < static_cast<std::size_t>(waiting)) {
      arrive();
      accept_all();
    }
  }

  void arrive() {
    if (!has_arrivals()) prepare();
    Input& arrival = arrivals_[next_arrival_++];
    std::get<TicketQueued>(arrival).work.waiting_since = now_;
    tell(arrival);
  }
  [[nodiscard]] bool has_arrivals() const { return next_arrival_ < arrivals_.size(); }
  /// Makes the next arrivals, which is not the engine's work.
  void prepare() {
    arrivals_.clear();
    next_arrival_ = 0;
    for (int i = 0; i < kArrivalsAtOnce; ++i) {
      Work work = kinds_[random_() % kinds_.size()];
      work.ticket_id = id_of(++tickets_);
      work.conversation_id = work.ticket_id;
      arrivals_.emplace_back(TicketQueued{std::move(work)});
    }
  }

  void close_one() {
    std::swap(held_[random_() % held_.size()], held_.back());
    tell(TicketClosed{id_of(held_.back())});
    held_.pop_back();
  }

  void accept_all() {
    while (!open_.empty()) {
      Offer offer = std::move(open_.back());
      open_.pop_back();
      Input answer{OfferAccepted{std::move(offer.id), std::move(offer.agent_id)}};
      tell(answer);
      tell(AssignmentConfirmed{std::move(std::get<OfferAccepted>(answer).offer_id), 1});
      held_.push_back(number_of(offer.ticket_id));
      ++decisions_;
    }
  }

  void tell(const Input& input) {
    if (timed_) {
      const double begin = processor_ms();
      router_.apply(input, now_, effects_);
      longest_ms_ = std::max(longest_ms_, processor_ms() - begin);
    } else {
      router_.apply(input, now_, effects_);
    }
    for (Effect& effect : effects_) {
      if (auto* made = std::get_if<OfferMade>(&effect)) open_.push_back(std::move(made->offer));
      if (const auto* ended = std::get_if<OfferEnded>(&effect)) {
        std::erase_if(open_, [&](const Offer& offer) { return offer.id == ended->offer_id; });
      }
    }
    if (std::holds_alternative<TicketQueued>(input)) now_ += Duration{1};
  }

  /// Lets time pass at once, and everything that is due happen.
  void pass(Duration time) {
    now_ += time;
    do tell(TimePassed{});
    while (router_.next_deadline() && *router_.next_deadline() <= now_);
  }

  void begin_timing() {
    timed_ = true;
    longest_ms_ = 0;
  }
  double take_longest_ms() { return std::exchange(longest_ms_, 0); }
  [[nodiscard]] const std::vector<std::string>& agents() const { return agents_; }
  [[nodiscard]] std::int64_t decisions() const { return decisions_; }
  [[nodiscard]] std::vector<QueueView> queues() const { return router_.queues(now_, 1min); }
  [[nodiscard]] std::size_t waiting() const { return router_.queue_size(); }
  [[nodiscard]] std::size_t lanes() const { return router_.lane_count(); }

 private:
  /// One or two skills, the same for every ticket of the kind.
  static Work kind_of(int kind) {
    Work work;
    work.required_skills.push_back({"skill" + std::to_string(kind % kSkills), 1 + kind / 50 % 2});
    if (kind % 3 == 0)
      work.required_skills.push_back({"skill" + std::to_string((kind * 7 + 1) % kSkills), 1});
    if (kind % 2 == 0) work.account_id = "stepped";
    return work;
  }
  /// As long as real ones.
  static std::string id_of(std::uint32_t number) {
    std::string id = "tkt_01JDN0000000000000000000000";
    id.resize(30);
    for (std::size_t at = id.size(); number > 0; number /= 10)
      id[--at] = static_cast<char>('0' + number % 10);
    return id;
  }
  static std::uint32_t number_of(std::string_view id) {
    std::uint32_t number = 0;
    for (const char digit : id.substr(id.size() - 9))
      number = number * 10 + static_cast<std::uint32_t>(digit - '0');
    return number;
  }

  /// Of this thread: what else the machine does meanwhile is not the engine's.
  static double processor_ms() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  }

  std::mt19937_64 random_{7};
  Router router_;
  std::vector<Work> kinds_;
  static constexpr int kArrivalsAtOnce = 100;
  std::vector<Input> arrivals_;
  std::size_t next_arrival_ = 0;
  TimePoint now_ = t0;
  std::uint32_t tickets_ = 0;
  std::int64_t decisions_ = 0;
  bool timed_ = false;
  double longest_ms_ = 0;
  std::vector<Effect> effects_;
  std::vector<std::string> agents_;
  std::vector<Offer> open_;
  std::vector<std::uint32_t> held_;
};

/// Built once for each size: Google Benchmark calls a function several times.
Center& center_of(int agents, int waiting, int kinds) {
  static std::map<std::tuple<int, int, int>, std::unique_ptr<Center>> centers;
  auto& center = centers[{agents, waiting, kinds}];
  if (!center) {
    center = std::make_unique<Center>(agents, kinds);
    center->fill(waiting);
  }
  return *center;
}

void full(benchmark::State& state) {
  Center& center = center_of(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                             static_cast<int>(state.range(2)));
  const auto before = center.decisions();
  for (auto _ : state) {
    if (!center.has_arrivals()) {
      state.PauseTiming();
      center.prepare();
      state.ResumeTiming();
    }
    center.close_one();
    center.arrive();
    center.accept_all();
  }
  state.counters["decisions"] =
      benchmark::Counter(static_cast<double>(center.decisions() - before), benchmark::Counter::kIsRate);
}
BENCHMARK(full)
    ->ArgNames({"agents", "waiting", "kinds"})
    ->Args({100, 1000, 200})
    ->Args({10000, 1000, 200})
    ->Args({10000, 10000, 200})
    ->Args({10000, 100000, 200})
    ->Args({10000, 100000, 1000});

void idle(benchmark::State& state) {
  Center& center = center_of(static_cast<int>(state.range(0)), 0, 200);
  for (auto _ : state) {
    if (!center.has_arrivals()) {
      state.PauseTiming();
      center.prepare();
      state.ResumeTiming();
    }
    center.arrive();
    center.accept_all();
    center.close_one();
  }
  state.counters["decisions"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(idle)->ArgNames({"agents"})->Args({100})->Args({1000})->Args({10000});

void report_longest(benchmark::State& state, Center& center) {
  state.counters["longest_ms"] = center.take_longest_ms();
  state.counters["waiting"] = static_cast<double>(center.waiting());
}

/// 100,000 tickets relax in one millisecond, twice, with nobody to take them.
void worst_relaxation(benchmark::State& state) {
  for (auto _ : state) {
    Center center{10000, 200};
    center.fill(100000);
    center.begin_timing();
    center.pass(10min);
    report_longest(state, center);
  }
}
BENCHMARK(worst_relaxation)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Everybody goes away and comes back, one after the other, with 100,000 in line.
void worst_presence(benchmark::State& state) {
  for (auto _ : state) {
    Center center{10000, 200};
    center.fill(100000);
    center.begin_timing();
    for (const auto presence :
         {Presence::kAway, Presence::kAvailable, Presence::kOffline, Presence::kAvailable}) {
      for (const std::string& agent : center.agents()) center.tell(PresenceChanged{agent, presence});
    }
    report_longest(state, center);
  }
}
BENCHMARK(worst_presence)->Iterations(1)->Unit(benchmark::kMillisecond);

/// 100,000 in line of 1,000 kinds, and other rules: of queues, of channels, of topics. What they change takes
/// many inputs.
void worst_rules(benchmark::State& state) {
  for (auto _ : state) {
    Center center{10000, 1000};
    center.fill(100000);
    Settings other = stepped();
    other.queues[0].weight = 1;
    other.queues[0].choice = ChoicePolicy::kFewestOpen;
    center.begin_timing();
    center.tell(SettingsChanged{other});
    center.pass(Duration{1});
    other.channels[0].tickets_max = 2;
    center.tell(SettingsChanged{other});
    center.pass(Duration{1});
    other.topics = {{"outage", {"billing", "sales"}}, {"billing", {"sales"}}};
    center.tell(SettingsChanged{other});
    center.pass(Duration{1});
    report_longest(state, center);
  }
}
BENCHMARK(worst_rules)->Iterations(1)->Unit(benchmark::kMillisecond);

/// 100,000 in line of 1,000 kinds, and everybody's group closes, opens and closes.
void worst_hours(benchmark::State& state) {
  for (auto _ : state) {
    Settings settings = stepped();
    settings.groups = {{"night", "nightshift"}};
    settings.queues[0].members = *parse_requirement("group:night");
    Center center{10000, 1000, settings};
    center.tell(GroupHours{"night", true});
    center.pass(Duration{1});
    center.fill(100000);
    center.begin_timing();
    for (const bool open : {false, true, false}) {
      center.tell(GroupHours{"night", open});
      center.pass(Duration{1});
    }
    report_longest(state, center);
  }
}
BENCHMARK(worst_hours)->Iterations(1)->Unit(benchmark::kMillisecond);

/// 50,000 tickets of 500 kinds leave a step out in one millisecond.
void worst_skips(benchmark::State& state) {
  for (auto _ : state) {
    Settings settings = stepped();
    settings.queues[0].steps.insert(settings.queues[0].steps.begin() + 1, settings.queues[0].steps[0]);
    settings.queues[0].steps[1].skip_if = SkipCondition{};
    Center center{10000, 1000, settings};
    center.fill(100000);
    center.begin_timing();
    center.pass(5min);
    report_longest(state, center);
  }
}
BENCHMARK(worst_skips)->Iterations(1)->Unit(benchmark::kMillisecond);

/// What a look at the queues costs beside that.
void look(benchmark::State& state) {
  Center& center = center_of(10000, 100000, 200);
  for (auto _ : state) benchmark::DoNotOptimize(center.queues());
}
BENCHMARK(look)->Unit(benchmark::kMicrosecond);

/// Bytes on the heap, as the allocator rounds them.
std::size_t allocated() {
  std::uint64_t epoch = 1;
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  std::size_t bytes = 0, size = sizeof bytes;
  mallctl("stats.allocated", &bytes, &size, nullptr, 0);
  return bytes;
}

void memory(benchmark::State& state) {
  for (auto _ : state) {
    Center center{1000, 200};
    center.fill(1000);
    const auto before = allocated();
    center.fill(101000);
    state.counters["bytes_per_ticket"] = static_cast<double>(allocated() - before) / 100000;
  }
}
BENCHMARK(memory)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hark::routing
