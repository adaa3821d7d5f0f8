#include <algorithm>
#include <utility>

#include "base/core/check.h"
#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::string in_seconds(Duration time) { return std::to_string(time.count() / 1000) + " s"; }

std::string describe(const MetricCondition& condition, std::string_view queue) {
  const auto name = [&]() -> std::string {
    switch (condition.metric) {
      case Metric::kWaiting:
        return "tickets waiting";
      case Metric::kLongestWait_s:
        return "seconds of the longest wait";
      case Metric::kReadyAgents:
        return "agents with room";
      case Metric::kStaffedAgents:
        return "agents available";
      case Metric::kEstimatedWait_s:
        return "seconds of estimated wait";
    }
    return "";
  };
  return name() + " in " + (queue.empty() ? "the queue" : "'" + std::string{queue} + "'") +
         (condition.comparison == Comparison::kAtLeast ? " at least " : " at most ") +
         std::to_string(condition.value);
}

}  // namespace

Requirement Router::everybody_of(const QueueRules& queue) {
  Requirement everybody = queue.members;
  for (const BackupGroup& backup : queue.backups) everybody = either(std::move(everybody), backup.who);
  return everybody;
}

/// New queues from the settings, after those that are still waited in; these run empty, some tickets at each
/// input.
void Router::rebuild_queues() {
  for (auto& [id, index] : queue_index_) {
    QueueState& queue = queues_[index];
    if (queue.empties_at) deadlines_.erase({*queue.empties_at, DeadlineKind::kQueueEmpty, id});
    if (queue.clears_at) deadlines_.erase({*queue.clears_at, DeadlineKind::kQueueClears, id});
    queue.empties_at.reset();
    queue.clears_at.reset();
  }
  const std::set<std::string> open = open_by_hours();
  queue_index_.clear();
  std::array<bool, kRankOrders> used{};
  used[static_cast<std::size_t>(RankOrder::kIdle)] = true;
  first_queue_ = static_cast<QueueIndex>(queues_.size());
  const auto add = [&](const QueueRules& rules) {
    queue_index_.emplace(rules.id, static_cast<QueueIndex>(queues_.size()));
    QueueState& queue = queues_.emplace_back();
    queue.rules = rules;
    queue.members = sets_.who_meets(everybody_of(rules));
    queue.closed = !rules.hours.empty() && !open.contains(rules.id);
    used[static_cast<std::size_t>(order_of(rules.choice))] = true;
  };
  add(QueueRules{});
  for (const QueueRules& rules : settings_.queues) {
    if (!queue_index_.contains(rules.id) && queue_index_.size() <= kQueuesMax) add(rules);
  }
  used[static_cast<std::size_t>(RankOrder::kTalking)] = used[static_cast<std::size_t>(RankOrder::kTalked)];
  use_ranks(used);
  ++rules_number_;
  replan_next_ = 0;
  replan_end_ = tickets_.size();
}

/// What new rules change is taken on in shares. A ticket that has not been planned anew waits by its old
/// plan, at its place among the others; an agent who has not been looked at has the room that they had.
void Router::take_rules_on() {
  int share = kRulesShare;
  for (; replan_next_ < replan_end_ && share > 0; ++replan_next_, --share) {
    if (!tickets_.has(replan_next_)) continue;
    TicketState& ticket = tickets_[replan_next_];
    if (!ticket.plan || ticket.queue >= first_queue_) continue;
    const std::size_t plans = plans_made_;
    replan(ticket);
    share -= kReplanCost + kPlanCost * static_cast<int>(plans_made_ - plans);
  }
  for (; refresh_next_ < refresh_end_ && share > 0; ++refresh_next_) {
    const AgentState& agent = agents_[refresh_next_];
    charge_anew(agent);
    if (!agent.known) continue;
    refresh(refresh_next_);
    for (TicketState* ticket : agent.held) settle_load(*ticket);
    withdraw_misfits(refresh_next_);
    share -= kRefreshCost;
  }
}

/// Into the queue of the same name, with the time that it has waited there, if overflow had brought it there;
/// else into the first that takes it now.
void Router::replan(TicketState& ticket) {
  leave_line(ticket);
  const auto same = queue_index_.find(queues_[ticket.queue].rules.id);
  const TimePoint since = ticket.queue_since;
  const bool came_over = !ticket.special().queues_left.empty() && same != queue_index_.end();
  leave_queue(ticket);
  enter_queue(ticket, came_over ? same->second : home_of(ticket), since);
  if (ticket.standing == Standing::kOffered) {
    std::vector<AgentIndex> unfit;
    for (const StandingOffer& offer : ticket.offers) {
      if (!may_keep(ticket, offer.agent)) unfit.push_back(offer.agent);
    }
    for (const AgentIndex agent : unfit)
      end_offer(ticket, agent, OfferEnd::kWithdrawn, "the rules are other ones now");
  }
  enter_line(ticket);
}

QueueIndex Router::queue_named(std::string_view id) const {
  const auto found = queue_index_.find(id);
  return found == queue_index_.end() ? first_queue_ : found->second;
}

/// The one it was put into, else the first that takes it, else the one without a name.
QueueIndex Router::queue_for(WorkKind& kind) const {
  if (kind.found_at == rules_number_) return kind.queue;
  const auto find = [&] {
    if (const auto named = queue_index_.find(kind.queue_id);
        !kind.queue_id.empty() && named != queue_index_.end())
      return named->second;
    for (QueueIndex queue = first_queue_ + 1; queue < queues_.size(); ++queue) {
      if (takes(queues_[queue].rules, kind)) return queue;
    }
    return first_queue_;
  };
  kind.queue = find();
  kind.found_at = rules_number_;
  return kind.queue;
}

/// Whoever visits waits for one agent, by nobody's rules.
QueueIndex Router::home_of(const TicketState& ticket) const {
  return ticket.special().visits ? first_queue_ : queue_for(*ticket.kind);
}

void Router::enter_first_queue(TicketState& ticket) {
  TimePoint since = rebuilding_ ? ticket.waiting_since : now_;
  if (ticket.queued_since != TimePoint{}) since = ticket.queued_since;
  enter_queue(ticket, home_of(ticket), std::min(since, now_));
}

/// The ticket is in no line and in no queue.
void Router::enter_queue(TicketState& ticket, QueueIndex index, TimePoint since) {
  QueueState& queue = queues_[index];
  ticket.queue = index;
  ticket.queue_since = since;
  ticket.plan = plan_for(*ticket.kind, index, 0);
  ticket.stage = ticket.plan->has_skips ? kNoStageYet : 0;
  ticket.lane = ticket.plan->lanes[0];
  ticket.key = key_in(queue.rules, ticket);
  ticket.key.ticket = &ticket;
  ++queue.waiting;
  queue.offered += ticket.standing != Standing::kWaiting;
  HARK_CHECK(queue.marks.insert({ticket.waiting_since, ticket.number}));
  if (rebuilding_) return;
  const QueueRules& rules = queue.rules;
  if (queue.closed && overflow(ticket, rules.closed_to, now_, "it is closed")) return;
  if (rules.length_max > 0 && queue.waiting > rules.length_max &&
      overflow(ticket, rules.overflow_to, now_,
               "more than " + std::to_string(rules.length_max) + " wait there")) {
    return;
  }
  if (is_empty(queue, rules.empty_on_join) && overflow(ticket, rules.empty_to, now_, "nobody serves it now"))
    return;
  watch_emptiness(queue);
}

void Router::leave_queue(TicketState& ticket) {
  if (!ticket.plan) return;
  QueueState& queue = queues_[ticket.queue];
  --queue.waiting;
  queue.offered -= ticket.standing != Standing::kWaiting;
  HARK_CHECK(queue.marks.erase({ticket.waiting_since, ticket.number}));
  drop_plan(*std::exchange(ticket.plan, nullptr));
  if (!ticket.is_special()) return;
  ticket.make_special().queues_left.clear();
  ticket.make_special().rechecks.clear();
  ticket.make_special().left_out = 0;
  ticket.make_special().departure.reset();
}

/// Lets the stages come that are due. The ticket is in no line.
void Router::follow_plan(TicketState& ticket) {
  for (;;) {
    const auto& stages = ticket.plan->stages;
    if (ticket.stage + 1 < stages.size() && ticket.queue_since + stages[ticket.stage + 1].at <= now_) {
      if (leaves_out(ticket, ticket.stage + 1)) continue;
      const Stage& stage = stages[++ticket.stage];
      if (stage.kind == Stage::Kind::kRequire) {
        ticket.lane = ticket.plan->lanes[ticket.stage];
      } else {
        overflow_by(ticket, stage.rule, stage.at);
      }
      continue;
    }
    if (!ticket.is_special()) return;
    auto& rechecks = ticket.make_special().rechecks;
    const auto due = std::ranges::find_if(rechecks, [&](const auto& check) { return check.first <= now_; });
    if (due == rechecks.end()) return;
    const auto [when, rule] = *due;
    rechecks.erase(due);
    overflow_by(ticket, rule, when - ticket.queue_since);
  }
}

/// Whether a step begins with that stage and is left out: the ticket follows the plan without it.
bool Router::leaves_out(TicketState& ticket, std::size_t next) {
  const Stage& stage = ticket.plan->stages[next];
  if (!stage.skip_if || !holds(*stage.skip_if, ticket.plan->lanes[next])) return false;
  StepMask& left_out = ticket.make_special().left_out;
  left_out = static_cast<StepMask>(left_out | (1U << stage.step));
  Plan* before = std::exchange(ticket.plan, plan_for(*ticket.kind, ticket.queue, left_out));
  drop_plan(*before);
  return true;
}

bool Router::holds(const SkipCondition& condition, LaneIndex index) const {
  const Bits& agents = lanes_.at(index).agents;
  // While other labels are taken on, the lane's kind may still name one that is gone.
  const WorkClass work_class = lanes_.head(index).work_class;
  const std::size_t count =
      condition.metric == Metric::kStaffedAgents
          ? count_in_both(agents, staffed_, agents_.size())
          : ready_for(work_class).count_in_both(static_cast<std::size_t>(channel_of(work_class)), agents);
  const auto value = static_cast<std::size_t>(condition.value);
  return condition.comparison == Comparison::kAtLeast ? count >= value : count <= value;
}

bool Router::overflow_by(TicketState& ticket, std::size_t number, Duration at) {
  const QueueRules& rules = queues_[ticket.queue].rules;
  const TimePoint since = ticket.queue_since + at;
  if (number >= rules.overflows.size()) {
    return overflow(ticket, rules.overflow_to, since, "waited there for " + in_seconds(rules.wait_max));
  }
  const OverflowRule& rule = rules.overflows[number];
  if (!rule.when) {
    return overflow(ticket, rule.to_queue_id, since, "waited there for " + in_seconds(rule.after));
  }
  // What queues look like can be told only when everything is.
  if (!rebuilding_ && holds(*rule.when, ticket.queue)) {
    const std::string_view of = rule.when->queue_id.empty() ? rules.id : rule.when->queue_id;
    return overflow(ticket, rule.to_queue_id, now_, describe(*rule.when, of));
  }
  const Duration again = rebuilding_ ? Duration{1} : rule.again;
  if (again > Duration{0}) ticket.make_special().rechecks.emplace_back(now_ + again, number);
  return false;
}

bool Router::overflow(TicketState& ticket, const std::string& to, TimePoint since, std::string why) {
  if (ticket.special().departure) return true;
  const std::vector<std::string>& before = ticket.special().left_before;
  if (std::ranges::find(before, to) != before.end()) return false;
  if (std::ranges::binary_search(settings_.queues_elsewhere, to) && ticket.queue >= first_queue_) {
    ticket.make_special().departure = Departure{to, std::move(why)};
    return true;
  }
  const auto found = queue_index_.find(to);
  if (to.empty() || found == queue_index_.end() || found->second == ticket.queue) return false;
  auto left = ticket.special().queues_left;
  if (std::ranges::find(left, found->second) != left.end()) return false;
  if (ticket.queue < first_queue_) return false;  // its rules are gone; it is about to be looked at anew
  left.push_back(ticket.queue);
  effects_.emplace_back(TicketMoved{ticket.id.str(), queues_[ticket.queue].rules.id, to, std::move(why)});
  leave_queue(ticket);
  ticket.make_special().queues_left = std::move(left);
  enter_queue(ticket, found->second, since);
  return true;
}

bool Router::holds(const MetricCondition& condition, QueueIndex queue) const {
  const QueueIndex of = condition.queue_id.empty() ? queue : queue_named(condition.queue_id);
  const std::int64_t value = value_of(condition.metric, queues_[of]);
  return condition.comparison == Comparison::kAtLeast ? value >= condition.value : value <= condition.value;
}

std::int64_t Router::value_of(Metric metric, const QueueState& queue) const {
  switch (metric) {
    case Metric::kWaiting:
      return queue.waiting;
    case Metric::kLongestWait_s: {
      TimePoint oldest = now_;
      for (const Plan* plan : queue.plans) {
        for (const LaneIndex lane : plan->lanes) {
          const Line& line = lanes_.at(lane).line;
          if (!line.empty()) oldest = std::min(oldest, line.begin()->ticket->waiting_since);
        }
      }
      return (now_ - oldest).count() / 1000;
    }
    case Metric::kReadyAgents:
      return static_cast<std::int64_t>(count_in_both(queue.members, ready_for_any_, agents_.size())) -
             paused_count(queue, true);
    case Metric::kStaffedAgents: {
      std::int64_t staffed = 0;
      for_each_in_both(queue.members, queue.members, [&](AgentIndex agent) {
        staffed += agents_[agent].presence == Presence::kAvailable && agents_[agent].connections > 0;
        return true;
      });
      return staffed - paused_count(queue, false);
    }
    case Metric::kEstimatedWait_s: {
      // Rules go by the pace alone; that nobody is there, empty_to says.
      const auto wait = estimate(queue, queue.ahead_of_last(), true).wait;
      return wait ? wait->count() / 1000 : 0;
    }
  }
  return 0;
}

/// By the pace of the last ones served, which says nothing where there is not `anybody` to serve.
WaitEstimate Router::estimate(const QueueState& queue, std::int64_t ahead, bool anybody) {
  if (queue.closed) return {{}, NoEstimate::kClosed};
  if (!anybody) return {{}, NoEstimate::kNobodyThere};
  if (queue.served.size() < 2) return {{}, NoEstimate::kTooFewServed};
  const auto span = queue.served.back() - queue.served.front();
  return {span * (ahead + 1) / static_cast<std::int64_t>(queue.served.size() - 1), NoEstimate::kNone};
}

Plan* Router::plan_for(WorkKind& work, QueueIndex queue, StepMask left_out) {
  if (left_out == 0 && work.planned_at == plans_number_ && work.plan->queue == queue) {
    if (work.plan->tickets++ == 0) idle_plans_.erase(work.plan->kind);
    return work.plan;
  }
  (void)class_of(work);
  const auto [at, is_new] = plans_.try_emplace(kind_of(work, queue, left_out));
  Plan& plan = at->second;
  if (left_out == 0) {
    work.plan = &plan;
    work.planned_at = plans_number_;
  }
  if (plan.tickets++ > 0) return &plan;
  if (!is_new) {
    idle_plans_.erase(at->first);
    return &plan;
  }
  ++plans_made_;
  plan.kind = at->first;
  plan.queue = queue;
  plan.stages = stages_of(work, queues_[queue].rules, left_out);
  plan.has_skips =
      std::ranges::any_of(plan.stages, [](const Stage& stage) { return stage.skip_if.has_value(); });
  queues_[queue].plans.push_back(&plan);
  for (const Stage& stage : plan.stages) {
    if (stage.kind == Stage::Kind::kOverflow) {
      plan.lanes.push_back(plan.lanes.back());
      continue;
    }
    const auto [lane, fresh] =
        lanes_.use({queue, work.work_class, work.units, to_text(stage.require)}, stage.require);
    plan.lanes.push_back(lane);
    if (!fresh) continue;
    fill_lane(lane);
    lanes_.shut(lane, queues_[queue].closed);
  }
  return &plan;
}

void Router::drop_plan(Plan& plan) {
  if (--plan.tickets > 0) return;
  idle_plans_.insert(plan.kind);
  if (plans_.size() <= kPlansKeptMax) return;
  ++plans_number_;
  const auto at = plans_.find(std::string{*idle_plans_.begin()});
  Plan& oldest = at->second;
  for (std::size_t i = 0; i < oldest.stages.size(); ++i) {
    if (oldest.stages[i].kind != Stage::Kind::kRequire) continue;
    const LaneIndex lane = oldest.lanes[i];
    if (lanes_.at(lane).users == 1) {
      const Bits& agents = lanes_.at(lane).agents;
      for_each_in_both(agents, agents, [&](AgentIndex agent) {
        agents_[agent].lanes.put(lane, false);
        return true;
      });
    }
    lanes_.unuse(lane);
  }
  std::erase(queues_[oldest.queue].plans, &oldest);
  idle_plans_.erase(idle_plans_.begin());
  plans_.erase(at);
}

/// Who meets a new lane's requirement, and in which class of the queue's choice.
void Router::fill_lane(LaneIndex index) {
  Lanes::Lane& lane = lanes_.at(index);
  lane.agents = sets_.who_meets(lane.require);
  timed_lanes_.put(index, goes_by_hours(lane));
  const std::string& id = queues_[lane.kind.queue].rules.id;
  for_each_in_both(lane.agents, paused_agents_, [&](AgentIndex agent) {
    if (agents_[agent].is_paused_by(id)) lane.agents.put(agent, false);
    return true;
  });
  const Bits agents = lane.agents;
  const ChoicePolicy choice = queues_[lane.kind.queue].rules.choice;
  const bool classed = choice == ChoicePolicy::kBestProficiency || choice == ChoicePolicy::kTiers;
  for_each_in_both(agents, agents, [&](AgentIndex agent) {
    agents_[agent].lanes.put(index, true);
    if (classed) classify(index, agent);
    return true;
  });
}

void Router::classify(LaneIndex index, AgentIndex agent) {
  Lanes::Lane& lane = lanes_.at(index);
  const bool in =
      sets_.meets(agent, lane.require) && !agents_[agent].is_paused_by(queues_[lane.kind.queue].rules.id);
  lane.agents.put(agent, in);
  agents_[agent].lanes.put(index, in);
  for (auto& [value, agents] : lane.classes) agents.put(agent, false);
  const QueueRules& rules = queues_[lane.kind.queue].rules;
  if (!in) return;
  int value = 0;
  if (rules.choice == ChoicePolicy::kBestProficiency) {
    value = sets_.proficiency(agent, lane.require);
  } else if (rules.choice == ChoicePolicy::kTiers) {
    const auto tier =
        std::ranges::find_if(rules.tiers, [&](const Requirement& t) { return sets_.meets(agent, t); });
    value = -static_cast<int>(tier - rules.tiers.begin());
  } else {
    return;
  }
  auto at = std::ranges::find_if(lane.classes, [&](const auto& c) { return c.first <= value; });
  if (at == lane.classes.end() || at->first != value) at = lane.classes.insert(at, {value, Bits{}});
  at->second.put(agent, true);
}

}  // namespace hark::routing
