#include "console/core/floor_series.h"

#include <algorithm>

namespace hark::console {
namespace {

TimePoint step_of(TimePoint at) { return at - at.time_since_epoch() % kSeriesStep; }

}  // namespace

FloorSeries::Step& FloorSeries::step_at(TimePoint at, TimePoint now) {
  const auto oldest = step_of(now) - std::chrono::hours{kSeriesHoursMax};
  while (!steps_.empty() && steps_.front().from < oldest) steps_.pop_front();
  const auto from = step_of(std::min(at, now));
  const auto found = std::ranges::lower_bound(steps_, from, {}, &Step::from);
  if (found != steps_.end() && found->from == from) return *found;
  Step step;
  step.from = from;
  return *steps_.insert(found, step);
}

void FloorSeries::count(Kind kind, TimePoint at, TimePoint now) {
  if (at < step_of(now) - std::chrono::hours{kSeriesHoursMax}) return;
  auto& step = step_at(at, now);
  switch (kind) {
    case Kind::kArrived:
      ++step.arrived;
      break;
    case Kind::kAnswered:
      ++step.answered;
      break;
    case Kind::kResolved:
      ++step.resolved;
      break;
  }
}

void FloorSeries::queue_changed(int by, TimePoint at, TimePoint now) {
  if (at < step_of(now) - std::chrono::hours{kSeriesHoursMax}) return;
  step_at(at, now).queue_change += by;
}

std::vector<FloorSeries::Step> FloorSeries::steps(int hours, int waiting_now, TimePoint now) const {
  const auto last = step_of(now);
  std::vector<Step> out;
  for (auto from = last - std::chrono::hours{std::clamp(hours, 1, kSeriesHoursMax)} + kSeriesStep;
       from <= last; from += kSeriesStep) {
    const auto found = std::ranges::lower_bound(steps_, from, {}, &Step::from);
    const bool counted = found != steps_.end() && found->from == from;
    out.push_back(counted ? *found : Step{from});
  }
  int waiting = waiting_now;
  for (auto step = out.rbegin(); step != out.rend(); ++step) {
    step->waiting = std::max(waiting, 0);
    waiting -= step->queue_change;
  }
  return out;
}

}  // namespace hark::console
