// Decisions a second in a center at full load: every closed ticket frees an agent, who is offered the oldest
// fitting one of many thousands and accepts. One round is close, offer, accept, confirm and a new arrival:
// four inputs.
#include <benchmark/benchmark.h>

#include <random>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

constexpr TimePoint t0 = from_ms(1'700'000'000'000);

class FullCenter {
 public:
  FullCenter(int agents, int waiting, int kinds) : router_{Settings{}, 0, 1}, kinds_{kinds} {
    for (int i = 0; i < agents; ++i) {
      std::vector<Skill> skills;
      for (int s = 0; s < kSkills; ++s) {
        if (random_() % 5 < 2)
          skills.push_back({"skill" + std::to_string(s), 1 + static_cast<int>(random_() % 5)});
      }
      const std::string id = "agent" + std::to_string(i);
      tell(AgentUpserted{{id, skills, 3}});
      tell(AgentConnected{id, Presence::kAvailable});
    }
    for (int i = 0; i < waiting; ++i) arrive();
    tell(RebuildFinished{});
    accept_all();
    while (router_.queue_size() < static_cast<std::size_t>(waiting)) {
      arrive();
      accept_all();
    }
  }

  void round() {
    const std::size_t which = random_() % held_.size();
    std::swap(held_[which], held_.back());
    const std::string id = std::move(held_.back());
    held_.pop_back();
    tell(TicketClosed{id});
    arrive();
    accept_all();
  }

  [[nodiscard]] std::int64_t decisions() const { return decisions_; }

 private:
  static constexpr int kSkills = 50;

  void arrive() {
    Work work;
    work.ticket_id = "tkt_" + std::to_string(++tickets_);
    work.waiting_since = now_;
    // Kinds of requirements: one or two skills each, the same for every ticket of the kind.
    const auto kind = random_() % static_cast<std::uint64_t>(kinds_);
    work.required_skills.push_back(
        {"skill" + std::to_string(kind % kSkills), 1 + static_cast<int>(kind / 50 % 2)});
    if (kind % 3 == 0)
      work.required_skills.push_back({"skill" + std::to_string((kind * 7 + 1) % kSkills), 1});
    tell(TicketQueued{work});
  }

  void tell(const Input& input) {
    now_ += Duration{1};
    for (Effect& effect : router_.apply(input, now_)) {
      if (auto* made = std::get_if<OfferMade>(&effect)) open_.push_back(std::move(made->offer));
    }
  }

  void accept_all() {
    while (!open_.empty()) {
      const Offer offer = std::move(open_.back());
      open_.pop_back();
      tell(OfferAccepted{offer.id, offer.agent_id});
      tell(AssignmentConfirmed{offer.id, 1});
      held_.push_back(offer.ticket_id);
      ++decisions_;
    }
  }

  std::mt19937_64 random_{7};
  Router router_;
  int kinds_;
  TimePoint now_ = t0;
  std::int64_t tickets_ = 0;
  std::int64_t decisions_ = 0;
  std::vector<Offer> open_;
  std::vector<std::string> held_;
};

void decisions(benchmark::State& state) {
  FullCenter center{static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                    static_cast<int>(state.range(2))};
  const auto before = center.decisions();
  for (auto _ : state) center.round();
  state.counters["decisions"] =
      benchmark::Counter(static_cast<double>(center.decisions() - before), benchmark::Counter::kIsRate);
}
BENCHMARK(decisions)
    ->ArgNames({"agents", "waiting", "kinds"})
    ->Args({1000, 10000, 50})
    ->Args({1000, 10000, 200})
    ->Args({10000, 100000, 200});

}  // namespace
}  // namespace hark::routing
