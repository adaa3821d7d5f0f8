#include "routing/core/router.h"

#include <algorithm>
#include <utility>

namespace hark::routing {

std::string_view name_of(Presence presence) {
  switch (presence) {
    case Presence::kOffline:
      return "offline";
    case Presence::kAvailable:
      return "available";
    case Presence::kAway:
      return "away";
  }
  return "";
}

std::string_view name_of(OfferEnd end) {
  switch (end) {
    case OfferEnd::kAssigned:
      return "assigned";
    case OfferEnd::kMissed:
      return "missed";
    case OfferEnd::kDeclined:
      return "declined";
    case OfferEnd::kWithdrawn:
      return "withdrawn";
  }
  return "";
}

Router::Router(Settings settings, std::uint16_t shard, std::int64_t fencing_token)
    : settings_{settings}, offer_ids_{shard, fencing_token} {}

std::vector<Effect> Router::apply(const Input& input, TimePoint now) {
  now_ = std::max(now_, now);
  effects_.clear();
  if (!rebuilding_) expire();
  std::visit([this](const auto& in) { on(in); }, input);
  if (!rebuilding_) match();
  dirty_agents_.clear();
  dirty_tickets_.clear();
  report_agents();
  return std::exchange(effects_, {});
}

std::optional<TimePoint> Router::next_deadline() const {
  if (rebuilding_ || deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->at;
}

void Router::on(const SettingsChanged& in) { settings_ = in.settings; }

void Router::on(const OfferRestored& in) {
  const Offer& offer = in.offer;
  TicketState* ticket = find_ticket(offer.ticket_id);
  const AgentState* agent = known_agent(offer.agent_id);
  const bool fits = rebuilding_ && ticket && ticket->standing == Standing::kWaiting && agent &&
                    agent->presence == Presence::kAvailable && agent->room() >= ticket->work.units &&
                    meets(agent->skills, ticket->work.required_skills) &&
                    !avoids(*ticket, intern(offer.agent_id));
  if (!fits) {
    effects_.emplace_back(OfferEnded{offer.id, offer.ticket_id, offer.agent_id, OfferEnd::kWithdrawn,
                                     "no longer possible after a change of leader"});
    return;
  }
  leave_line(*ticket);
  Offer restored = offer;
  restored.units = ticket->work.units;
  put_offer(*ticket, intern(offer.agent_id), std::move(restored));
}

void Router::on(const RebuildFinished&) {
  if (!rebuilding_) return;
  rebuilding_ = false;
  // Nobody could accept while nobody led: every standing offer gets its full time again.
  for (AgentState& agent : agents_) {
    for (TicketState* ticket : agent.offered) {
      deadlines_.erase({ticket->offer.expires_at, DeadlineKind::kOfferExpires, ticket->offer.id});
      ticket->offer.expires_at = std::max(ticket->offer.expires_at, now_ + settings_.accept_timeout);
      deadlines_.insert({ticket->offer.expires_at, DeadlineKind::kOfferExpires, ticket->offer.id});
      changed_agents_.insert(agent.id);
    }
  }
  for (const auto& [id, index] : agent_index_) {
    AgentState& agent = agents_[index];
    if (!agent.known || agent.presence == Presence::kOffline) {
      take_tickets_back(index, agent.known ? "its agent is offline" : "its agent has no record");
    } else if (agent.connections == 0) {
      arm_gone(agent);
    }
  }
  dirty_agents_ = ready_;
  expire();
}

}  // namespace hark::routing
