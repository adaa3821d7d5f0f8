// Groups of agents that have hours.
#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

void Router::read_groups() {
  std::vector<std::string> groups;
  for (const GroupRules& group : settings_.groups) groups.push_back(group.id);
  // What waits would go elsewhere for good if nobody were in a group until its hours are told.
  sets_.give_hours(groups, !rebuilding_);
}

bool Router::goes_by_hours(const Lanes::Lane& lane) const {
  if (settings_.groups.empty()) return false;
  const QueueRules& rules = queues_[lane.kind.queue].rules;
  return sets_.goes_by_hours(lane.require) ||
         (rules.choice == ChoicePolicy::kTiers &&
          std::ranges::any_of(rules.tiers,
                              [this](const Requirement& tier) { return sets_.goes_by_hours(tier); }));
}

/// Whose members they are is known at once; the agents go into their lanes, or out of them, in shares. A
/// ticket whose lane has not changed yet goes by the group as it was.
void Router::on(const GroupHours& in) {
  if (!sets_.set_open(in.group_id, in.open)) return;
  regrouped_ |= sets_.with_group(in.group_id);
  any_regrouped_ = true;
  for (QueueIndex index = first_queue_; index < queues_.size(); ++index) {
    const Requirement everybody = everybody_of(queues_[index].rules);
    if (sets_.goes_by_hours(everybody)) queues_[index].members = sets_.who_meets(everybody);
  }
  watch_emptiness();
}

/// Of the agents whose groups have opened or closed. Few of those who gain something at a time: all of them
/// look for the same first tickets.
void Router::take_hours_on() {
  const auto cost = static_cast<int>(timed_lanes_.count()) + 1;
  int gaining = kGroupGainsMax;
  std::vector<AgentIndex> share;
  for_each_in_both(regrouped_, regrouped_, [&](AgentIndex index) {
    share.push_back(index);
    return static_cast<int>(share.size()) <= kRulesShare / cost;
  });
  any_regrouped_ = static_cast<int>(share.size()) > kRulesShare / cost;
  for (const AgentIndex index : share) {
    if (gaining == 0) {
      any_regrouped_ = true;
      break;
    }
    regrouped_.put(index, false);
    if (!regroup(index)) continue;
    --gaining;
    if (!std::exchange(agents_[index].in_dirty, true)) dirty_agents_.push_back(index);
  }
}

/// Whether there is a lane more for the agent.
bool Router::regroup(AgentIndex index) {
  bool gained = false;
  for_each_in_both(timed_lanes_, timed_lanes_, [&](LaneIndex lane) {
    if (lanes_.at(lane).users == 0) return true;
    const bool before = lanes_.at(lane).agents.has(index);
    classify(lane, index);
    gained |= !before && lanes_.at(lane).agents.has(index);
    return true;
  });
  return gained;
}

/// Whether an offer that was made stands: hours that have passed, and queues that have paused, are for new
/// ones. While rebuilding, which step is in force is not known of tickets that may leave one out.
bool Router::may_keep(const TicketState& ticket, AgentIndex agent) const {
  if (qualifies(ticket, agent)) return true;
  const auto fits = [&](LaneIndex lane) { return sets_.meets_at_any_hour(agent, lanes_.at(lane).require); };
  if (ticket.plan && ticket.stage == kNoStageYet) return std::ranges::any_of(ticket.plan->lanes, fits);
  return fits(ticket.lane);
}

}  // namespace hark::routing
