#include "routing/core/router.h"

#include <algorithm>
#include <limits>
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

std::string_view name_of(Channel channel) {
  switch (channel) {
    case Channel::kUnspecified:
      return "none";
    case Channel::kEmail:
      return "email";
    case Channel::kChat:
      return "chat";
    case Channel::kSocial:
      return "social";
    case Channel::kPhone:
      return "phone";
  }
  return "";
}

Router::Router(Settings settings, std::uint16_t shard, std::int64_t fencing_token)
    : settings_{std::move(settings)}, offer_ids_{shard, fencing_token} {
  read_settings();
  ready_.resize(classes_.labels());
  rebuild_queues();
}

void Router::read_settings() {
  classes_ = WorkClasses{settings_.channels, settings_.topics};
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    const int most = settings_.channels[channel].tickets_max;
    tickets_max_[channel] = most > 0 ? most : std::numeric_limits<int>::max();
  }
  read_groups();
  anything_empties_ = std::ranges::any_of(settings_.queues,
                                          [](const QueueRules& queue) { return queue.empty_on_leave != 0; });
}

std::vector<Effect> Router::apply(const Input& input, TimePoint now) {
  std::vector<Effect> effects;
  apply(input, now, effects);
  return effects;
}

void Router::apply(const Input& input, TimePoint now, std::vector<Effect>& effects) {
  now_ = std::max(now_, now);
  effects_ = std::move(effects);
  effects_.clear();
  moved_in_lanes_ = 0;
  const auto is_due = [this] { return !deadlines_.empty() && deadlines_.begin()->at <= now_; };
  if (!rebuilding_ && is_due()) expire();
  std::visit([this](const auto& in) { on(in); }, input);
  if (!rebuilding_) {
    if (replan_next_ < replan_end_ || refresh_next_ < refresh_end_) take_rules_on();
    if (any_regrouped_) take_hours_on();
    if (!dirty_agents_.empty() || !dirty_tickets_.empty()) match();
    if (!leaving_.empty()) send_on();
  }
  report_agents();
  effects = std::move(effects_);
}

std::optional<TimePoint> Router::next_deadline() const {
  if (rebuilding_) return std::nullopt;
  // More than one input's share was due.
  if (!dirty_agents_.empty() || !dirty_tickets_.empty() || replan_next_ < replan_end_ ||
      refresh_next_ < refresh_end_ || any_regrouped_)
    return now_;
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->at;
}

void Router::on(const SettingsChanged& in) {
  const bool other_queues = in.settings.queues != settings_.queues || in.settings.groups != settings_.groups;
  const bool other_room =
      in.settings.channels != settings_.channels || in.settings.topics != settings_.topics;
  settings_ = in.settings;
  const WorkClasses before = std::move(classes_);
  read_settings();
  const bool other_labels = !classes_.tell_apart_as(before);
  if (other_labels) take_labels_on(before);
  if (other_queues || other_labels) {
    rebuild_queues();
    end_pauses();
  }
  if (other_room) {
    refresh_next_ = 0;
    refresh_end_ = agents_.size();
  }
}

void Router::on(const OfferRestored& in) {
  const Offer& offer = in.offer;
  TicketState* ticket = find_ticket(offer.ticket_id);
  const AgentState* agent = known_agent(offer.agent_id);
  const bool may_stand = rebuilding_ && ticket && agent && agent->presence == Presence::kAvailable &&
                         (ticket->standing == Standing::kWaiting || ticket->standing == Standing::kOffered) &&
                         wants_offers(*ticket);
  bool fits_now = false;
  if (may_stand) {
    if (ticket->offers.empty()) set_charge(*ticket);
    const AgentIndex index = intern(offer.agent_id);
    fits_now = fits(*agent, *ticket) && may_keep(*ticket, index) && !avoids(*ticket, index);
  }
  if (!fits_now) {
    effects_.emplace_back(OfferEnded{offer.id, offer.ticket_id, offer.agent_id, OfferEnd::kWithdrawn,
                                     "no longer possible after a change of leader"});
    return;
  }
  leave_line(*ticket);
  Offer restored = offer;
  restored.units = ticket->kind->units;
  put_offer(*ticket, intern(offer.agent_id), restored);
  enter_line(*ticket);
}

void Router::on(const RebuildFinished&) {
  if (!rebuilding_) return;
  rebuilding_ = false;
  // Nobody could accept while nobody led: every standing offer gets its full time again.
  tickets_.for_each([&](TicketState& ticket) {
    for (StandingOffer& standing : ticket.offers) {
      deadlines_.erase({standing.expires_at, DeadlineKind::kOfferExpires, standing.id});
      standing.expires_at = std::max(standing.expires_at, now_ + accept_timeout(ticket));
      deadlines_.insert({standing.expires_at, DeadlineKind::kOfferExpires, standing.id});
      mark_changed(standing.agent);
    }
  });
  for (QueueIndex queue = first_queue_; queue < queues_.size(); ++queue) {
    if (queues_[queue].closed) clear_closed_later(queue, now_);
  }
  for (const auto& [id, index] : agents_in_order_) {
    AgentState& agent = agents_[index];
    if (!agent.known || agent.presence == Presence::kOffline) {
      take_tickets_back(index, agent.known ? "its agent is offline" : "its agent has no record");
    } else if (agent.connections == 0) {
      arm_gone(agent);
    }
  }
  expire();
}

}  // namespace hark::routing
