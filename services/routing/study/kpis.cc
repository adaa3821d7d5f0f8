#include "routing/study/kpis.h"

#include <algorithm>

namespace hark::routing {
namespace {

constexpr std::string_view kNoQueue = "(no queue)";

int per_mille(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? -1 : static_cast<int>(part * 1000 / whole);
}

class TraitsOf final : public Traits {
 public:
  explicit TraitsOf(const AgentProfile& agent) : agent_{agent} {}
  [[nodiscard]] int level_of(std::string_view skill) const override {
    const auto found = std::ranges::find(agent_.skills, skill, &Skill::name);
    return found == agent_.skills.end() ? 0 : found->level;
  }
  [[nodiscard]] bool is_agent(std::string_view id) const override { return agent_.id == id; }
  [[nodiscard]] bool in_group(std::string_view group) const override {
    return std::ranges::find(agent_.groups, group) != agent_.groups.end();
  }

 private:
  const AgentProfile& agent_;
};

void add(QueueKpis& to, const QueueKpis& from) {
  to.offered += from.offered;
  to.answered += from.answered;
  to.abandoned += from.abandoned;
  to.waiting += from.waiting;
  to.answered_in_target += from.answered_in_target;
  to.waiting_past_target += from.waiting_past_target;
  to.answered_wait += from.answered_wait;
  to.abandoned_wait += from.abandoned_wait;
  to.missed_offers += from.missed_offers;
  to.waits.insert(to.waits.end(), from.waits.begin(), from.waits.end());
}

}  // namespace

int QueueKpis::service_level() const {
  return per_mille(answered_in_target, answered + abandoned + waiting_past_target);
}
int QueueKpis::abandonment() const { return per_mille(abandoned, answered + abandoned); }
int QueueKpis::occupancy() const { return per_mille(busy.count(), staffed.count()); }
int QueueKpis::utilisation() const { return per_mille(units_used_ms, units_ms); }
Duration QueueKpis::asa() const { return answered == 0 ? Duration{-1} : answered_wait / answered; }
Duration QueueKpis::abandon_time() const {
  return abandoned == 0 ? Duration{-1} : abandoned_wait / abandoned;
}
Duration QueueKpis::wait_of(int percent) const {
  if (waits.empty()) return Duration{-1};
  const std::size_t nth = (waits.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return waits[std::clamp<std::size_t>(nth, 1, waits.size()) - 1];
}

void KpiCollector::Agent::count_until(TimePoint at) {
  const Duration time = std::max(at - since, Duration{0});
  since = std::max(since, at);
  if (!staffed) return;
  staffed_for += time;
  if (busy) busy_for += time;
  units_used_ms += units_used * time.count();
  units_ms += profile.capacity_units * time.count();
}

void KpiCollector::begin_term() {
  for (auto& [id, agent] : agents_) agent.staffed = false;
}

QueueKpis& KpiCollector::queue(const std::string& id) {
  QueueKpis& out = queues_[id];
  out.queue_id = id;
  return out;
}

void KpiCollector::queued(TimePoint at, const Work& work, const Router& router) {
  const auto view = router.ticket(work.ticket_id);
  if (!view || view->standing == Standing::kHeld) return;
  if (const auto known = waiting_.find(work.ticket_id); known != waiting_.end()) {
    known->second.queue_id = view->queue_id;
    return;
  }
  const bool came_back = held_.erase(work.ticket_id) > 0;
  const TimePoint since =
      came_back || work.waiting_since == TimePoint{} ? at : std::min(work.waiting_since, at);
  waiting_[work.ticket_id] = {since, view->queue_id};
}

void KpiCollector::answered(const std::string& ticket_id, TimePoint at) {
  held_[ticket_id] = true;
  const auto found = waiting_.find(ticket_id);
  if (found == waiting_.end()) return;
  QueueKpis& out = queue(found->second.queue_id);
  const Duration wait = at - found->second.since;
  ++out.answered;
  out.answered_wait += wait;
  out.waits.push_back(wait);
  if (wait <= target_) ++out.answered_in_target;
  waiting_.erase(found);
}

void KpiCollector::closed(const std::string& ticket_id, TimePoint at) {
  held_.erase(ticket_id);
  const auto found = waiting_.find(ticket_id);
  if (found == waiting_.end()) return;
  QueueKpis& out = queue(found->second.queue_id);
  ++out.abandoned;
  out.abandoned_wait += at - found->second.since;
  waiting_.erase(found);
}

/// What was closed while nobody led has left no trace of when: it does not count.
void KpiCollector::forget_what_is_gone(const Router& router) {
  std::erase_if(waiting_, [&](const auto& entry) { return !router.ticket(entry.first); });
  std::erase_if(held_, [&](const auto& entry) { return !router.ticket(entry.first); });
}

void KpiCollector::observe(TimePoint at, const Input& input, const std::vector<Effect>& effects,
                           const Router& router) {
  rules_ = router.settings().queues;
  if (const auto* in = std::get_if<TicketQueued>(&input)) {
    queued(at, in->work, router);
  } else if (const auto* taken = std::get_if<TicketAssigned>(&input)) {
    if (const auto view = router.ticket(taken->work.ticket_id); view && view->standing == Standing::kHeld)
      answered(taken->work.ticket_id, at);
  } else if (const auto* gone = std::get_if<TicketClosed>(&input)) {
    closed(gone->ticket_id, at);
  } else if (const auto* left = std::get_if<TicketLeft>(&input)) {
    // Its wait goes on, and counts, where it is now.
    waiting_.erase(left->ticket_id);
    held_.erase(left->ticket_id);
  } else if (std::holds_alternative<RebuildFinished>(input)) {
    forget_what_is_gone(router);
  }
  for (const Effect& effect : effects) {
    if (const auto* moved = std::get_if<TicketMoved>(&effect)) {
      if (const auto found = waiting_.find(moved->ticket_id); found != waiting_.end())
        found->second.queue_id = moved->to_queue_id;
    } else if (const auto* sent = std::get_if<TicketSentOn>(&effect)) {
      waiting_.erase(sent->ticket_id);
    } else if (const auto* ended = std::get_if<OfferEnded>(&effect)) {
      const auto found = waiting_.find(ended->ticket_id);
      if (ended->how == OfferEnd::kMissed && found != waiting_.end())
        ++queue(found->second.queue_id).missed_offers;
      if (ended->how == OfferEnd::kAssigned) answered(ended->ticket_id, at);
    } else if (const auto* changed = std::get_if<AgentChanged>(&effect)) {
      const auto view = router.agent(changed->agent_id);
      if (!view) continue;
      Agent& agent = agents_[changed->agent_id];
      agent.count_until(at);
      agent.profile = view->profile;
      agent.units_used = view->used_units;
      agent.busy = !view->ticket_ids.empty() || view->wraps_up_until.has_value();
      agent.staffed = agent.busy || (view->presence == Presence::kAvailable && view->connections > 0);
    }
  }
}

Kpis KpiCollector::result(TimePoint until) const {
  auto queues = queues_;
  for (const auto& [id, spell] : waiting_) {
    QueueKpis& out = queues[spell.queue_id];
    ++out.waiting;
    if (until - spell.since > target_) ++out.waiting_past_target;
  }
  Kpis out;
  for (auto& [id, kpis] : queues) {
    kpis.queue_id = id.empty() ? kNoQueue : id;
    kpis.offered = kpis.answered + kpis.abandoned + kpis.waiting;
    std::ranges::sort(kpis.waits);
    add(out.total, kpis);
  }
  std::ranges::sort(out.total.waits);
  for (auto agent : agents_) {
    agent.second.count_until(until);
    const Agent& a = agent.second;
    const auto count = [&](QueueKpis& to) {
      to.staffed += a.staffed_for;
      to.busy += a.busy_for;
      to.units_used_ms += a.units_used_ms;
      to.units_ms += a.units_ms;
    };
    count(out.total);
    for (auto& [id, kpis] : queues) {
      const auto rules = std::ranges::find(rules_, id, &QueueRules::id);
      if (rules == rules_.end() || meets(TraitsOf{a.profile}, rules->members)) count(kpis);
    }
  }
  for (auto& [id, kpis] : queues) out.queues.push_back(std::move(kpis));
  return out;
}

}  // namespace hark::routing
