#include <algorithm>
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

AgentIndex Router::intern(std::string_view id) {
  if (const AgentIndex found = find_agent(id); found != kNoAgent) return found;
  const auto [index, agent] = agents_.make();
  agent->id = id;
  agent->loads.change_labels(1, classes_.labels());
  agents_in_order_.emplace(agent->id, index);
  agent_by_id_.insert(HashIndex::hash_of(id), index);
  return index;
}

AgentIndex Router::find_agent(std::string_view id) const {
  static_assert(kNoAgent == HashIndex::kNone);
  return agent_by_id_.find(HashIndex::hash_of(id), [&](AgentIndex index) { return agents_[index].id == id; });
}

AgentState* Router::known_agent(std::string_view id) {
  const AgentIndex index = find_agent(id);
  return index == kNoAgent || !agents_[index].known ? nullptr : &agents_[index];
}

void Router::refuse_unknown_agent(std::string_view id) {
  effects_.emplace_back(
      Refused{Reason::kAgentNotFound, "there is no agent '" + std::string{id.substr(0, 64)} + "'"});
}

void Router::on(const AgentUpserted& in) {
  const AgentIndex index = intern(in.agent.id);
  AgentState& agent = agents_[index];
  const bool known_before = agent.known;
  agent.known = true;
  agent.skills = normalised(in.agent.skills);
  agent.groups = in.agent.groups;
  agent.capacity = std::clamp(in.agent.capacity_units, 0, kCapacityUnitsMax);
  agent.caps = in.agent.caps;
  sets_.put(index, agent.id, agent.skills, agent.groups);
  for (LaneIndex lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_.at(lane).users > 0) classify(lane, index);
  }
  for (QueueState& queue : queues_) queue.members.put(index, sets_.meets(index, everybody_of(queue.rules)));
  refresh(index);
  if (known_before) {
    withdraw_misfits(index);
    drop_wishes(index);
  }
  // Skills gained open doors as room does.
  if (!std::exchange(agent.in_dirty, true)) dirty_agents_.push_back(index);
}

void Router::on(const PresenceChanged& in) {
  if (!known_agent(in.agent_id)) return refuse_unknown_agent(in.agent_id);
  const AgentIndex index = intern(in.agent_id);
  agents_[index].missed_in_row = 0;
  agents_[index].queue_misses.clear();
  set_presence(index, in.presence, in.channels, in.by.empty() ? "as asked" : "set by " + in.by,
               in.missed_offers);
  set_paused(index, in.paused_queue_ids);
  // What the store has is not what holds now: the rules pause nobody there any more.
  if (!in.paused_queue_ids.empty() && agents_[index].paused_queues.empty())
    effects_.emplace_back(QueuesPaused{agents_[index].id, {}});
}

void Router::on(const AgentConnected& in) {
  AgentState* agent = known_agent(in.agent_id);
  if (!agent) return refuse_unknown_agent(in.agent_id);
  const AgentIndex index = intern(in.agent_id);
  ++agent->connections;
  disarm_gone(*agent);
  // One more page of theirs, or the same one again, does not mean that they have seen why they are away.
  const int missed = in.wished == agent->presence ? agent->away_after_missed : 0;
  if (in.wished) set_presence(index, *in.wished, agent->channels, "as asked when connecting", missed);
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
  deadlines_.insert({*agent.gone_at, DeadlineKind::kAgentGone, agent.id});
}

void Router::disarm_gone(AgentState& agent) {
  if (!agent.gone_at) return;
  deadlines_.erase({*agent.gone_at, DeadlineKind::kAgentGone, agent.id});
  agent.gone_at.reset();
}

void Router::set_presence(AgentIndex index, Presence presence, ChannelMask channels, std::string why,
                          int missed_offers) {
  AgentState& agent = agents_[index];
  const bool same_reason = std::exchange(agent.away_after_missed, missed_offers) == missed_offers;
  if (agent.presence == presence && agent.channels == channels && same_reason) return;
  if (std::exchange(agent.channels, channels) != channels)
    effects_.emplace_back(ChannelsSet{agent.id, channels});
  if (agent.presence == presence) {
    if (!same_reason) effects_.emplace_back(PresenceSet{agent.id, presence, why, missed_offers});
    refresh(index);
    if (!rebuilding_) withdraw_misfits(index);
    return;
  }
  end_wrap_up(index);
  rest(index, Duration{0});
  if (agent.presence == Presence::kOffline) forget_talk_time(agent);
  agent.presence = presence;
  agent.missed_in_row = 0;
  agent.queue_misses.clear();
  set_paused(index, {});
  effects_.emplace_back(PresenceSet{agent.id, presence, why, missed_offers});
  if (presence == Presence::kAvailable) mark_idle(agent);
  if (presence == Presence::kOffline) {
    disarm_gone(agent);
    agent.handled = 0;
    agent.wrap_up_optional = Duration{0};
  }
  if (presence != Presence::kOffline && agent.connections == 0) arm_gone(agent);
  refresh(index);
  if (presence != Presence::kAvailable && !rebuilding_) {
    withdraw_offers(index, agent.id + " is " + std::string{name_of(presence)});
  }
  watch_emptiness();
  if (presence == Presence::kOffline) {
    drop_wishes(index);
    take_tickets_back(index, agent.id + " is offline: " + why);
  }
}

/// Offered nothing for a while; 0 ends it.
void Router::rest(AgentIndex index, Duration time) {
  AgentState& agent = agents_[index];
  if (agent.rests_until) deadlines_.erase({*agent.rests_until, DeadlineKind::kAgentRested, agent.id});
  agent.rests_until.reset();
  if (time > Duration{0}) {
    agent.rests_until = now_ + time;
    deadlines_.insert({*agent.rests_until, DeadlineKind::kAgentRested, agent.id});
  }
}

void Router::withdraw_offers(AgentIndex index, const std::string& why) {
  const auto offered = agents_[index].offered;  // a copy: it shrinks as we go
  for (TicketState* ticket : offered) {
    if (ticket->standing != Standing::kOffered) continue;
    leave_line(*ticket);
    end_offer(*ticket, index, OfferEnd::kWithdrawn, why);
    enter_line(*ticket);
  }
}

/// After a change of record, of channels or of what is held: offers that no longer fit go back, the newest
/// first.
void Router::withdraw_misfits(AgentIndex index) {
  AgentState& agent = agents_[index];
  if (refresh_next_ < refresh_end_) charge_anew(agent);
  const auto offered = agent.offered;
  for (auto at = offered.rbegin(); at != offered.rend(); ++at) {
    TicketState& ticket = **at;
    if (ticket.standing != Standing::kOffered) continue;
    const bool able = may_keep(ticket, index);
    const WorkClass work_class = charged_class(ticket);
    const bool roomy = load_seen_by(agent, work_class) <= agent.capacity &&
                       tickets_beyond_cap(agent, channel_of(work_class)) <= 0;
    const bool on_channel = (agent.channels & mask_of(channel_of(work_class))) != 0;
    if (able && roomy && on_channel) continue;
    leave_line(ticket);
    end_offer(ticket, index, OfferEnd::kWithdrawn,
              agent.id + (!able    ? " lacks a required skill now"
                          : !roomy ? " has no room for it any more"
                                   : " does not take this channel any more"));
    enter_line(ticket);
  }
}

/// Looks again at the tickets that wait for this agent; those without hope go into the open line.
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
    if (ticket->special().hold != Hold::kNone || std::exchange(ticket->returning, true)) continue;
    effects_.emplace_back(ReturnTicket{ticket->id.str(), agents_[index].id, ticket->assignment_token, why});
  }
}

void Router::mark_changed(AgentIndex index) {
  if (!std::exchange(agents_[index].changed, true)) changed_agents_.push_back(index);
}

void Router::report_agents() {
  std::ranges::sort(changed_agents_, {}, [&](AgentIndex index) { return agents_[index].id; });
  for (const AgentIndex index : changed_agents_) {
    AgentState& agent = agents_[index];
    agent.changed = false;
    if (!agent.known) continue;
    effects_.emplace_back(AgentChanged{agent.id, agent.presence, used_units(agent), agent.connections});
  }
  changed_agents_.clear();
}

}  // namespace hark::routing
