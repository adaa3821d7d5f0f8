#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {

AgentIndex Router::intern(std::string_view id) {
  if (const auto found = agent_index_.find(id); found != agent_index_.end()) return found->second;
  const auto index = static_cast<AgentIndex>(agents_.size());
  const auto [at, inserted] = agent_index_.emplace(std::string{id}, index);
  agents_.emplace_back();
  agents_.back().id = at->first;
  return index;
}

AgentState* Router::known_agent(std::string_view id) {
  const auto found = agent_index_.find(id);
  if (found == agent_index_.end() || !agents_[found->second].known) return nullptr;
  return &agents_[found->second];
}

void Router::count_skills(const std::vector<Skill>& skills, int by) {
  for (const Skill& skill : skills) {
    const auto at = skills_.try_emplace(skill.name, 0).first;
    at->second += by;
    if (at->second == 0) skills_.erase(at);
  }
}

void Router::on(const AgentUpserted& in) {
  const AgentIndex index = intern(in.agent.id);
  AgentState& agent = agents_[index];
  const bool fewer = agent.known;
  count_skills(agent.skills, -1);
  agent.known = true;
  agent.skills = normalised(in.agent.skills);
  agent.capacity = std::clamp(in.agent.capacity_units, 0, kCapacityUnitsMax);
  count_skills(agent.skills, 1);
  for (LaneIndex lane = 0; lane < lanes_.size(); ++lane) {
    agent.lanes.put(lane, meets(agent.skills, lanes_.at(lane).skills));
  }
  refresh(index);
  if (fewer) {
    withdraw_misfits(index);
    drop_wishes(index);
  }
  dirty_agents_.push_back(index);
}

void Router::on(const PresenceChanged& in) {
  if (!known_agent(in.agent_id)) {
    effects_.emplace_back(Refused{Reason::kAgentNotFound, "there is no agent '" + in.agent_id + "'"});
    return;
  }
  const AgentIndex index = intern(in.agent_id);
  agents_[index].missed_in_row = 0;
  set_presence(index, in.presence, "as asked");
}

void Router::on(const AgentConnected& in) {
  AgentState* agent = known_agent(in.agent_id);
  if (!agent) {
    effects_.emplace_back(Refused{Reason::kAgentNotFound, "there is no agent '" + in.agent_id + "'"});
    return;
  }
  const AgentIndex index = intern(in.agent_id);
  ++agent->connections;
  disarm_gone(*agent);
  if (in.wished) set_presence(index, *in.wished, "as asked when connecting");
  refresh(index);
}

void Router::on(const AgentDisconnected& in) {
  AgentState* agent = known_agent(in.agent_id);
  if (!agent || agent->connections == 0) return;
  --agent->connections;
  if (agent->connections == 0 && agent->presence != Presence::kOffline) arm_gone(*agent);
  refresh(intern(in.agent_id));
}

void Router::arm_gone(AgentState& agent) {
  if (rebuilding_ || agent.gone_at) return;
  agent.gone_at = now_ + settings_.disconnect_grace;
  deadlines_.insert({*agent.gone_at, DeadlineKind::kAgentGone, std::string{agent.id}});
}

void Router::disarm_gone(AgentState& agent) {
  if (!agent.gone_at) return;
  deadlines_.erase({*agent.gone_at, DeadlineKind::kAgentGone, std::string{agent.id}});
  agent.gone_at.reset();
}

void Router::begin_wrap_up(AgentIndex index) {
  if (rebuilding_ || !agents_[index].known || settings_.wrap_up <= Duration{0}) return;
  wrap_up_until(index, now_ + settings_.wrap_up);
  effects_.emplace_back(WrapUpSet{std::string{agents_[index].id}, agents_[index].wraps_up_until});
}

void Router::wrap_up_until(AgentIndex index, TimePoint until) {
  AgentState& agent = agents_[index];
  if (agent.wraps_up_until)
    deadlines_.erase({*agent.wraps_up_until, DeadlineKind::kWrapUpEnds, std::string{agent.id}});
  agent.wraps_up_until = until;
  deadlines_.insert({*agent.wraps_up_until, DeadlineKind::kWrapUpEnds, std::string{agent.id}});
  refresh(index);
}

void Router::end_wrap_up(AgentIndex index) {
  AgentState& agent = agents_[index];
  if (!agent.wraps_up_until) return;
  deadlines_.erase({*agent.wraps_up_until, DeadlineKind::kWrapUpEnds, std::string{agent.id}});
  agent.wraps_up_until.reset();
  effects_.emplace_back(WrapUpSet{std::string{agent.id}, std::nullopt});
  mark_idle(agent);
  refresh(index);
}

void Router::on(const WrapUpRestored& in) {
  if (rebuilding_ && known_agent(in.agent_id)) wrap_up_until(intern(in.agent_id), in.until);
}

void Router::on(const WrapUpEnded& in) {
  if (!known_agent(in.agent_id)) {
    effects_.emplace_back(Refused{Reason::kAgentNotFound, "there is no agent '" + in.agent_id + "'"});
    return;
  }
  end_wrap_up(intern(in.agent_id));
}

void Router::set_presence(AgentIndex index, Presence presence, std::string why) {
  AgentState& agent = agents_[index];
  if (agent.presence == presence) return;
  end_wrap_up(index);
  agent.presence = presence;
  agent.missed_in_row = 0;
  effects_.emplace_back(PresenceSet{std::string{agent.id}, presence, why});
  if (presence == Presence::kAvailable) mark_idle(agent);
  if (presence == Presence::kOffline) disarm_gone(agent);
  if (presence != Presence::kOffline && agent.connections == 0) arm_gone(agent);
  refresh(index);
  if (presence != Presence::kAvailable && !rebuilding_) {
    withdraw_offers(index, std::string{agent.id} + " is " + std::string{name_of(presence)});
  }
  if (presence == Presence::kOffline) {
    drop_wishes(index);
    take_tickets_back(index, std::string{agent.id} + " is offline: " + why);
  }
}

void Router::refresh(AgentIndex index) {
  AgentState& agent = agents_[index];
  const bool was_ready = agent.ready_at >= 0;
  const int old_room = agent.room();
  agent.used = 0;
  for (const TicketState* ticket : agent.offered) agent.used += ticket->work.units;
  for (const TicketState* ticket : agent.held) agent.used += ticket->work.units;
  const bool ready = agent.takes_offers() && agent.room() > 0;
  if (ready && !was_ready) {
    agent.ready_at = static_cast<int>(ready_.size());
    ready_.push_back(index);
  } else if (!ready && was_ready) {
    agents_[ready_.back()].ready_at = agent.ready_at;
    ready_[static_cast<std::size_t>(agent.ready_at)] = ready_.back();
    ready_.pop_back();
    agent.ready_at = -1;
  }
  if (ready && (!was_ready || agent.room() > old_room)) dirty_agents_.push_back(index);
  changed_agents_.insert(agent.id);
}

void Router::withdraw_offers(AgentIndex index, const std::string& why) {
  const auto offered = agents_[index].offered;  // a copy: it shrinks as we go
  for (TicketState* ticket : offered) {
    if (ticket->standing != Standing::kOffered) continue;
    end_offer(*ticket, OfferEnd::kWithdrawn, why);
    enter_line(*ticket);
  }
}

/// After a change of record or of what is held: offers that no longer fit go back, the newest first.
void Router::withdraw_misfits(AgentIndex index) {
  AgentState& agent = agents_[index];
  const auto offered = agent.offered;
  for (auto at = offered.rbegin(); at != offered.rend(); ++at) {
    TicketState& ticket = **at;
    if (ticket.standing != Standing::kOffered) continue;
    const bool skilled = meets(agent.skills, ticket.work.required_skills);
    if (skilled && agent.room() >= 0) continue;
    end_offer(
        ticket, OfferEnd::kWithdrawn,
        std::string{agent.id} + (skilled ? " has no room for it any more" : " lacks a required skill now"));
    enter_line(ticket);
  }
}

/// Looks again at the tickets that wait for this agent by name; those without hope go into the open line.
void Router::drop_wishes(AgentIndex index) {
  std::vector<TicketState*> waiting;
  for (const WaitKey& key : agents_[index].reserved) waiting.push_back(key.ticket);
  for (TicketState* ticket : waiting) {
    leave_line(*ticket);
    enter_line(*ticket);
  }
}

void Router::take_tickets_back(AgentIndex index, const std::string& why) {
  if (rebuilding_ || settings_.gone_policy == GonePolicy::kKeep) return;
  for (TicketState* ticket : agents_[index].held) {
    if (std::exchange(ticket->returning, true)) continue;
    effects_.emplace_back(ReturnTicket{std::string{ticket->id}, std::string{agents_[index].id},
                                       ticket->work.assignment_token, why});
  }
}

void Router::report_agents() {
  for (const std::string_view id : changed_agents_) {
    const AgentState& agent = agents_[agent_index_.find(id)->second];
    if (agent.known)
      effects_.emplace_back(AgentChanged{std::string{id}, agent.presence, agent.used, agent.connections});
  }
  changed_agents_.clear();
}

}  // namespace hark::routing
