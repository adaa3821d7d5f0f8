#include <algorithm>
#include <array>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

std::string counted(int n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string{n == 1 ? one : many};
}

/// What the agent lacks of a requirement, as a requirement: the parts of an `and` that are not met.
std::string lacking(const AgentSets& sets, AgentIndex agent, const Requirement& require) {
  if (require.kind != Requirement::Kind::kAnd) return to_text(without_weights(require));
  std::string text;
  for (const Requirement& part : require.parts) {
    if (sets.meets(agent, part)) continue;
    if (!text.empty()) text += ", ";
    text += to_text(without_weights(part));
  }
  return text;
}

/// They are there for it, now or after what they do now.
bool may_serve_in_time(Nearness nearness) {
  switch (nearness) {
    case Nearness::kOffered:
    case Nearness::kCouldTakeIt:
    case Nearness::kWaitsForAnother:
    case Nearness::kQueueClosed:
    case Nearness::kNoRoom:
    case Nearness::kAtCap:
    case Nearness::kWakingFirst:
    case Nearness::kWrappingUp:
    case Nearness::kRests:
    case Nearness::kLetItRunOut:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view name_of(ChoicePolicy choice) {
  switch (choice) {
    case ChoicePolicy::kLongestIdle:
      return "longest idle";
    case ChoicePolicy::kMostSpareCapacity:
      return "most spare capacity";
    case ChoicePolicy::kFewestOpen:
      return "fewest open";
    case ChoicePolicy::kBestProficiency:
      return "best proficiency, then longest idle";
    case ChoicePolicy::kLeastHandled:
      return "least handled";
    case ChoicePolicy::kTiers:
      return "first tier, then longest idle";
    case ChoicePolicy::kRoundRobin:
      return "longest without an offer";
    case ChoicePolicy::kRandom:
      return "drawn";
    case ChoicePolicy::kLeastTalkTime:
      return "least talk time";
  }
  return "";
}

std::string_view name_of(Nearness nearness) {
  switch (nearness) {
    case Nearness::kHolds:
      return "holds it";
    case Nearness::kOffered:
      return "is offered it";
    case Nearness::kCouldTakeIt:
      return "could take it";
    case Nearness::kWaitsForAnother:
      return "could take it, but it waits for somebody else";
    case Nearness::kQueueClosed:
      return "could take it, but its queue is closed";
    case Nearness::kNoRoom:
      return "without room";
    case Nearness::kAtCap:
      return "at the most of this channel";
    case Nearness::kWakingFirst:
      return "has a conversation to take back first";
    case Nearness::kWrappingUp:
      return "wrapping up";
    case Nearness::kRests:
      return "rests after an offer";
    case Nearness::kLetItRunOut:
      return "let it run out just now";
    case Nearness::kQueuePaused:
      return "paused for this queue, having let its offers run out";
    case Nearness::kDeclined:
      return "declined it";
    case Nearness::kNotOnChannel:
      return "does not take this channel";
    case Nearness::kAway:
      return "away";
    case Nearness::kOffline:
      return "offline";
    case Nearness::kTooSmall:
      return "too little capacity";
    case Nearness::kUnqualified:
      return "lacks what is required";
  }
  return "";
}

/// The first rule that keeps the agent from the ticket.
Candidate Router::judge(const TicketState& ticket, AgentIndex index, const Requirement& require) const {
  const AgentState& agent = agents_[index];
  const auto channel = static_cast<std::size_t>(ticket.kind->channel);
  const WorkClass work_class = class_of(*ticket.kind);
  const auto nearness = [&] {
    if (ticket.standing == Standing::kHeld && ticket.agent == index) return Nearness::kHolds;
    if (std::ranges::find(ticket.offers, index, &StandingOffer::agent) != ticket.offers.end())
      return Nearness::kOffered;
    if (!sets_.meets(index, require)) return Nearness::kUnqualified;
    if (std::ranges::find(ticket.special().declined, index) != ticket.special().declined.end())
      return Nearness::kDeclined;
    if (agent.capacity < ticket.kind->units) return Nearness::kTooSmall;
    if (agent.presence == Presence::kAway) return Nearness::kAway;
    if (agent.wraps_up_until && agent.presence == Presence::kAvailable) return Nearness::kWrappingUp;
    if (agent.presence == Presence::kOffline || agent.connections == 0) return Nearness::kOffline;
    if (((agent.channels >> channel) & 1) == 0) return Nearness::kNotOnChannel;
    if (agent.rests_until) return Nearness::kRests;
    if (ticket.special().wish != Wish::kByName && agent.is_paused_by(queues_[ticket.queue].rules.id))
      return Nearness::kQueuePaused;
    if (avoids(ticket, index)) return Nearness::kLetItRunOut;
    if (!agent.waking.empty()) return Nearness::kWakingFirst;
    if (tickets_beyond_cap(agent, ticket.kind->channel) >= 0) return Nearness::kAtCap;
    if (agent.loads.room(work_class) < ticket.kind->units) return Nearness::kNoRoom;
    if (ticket.in_reserved &&
        std::ranges::find(ticket.special().wanted, index) == ticket.special().wanted.end())
      return Nearness::kWaitsForAnother;
    if (ticket.plan && !ticket.in_reserved && queues_[ticket.queue].closed) return Nearness::kQueueClosed;
    return Nearness::kCouldTakeIt;
  }();
  std::string text{name_of(nearness)};
  if (nearness == Nearness::kUnqualified) text = "lacks " + lacking(sets_, index, require);
  if (nearness == Nearness::kUnqualified && sets_.meets_at_any_hour(index, require))
    text = "counts as of " + lacking(sets_, index, require) + " in its hours only";
  if (nearness == Nearness::kNoRoom) {
    text += ": " + std::to_string(agent.loads.room(work_class)) + " of " + std::to_string(agent.capacity) +
            " units free for " + std::string{name_of(ticket.kind->channel)};
    if (const auto label = classes_.label_among(ticket.kind->topics); !label.empty())
      (text += " about ") += label;
    text += ", " + std::to_string(ticket.kind->units) + " needed";
  }
  if (nearness == Nearness::kAtCap) {
    const int most = cap_of(agent, ticket.kind->channel);
    text = "has " + std::to_string(agent.tickets[channel]) + " of at most " + std::to_string(most) + " " +
           std::string{name_of(ticket.kind->channel)} + (most == 1 ? " ticket" : " tickets") +
           (most == agent.caps[channel] ? " (a cap of their own)" : "");
  }
  return {agent.id, nearness, std::move(text), 0};
}

std::string Router::explain(std::string_view ticket_id) const {
  const TicketState* found = find_ticket(ticket_id);
  if (!found) return "not open";
  const TicketState& ticket = *found;
  std::string notes;
  for (const std::string& note : {ticket.special().wish_note, ticket.kind->note}) {
    if (!note.empty()) notes += "; " + note;
  }
  switch (ticket.standing) {
    case Standing::kHeld: {
      if (ticket.load == Load::kWaking)
        return "waits for room with " + agents_[ticket.agent].id + ", who has it";
      const std::string by = interrupted_by(ticket);
      return "held by " + agents_[ticket.agent].id +
             (ticket.special().hold != Hold::kNone ? ", on hold"
              : ticket.load == Load::kIdle         ? ", its customer is silent"
                                                   : "") +
             (by.empty() ? "" : ", interrupted by " + by);
    }
    case Standing::kOffered: {
      std::string text = "offered to ";
      for (const StandingOffer& standing : ticket.offers) {
        if (&standing != &ticket.offers.front()) text += ", ";
        text += agents_[standing.agent].id;
      }
      return text + ": " + ticket.offers.front().explanation;
    }
    case Standing::kAccepting:
      return "accepted by " + agents_[ticket.offers.front().agent].id + ", being assigned";
    case Standing::kWaiting:
      break;
  }
  if (ticket.special().rests_until > now_) return "waits a moment: its last assignment was refused" + notes;
  if (ticket.in_reserved) {
    std::string who;
    for (const AgentIndex agent : ticket.special().wanted)
      (who += who.empty() ? "" : " or ") += agents_[agent].id;
    return "waits for " + who + ", who " +
           (ticket.special().wish == Wish::kByName  ? "was asked for by name"
            : ticket.special().wish == Wish::kHadIt ? "had it"
            : ticket.special().wish == Wish::kLive  ? "has other work of this customer"
                                                    : "knows the customer") +
           notes;
  }
  if (queues_[ticket.queue].closed)
    return "waits: queue " + queues_[ticket.queue].rules.id + " is closed" + notes;
  if (all_have_declined(ticket)) return "waits: " + explain_declines(ticket) + notes;
  return "waits: " + explain_waiting(ticket) + notes;
}

std::string Router::explain_waiting(const TicketState& ticket) const {
  const Requirement& require = stage_in_force(ticket).require;
  std::array<int, static_cast<std::size_t>(Nearness::kUnqualified) + 1> counts{};
  int known = 0, qualified = 0;
  for (AgentIndex index = 0; index < agents_.size(); ++index) {
    if (!agents_[index].known) continue;
    ++known;
    if (!sets_.meets(index, require)) continue;
    ++qualified;
    ++counts[static_cast<std::size_t>(judge(ticket, index, require).nearness)];
  }
  const bool as_asked = require == require_skills(ticket.kind->required_skills);
  const std::string need = require.kind == Requirement::Kind::kAny
                               ? ""
                               : " with " + (as_asked ? ticket.kind->needs : to_text(require));
  if (qualified == 0) return "none of " + counted(known, "agent", "agents") + need;
  std::string text = "of " + counted(qualified, "agent", "agents") + need;
  std::string_view separator = ": ";
  const auto add = [&](int n, std::string_view what) {
    if (n == 0) return;
    text += std::string{separator} + std::to_string(n) + " " + std::string{what};
    separator = ", ";
  };
  for (const Nearness nearness :
       {Nearness::kCouldTakeIt, Nearness::kNoRoom, Nearness::kAtCap, Nearness::kWakingFirst, Nearness::kAway,
        Nearness::kWrappingUp, Nearness::kOffline, Nearness::kNotOnChannel, Nearness::kRests,
        Nearness::kQueuePaused, Nearness::kDeclined, Nearness::kLetItRunOut}) {
    add(counts[static_cast<std::size_t>(nearness)], name_of(nearness));
  }
  add(counts[static_cast<std::size_t>(Nearness::kTooSmall)],
      "with less than " + counted(ticket.kind->units, "unit", "units") + " of capacity");
  return text;
}

std::optional<Explanation> Router::explain_fully(std::string_view ticket_id,
                                                 std::size_t candidates_max) const {
  const TicketState* found = find_ticket(ticket_id);
  if (!found) return std::nullopt;
  const TicketState& ticket = *found;
  Explanation out;
  out.ticket_id = ticket.id.str();
  out.summary = explain(ticket_id);
  out.queue_id = queues_[ticket.queue].rules.id;
  const bool waits_for_decliners = ticket.standing == Standing::kWaiting && all_have_declined(ticket);
  if (waits_for_decliners && settings_.declined_again > Duration{0})
    out.asked_again_at = ticket.special().asked_again_at;
  out.config_version = settings_.version;
  if (!ticket.offers.empty()) out.offer_config_version = ticket.offers.front().version;
  Requirement require = require_skills(ticket.kind->required_skills);
  if (ticket.plan) {
    const Stage& stage = stage_in_force(ticket);
    require = stage.require;
    out.step = stage.name;
    for (std::size_t next = ticket.stage == kNoStageYet ? 1 : ticket.stage + 1;
         next < ticket.plan->stages.size(); ++next) {
      if (ticket.plan->stages[next].kind != Stage::Kind::kRequire) continue;
      out.step_ends_at = ticket.queue_since + ticket.plan->stages[next].at;
      break;
    }
    for (LaneIndex lane = 0; lane < lanes_.size(); ++lane) {
      if (lanes_.at(lane).kind.queue != ticket.queue) continue;
      for (const WaitKey& key : lanes_.at(lane).line) {
        if (!(key < ticket.key)) break;
        ++out.ahead;
      }
    }
  }
  out.requirement = to_text(require);
  if (ticket.standing == Standing::kWaiting)
    for (const std::string& group : sets_.closed_groups(require)) out.closed_groups.push_back(group);
  std::vector<std::pair<Candidate, Rank>> all;
  const ChoicePolicy choice = queues_[ticket.queue].rules.choice;
  for (AgentIndex index = 0; index < agents_.size(); ++index) {
    if (!agents_[index].known) continue;
    all.emplace_back(judge(ticket, index, require), rank_for(ticket, index, choice, require));
  }
  out.agents = static_cast<int>(all.size());
  if (ticket.plan) {
    // Who serves a step that is to come may be there.
    const bool anybody = out.step_ends_at || std::ranges::any_of(all, [](const auto& judged) {
                           return may_serve_in_time(judged.first.nearness);
                         });
    out.estimate = estimate(queues_[ticket.queue], out.ahead, anybody);
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    if (a.first.nearness != b.first.nearness) return a.first.nearness < b.first.nearness;
    return a.second < b.second;
  });
  int rank = 0;
  for (auto& [candidate, unused] : all) {
    if (out.candidates.size() >= candidates_max) break;
    if (candidate.nearness == Nearness::kCouldTakeIt) candidate.rank = ++rank;
    out.candidates.push_back(std::move(candidate));
  }
  return out;
}

}  // namespace hark::routing
