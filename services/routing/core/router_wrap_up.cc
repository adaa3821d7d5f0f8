#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

/// What the rules of the queue, or else of all, say of the agent who has just resolved a ticket of it.
void Router::after_resolving(AgentIndex index, QueueIndex queue) {
  AgentState& agent = agents_[index];
  if (rebuilding_ || !agent.known) return;
  const WrapUpRule rule =
      queues_[queue].rules.wrap_up.value_or(WrapUpRule{settings_.wrap_up_mode, settings_.wrap_up});
  agent.wrap_up_optional = Duration{0};
  switch (rule.mode) {
    case WrapUpMode::kNone:
      return;
    case WrapUpMode::kOptional:
      agent.wrap_up_optional = rule.time;
      return;
    case WrapUpMode::kDiscretionary:
      return begin_wrap_up(index, now_ + kWrapUpMax, false);
    case WrapUpMode::kTimed:
    case WrapUpMode::kForced:
      if (rule.time > Duration{0}) begin_wrap_up(index, now_ + rule.time, rule.mode == WrapUpMode::kForced);
      return;
  }
}

void Router::begin_wrap_up(AgentIndex index, TimePoint until, bool forced) {
  wrap_up_until(index, until, forced);
  effects_.emplace_back(WrapUpSet{agents_[index].id, until, forced});
}

void Router::wrap_up_until(AgentIndex index, TimePoint until, bool forced) {
  AgentState& agent = agents_[index];
  if (agent.wraps_up_until) deadlines_.erase({*agent.wraps_up_until, DeadlineKind::kWrapUpEnds, agent.id});
  agent.wraps_up_until = until;
  agent.wrap_up_forced = forced;
  deadlines_.insert({until, DeadlineKind::kWrapUpEnds, agent.id});
  refresh(index);
}

void Router::end_wrap_up(AgentIndex index) {
  AgentState& agent = agents_[index];
  if (!agent.wraps_up_until) return;
  deadlines_.erase({*agent.wraps_up_until, DeadlineKind::kWrapUpEnds, agent.id});
  agent.wraps_up_until.reset();
  agent.wrap_up_forced = false;
  effects_.emplace_back(WrapUpSet{agent.id, std::nullopt});
  mark_idle(agent);
  refresh(index);
}

void Router::on(const WrapUpEnded& in) {
  const AgentState* agent = known_agent(in.agent_id);
  if (!agent) return refuse_unknown_agent(in.agent_id);
  if (agent->wraps_up_until && agent->wrap_up_forced && !in.by_supervisor) {
    effects_.emplace_back(
        Refused{Reason::kIllegalTransition, "this wrap-up lasts its whole time; a supervisor may end it"});
    return;
  }
  end_wrap_up(intern(in.agent_id));
}

void Router::on(const WrapUpBegun& in) {
  AgentState* agent = known_agent(in.agent_id);
  if (!agent) return refuse_unknown_agent(in.agent_id);
  if (agent->wraps_up_until) return;
  if (agent->wrap_up_optional <= Duration{0}) {
    effects_.emplace_back(Refused{Reason::kIllegalTransition, "there is no wrap-up to begin"});
    return;
  }
  const AgentIndex index = intern(in.agent_id);
  begin_wrap_up(index, now_ + std::exchange(agent->wrap_up_optional, Duration{0}), false);
  if (!rebuilding_) withdraw_offers(index, in.agent_id + " is wrapping up");
}

void Router::on(const WrapUpRestored& in) {
  if (!known_agent(in.agent_id)) return refuse_unknown_agent(in.agent_id);
  wrap_up_until(intern(in.agent_id), std::min(in.until, now_ + kWrapUpMax), in.forced);
}

}  // namespace hark::routing
