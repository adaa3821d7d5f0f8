#include "routing/study/replay.h"

#include <algorithm>

#include "routing/core/decision.h"

namespace hark::routing {

void Replay::begin(const RecordedStart& start) {
  router_.emplace(start.settings, start.shard, start.fencing_token);
  kpis_.begin_term();
  notes_decisions_ = false;
  last_ = std::max(last_, start.at);
  ++terms_;
}

std::optional<Difference> Replay::apply(const RecordedInput& recorded) {
  if (!router_) {
    ++skipped_;
    return std::nullopt;
  }
  effects_ = router_->apply(recorded.input, recorded.at);
  last_ = std::max(last_, recorded.at);
  kpis_.observe(last_, recorded.input, effects_, *router_);
  ++inputs_;
  std::vector<std::string> offered;
  for (const Effect& effect : effects_) {
    if (const auto* made = std::get_if<OfferMade>(&effect))
      offered.push_back(made->offer.ticket_id + " " + made->offer.agent_id);
  }
  offers_ += static_cast<int>(offered.size());
  const std::uint64_t decided = digest(effects_);
  digest_of_all_ = digest_of_all_ * 0x9E3779B97F4A7C15U + decided;
  notes_decisions_ = notes_decisions_ || recorded.decided != 0;
  if (!notes_decisions_) {
    ++not_noted_;
    return std::nullopt;
  }
  if (decided == recorded.decided) return std::nullopt;
  if (recorded.decided_without_words != 0 &&
      digest_without_words(effects_) == recorded.decided_without_words) {
    ++reworded_;
    return std::nullopt;
  }
  if (recorded.decided_without_words == 0 && recorded.decided != 0 && !effects_.empty() &&
      offered == recorded.offered) {
    ++perhaps_reworded_;
  }
  Difference difference{recorded.position, {}, {}};
  for (const std::string& offer : recorded.offered) difference.recorded.push_back("offer of " + offer);
  difference.recorded.push_back("digest " + std::to_string(recorded.decided));
  for (const Effect& effect : effects_) difference.replayed.push_back(describe(effect));
  difference.replayed.push_back("digest " + std::to_string(decided));
  return difference;
}

}  // namespace hark::routing
