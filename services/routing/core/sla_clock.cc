#include "routing/core/sla_clock.h"

#include <algorithm>
#include <tuple>

namespace hark::routing {
namespace {

constexpr std::array<SlaMetric, kSlaMetrics> kAll = {SlaMetric::kFirstResponse, SlaMetric::kNextResponse,
                                                     SlaMetric::kUpdate,        SlaMetric::kResolution,
                                                     SlaMetric::kRequesterWait, SlaMetric::kAgentWork};

std::size_t index_of(SlaMetric metric) { return static_cast<std::size_t>(metric); }

/// Of the ticket's whole life, from opened to resolved; the others are of one message or reply.
bool is_of_life(SlaMetric metric) { return metric >= SlaMetric::kResolution; }

}  // namespace

std::string_view name_of(SlaMetric metric) {
  switch (metric) {
    case SlaMetric::kFirstResponse:
      return "first response";
    case SlaMetric::kNextResponse:
      return "next response";
    case SlaMetric::kUpdate:
      return "update";
    case SlaMetric::kResolution:
      return "resolution";
    case SlaMetric::kRequesterWait:
      return "requester wait";
    case SlaMetric::kAgentWork:
      return "agent work";
  }
  return "";
}

SlaTarget usual_target(SlaMetric metric, Duration within) {
  SlaTarget target{within, WhilePaused::kReset, WhilePaused::kRun};
  if (!is_of_life(metric)) return target;
  target.on_hold = metric == SlaMetric::kRequesterWait ? WhilePaused::kRun : WhilePaused::kPause;
  if (metric != SlaMetric::kResolution) target.awaiting_customer = WhilePaused::kPause;
  return target;
}

void SlaClock::apply(const SlaEvent& event) {
  const TimePoint at = std::max(event.at, last_);
  last_ = at;
  note(event, at);
  for (const SlaMetric metric : kAll) steer(metric, at);
}

void SlaClock::note(const SlaEvent& event, TimePoint at) {
  using Kind = SlaEvent::Kind;
  switch (event.kind) {
    case Kind::kOpened:
      if (!opened_) opened_ = at;
      break;
    case Kind::kOwed:
      if (!opened_) opened_ = at;
      for (const std::string& message : event.messages) owed_.emplace(message, at);
      break;
    case Kind::kReplied:
      if (!first_reply_) first_reply_ = at;
      last_reply_ = at;
      for (const std::string& message : event.messages) owed_.erase(message);
      break;
    case Kind::kWaived:
      for (const std::string& message : event.messages) owed_.erase(message);
      break;
    case Kind::kHeld:
      held_ = true;
      hold_state_ = event.hold_state;
      break;
    case Kind::kReleased:
      if (held_) released_ = at;
      held_ = false;
      break;
    case Kind::kResolved:
      resolved_ = true;
      if (held_) released_ = at;
      held_ = false;
      owed_.clear();
      break;
    case Kind::kReopened:
      resolved_ = false;
      break;
  }
}

std::optional<TimePoint> SlaClock::oldest_owed() const {
  if (owed_.empty()) return std::nullopt;
  return std::ranges::min_element(owed_, {}, [](const auto& owed) { return owed.second; })->second;
}

WhilePaused SlaClock::while_held(SlaMetric metric) const {
  const auto known = policy_.holds.find(hold_state_);
  if (known == policy_.holds.end()) return policy_.targets[index_of(metric)].on_hold;
  const WhilePaused what = known->second[index_of(metric)];
  return metric == SlaMetric::kAgentWork && what == WhilePaused::kRun ? WhilePaused::kPause : what;
}

/// What the events so far want of the clock.
SlaClock::Wanted SlaClock::wanted(SlaMetric metric) const {
  Wanted out;
  const SlaTarget& target = policy_.targets[index_of(metric)];
  if (!opened_ || target.within <= Duration{0}) return out;
  switch (metric) {
    case SlaMetric::kFirstResponse:
      if (!resolved_ && !first_reply_) out.origin = oldest_owed();
      break;
    case SlaMetric::kNextResponse:
      if (!resolved_ && first_reply_) out.origin = oldest_owed();
      break;
    case SlaMetric::kUpdate:
      if (!resolved_ && first_reply_) out.origin = last_reply_;
      break;
    case SlaMetric::kResolution:
    case SlaMetric::kRequesterWait:
    case SlaMetric::kAgentWork:
      out.origin = opened_;
      out.stands = resolved_;
      break;
  }
  const auto consider = [&out](bool is_so, WhilePaused what) {
    if (!is_so || what == WhilePaused::kRun) return;
    out.stands = true;
    if (what == WhilePaused::kReset) out.resets = true;
  };
  consider(held_, while_held(metric));
  consider(awaiting_customer(metric), target.awaiting_customer);
  return out;
}

void SlaClock::steer(SlaMetric metric, TimePoint at) {
  const Wanted want = wanted(metric);
  std::optional<Round>& round = rounds_[index_of(metric)];
  if (round && round->origin != want.origin) {
    stop(metric, at);
    round.reset();
  }
  if (!want.origin) return;
  if (!round) {
    // One that begins in the past does not count what was before the end of a hold that stops it.
    const bool hold_counts = while_held(metric) == WhilePaused::kRun;
    const TimePoint since = released_ && !hold_counts ? std::max(*want.origin, *released_) : *want.origin;
    round = Round{*want.origin, since, since, Duration{0}, at, false};
  }
  if (want.stands) {
    stop(metric, at);
    round->resets = round->resets || want.resets;
  } else if (!round->running_from) {
    if (std::exchange(round->resets, false)) {
      round->used = Duration{0};
      round->since = at;
    }
    round->running_from = at;
    round->begun = at;
  }
}

/// The clock stands from here on, or is no more: what it passed until now is kept.
void SlaClock::stop(SlaMetric metric, TimePoint at) {
  Round& round = *rounds_[index_of(metric)];
  if (!round.running_from) return;
  for (const SlaMark& mark : marks_of(metric)) {
    if (mark.at <= at) passed_.push_back(mark);
  }
  round.used += hours_->open_time_between(*round.running_from, at);
  round.running_from.reset();
}

/// What the running clock passes from where it runs on, sooner or later.
std::vector<SlaMark> SlaClock::marks_of(SlaMetric metric) const {
  std::vector<SlaMark> out;
  const auto& round = rounds_[index_of(metric)];
  if (!round || !round->running_from) return out;
  const Duration within = policy_.targets[index_of(metric)].within;
  const auto add = [&](int percent) {
    // Exact enough: a target is at most some years, in milliseconds.
    const Duration threshold{within.count() * percent / 100};
    if (threshold <= round->used) return;
    const auto at = hours_->add_open_time(*round->running_from, threshold - round->used);
    if (at) out.push_back({metric, percent, round->since, std::max(*at, round->begun)});
  };
  for (const int percent : policy_.warn_at_percent) add(percent);
  add(100);
  return out;
}

std::vector<SlaMark> SlaClock::marks(TimePoint now) const {
  std::vector<SlaMark> out = passed_;
  for (const SlaMetric metric : kAll) {
    for (const SlaMark& mark : marks_of(metric)) {
      if (mark.at <= now) out.push_back(mark);
    }
  }
  std::ranges::sort(out, {}, [](const SlaMark& m) { return std::tuple{m.at, m.metric, m.percent, m.since}; });
  return out;
}

std::optional<TimePoint> SlaClock::next_deadline(TimePoint after) const {
  std::optional<TimePoint> next;
  for (const SlaMetric metric : kAll) {
    for (const SlaMark& mark : marks_of(metric)) {
      if (mark.at > after && (!next || mark.at < *next)) next = mark.at;
    }
  }
  return next;
}

std::vector<SlaReading> SlaClock::readings(TimePoint now) const {
  std::vector<SlaReading> out;
  for (const SlaMetric metric : kAll) {
    const auto& round = rounds_[index_of(metric)];
    if (!round || (is_of_life(metric) && resolved_)) continue;
    SlaReading reading{metric, round->since, std::nullopt, false};
    const Duration left = policy_.targets[index_of(metric)].within - round->used;
    if (round->running_from && left > Duration{0})
      reading.due = hours_->add_open_time(*round->running_from, left);
    reading.missed = left <= Duration{0} || (reading.due && *reading.due <= now);
    out.push_back(reading);
  }
  return out;
}

std::optional<TimePoint> SlaClock::due() const {
  std::optional<TimePoint> first;
  for (const SlaReading& reading : readings(last_)) {
    if (reading.due && (!first || *reading.due < *first)) first = reading.due;
  }
  return first;
}

}  // namespace hark::routing
