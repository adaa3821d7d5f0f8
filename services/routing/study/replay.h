#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routing/core/router.h"
#include "routing/study/kpis.h"

namespace hark::routing {

/// The head of a leader's inputs in the journal.
struct RecordedStart {
  std::string position;
  TimePoint at;
  std::uint16_t shard = 0;
  std::int64_t fencing_token = 0;
  Settings settings;
};

/// One input in the journal, and what was decided on it.
struct RecordedInput {
  std::string position;
  TimePoint at;
  Input input;
  /// digest() of the effects.
  std::uint64_t decided = 0;
  /// "<ticket> <agent>" of the offers made.
  std::vector<std::string> offered;
  /// digest_without_words() of the effects; 0 where there are none, or a Hark of before did not note it.
  std::uint64_t decided_without_words = 0;
};

/// Where the same inputs led to other decisions.
struct Difference {
  std::string position;
  /// For people, a line each.
  std::vector<std::string> recorded;
  std::vector<std::string> replayed;
};

/// Gives the inputs of a journal to an engine again and holds its decisions against those of then, bit for
/// bit. Counts KPIs meanwhile. Not thread-safe.
class Replay {
 public:
  explicit Replay(Duration answer_target) : kpis_{answer_target} {}

  void begin(const RecordedStart& start);
  /// Before the first begin() an input is skipped: its engine is not known.
  std::optional<Difference> apply(const RecordedInput& recorded);

  [[nodiscard]] int skipped() const { return skipped_; }
  [[nodiscard]] int inputs() const { return inputs_; }
  [[nodiscard]] int offers() const { return offers_; }
  [[nodiscard]] int terms() const { return terms_; }
  /// Inputs of leaders that did not note what they decided, as an older Hark does not.
  [[nodiscard]] int not_noted() const { return not_noted_; }
  /// Inputs that were decided alike, but said in other words, as another version does.
  [[nodiscard]] int reworded() const { return reworded_; }
  /// Inputs that differ, of which the journal notes no more than the offers, and these are the same.
  [[nodiscard]] int perhaps_reworded() const { return perhaps_reworded_; }
  /// Of everything decided, for telling two replays apart.
  [[nodiscard]] std::uint64_t digest_of_all() const { return digest_of_all_; }
  [[nodiscard]] Kpis kpis() const { return kpis_.result(last_); }
  /// Of the last apply().
  [[nodiscard]] const std::vector<Effect>& effects() const { return effects_; }

 private:
  std::optional<Router> router_;
  std::vector<Effect> effects_;
  KpiCollector kpis_;
  TimePoint last_;
  bool notes_decisions_ = false;
  int skipped_ = 0;
  int inputs_ = 0;
  int offers_ = 0;
  int terms_ = 0;
  int not_noted_ = 0;
  int reworded_ = 0;
  int perhaps_reworded_ = 0;
  std::uint64_t digest_of_all_ = 0;
};

}  // namespace hark::routing
