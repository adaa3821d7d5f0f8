#include <algorithm>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::string_view a_ticket_of(Channel channel) {
  switch (channel) {
    case Channel::kUnspecified:
      break;
    case Channel::kEmail:
      return "a mail";
    case Channel::kChat:
      return "a chat";
    case Channel::kSocial:
      return "a message";
    case Channel::kPhone:
      return "a call";
  }
  return "other work";
}

}  // namespace

WorkClass Router::class_of(WorkKind& kind) const {
  if (kind.classed_at != labels_number_) {
    kind.work_class = classes_.of(kind.channel, kind.topics);
    kind.classed_at = labels_number_;
  }
  return kind.work_class;
}

/// What was charged by other labels than today's counts as without one.
WorkClass Router::charged_class(const TicketState& ticket) const {
  if (ticket.charged_at == labels_number_) return ticket.charged_class;
  return routing::class_of(channel_of(ticket.charged_class));
}

/// From now on; nobody is charged for it.
void Router::set_charge(TicketState& ticket) const {
  ticket.charged_class = class_of(*ticket.kind);
  ticket.charged_units = ticket.kind->units;
  ticket.charged_at = labels_number_;
}

/// What is said of a ticket has changed, or the rules have: whoever is charged for it is so by what it is
/// now. Whether that is something else; who has too much by it is for the caller.
bool Router::charge_anew(TicketState& ticket) {
  const bool same =
      charged_class(ticket) == class_of(*ticket.kind) && ticket.charged_units == ticket.kind->units;
  if (same) {
    set_charge(ticket);
    return false;
  }
  const bool carried = ticket.standing == Standing::kHeld && ticket.load == Load::kActive;
  const auto charge_all = [&](int sign) {
    if (carried) charge(agents_[ticket.agent], ticket, sign);
    for (const StandingOffer& offer : ticket.offers) charge(agents_[offer.agent], ticket, sign);
  };
  charge_all(-1);
  set_charge(ticket);
  charge_all(1);
  if (carried) refresh(ticket.agent);
  for (StandingOffer& offer : ticket.offers) {
    offer.units = ticket.charged_units;
    refresh(offer.agent);
  }
  return true;
}

/// All that the agent has: before any of it is judged while other labels are taken on.
void Router::charge_anew(const AgentState& agent) {
  for (TicketState* ticket : agent.held) charge_anew(*ticket);
  for (TicketState* ticket : agent.offered) charge_anew(*ticket);
}

/// Until they are looked at again, all agents and lanes are without the labels of before: nobody has more
/// room by that than they really have.
void Router::take_labels_on(const WorkClasses& before) {
  ++labels_number_;
  lanes_.forget_labels();
  ready_.resize(1);
  ready_.resize(classes_.labels(), ready_.front());
  for (AgentIndex index = 0; index < agents_.size(); ++index) {
    AgentState& agent = agents_[index];
    agent.loads.change_labels(before.labels(), classes_.labels());
    const ClassMask plain = agent.roomy & kAllChannels;
    agent.roomy = 0;
    for (std::size_t label = 0; label < classes_.labels(); ++label)
      agent.roomy |= plain << (label * kChannels);
  }
}

/// What the agent's work may make step back, as far as it is under way.
ClassMask Router::classes_stepping_back(const AgentState& agent) const {
  ClassMask all = 0;
  for (const auto* tickets : {&agent.held, &agent.offered})
    for (const TicketState* ticket : *tickets) all |= classes_.stepping_back_for(charged_class(*ticket));
  return all;
}

/// What a held ticket has stepped back for, for people: "a call", "a mail about outage". Empty: for nothing.
std::string Router::interrupted_by(const TicketState& ticket) const {
  if (ticket.standing != Standing::kHeld || ticket.load != Load::kActive) return "";
  const AgentState& agent = agents_[ticket.agent];
  const WorkClass own = charged_class(ticket);
  const auto interrupts = [&](const TicketState* other) {
    const bool there = other->standing != Standing::kHeld || other->load == Load::kActive;
    return there && (classes_.stepping_back_for(charged_class(*other)) & mask_of_class(own)) != 0;
  };
  const auto held = std::ranges::find_if(agent.held, interrupts);
  const auto offered = std::ranges::find_if(agent.offered, interrupts);
  if (held == agent.held.end() && offered == agent.offered.end()) return "";
  const TicketState& other = held != agent.held.end() ? **held : **offered;
  const Channel channel = channel_of(charged_class(other));
  std::string text{a_ticket_of(channel)};
  const ChannelMask by_channel = settings_.channels[static_cast<std::size_t>(channel)].interrupts;
  if (channel == channel_of(own) || (by_channel & mask_of(channel_of(own))) == 0)
    (text += " about ") += classes_.label_among(other.kind->topics);
  return text;
}

}  // namespace hark::routing
