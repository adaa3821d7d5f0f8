// What follows from the facts of a call: where it stands, and what has to be done.
#include <algorithm>

#include "phone/core/call.h"

namespace hark::phone {
namespace {

using Kind = Command::Kind;

const Leg& customer(const Call& call) {
  static const Leg kNone;
  return call.legs.empty() ? kNone : call.legs.front();
}

/// This agent was asked by the one who talks, and the customer has not become theirs.
bool only_consulted(const Call& call, const Leg& leg) {
  if (call.consult_token == 0 || leg.token <= call.consult_token) return false;
  if (call.handed_over_token >= call.consult_token) return false;
  const auto* asks = find_leg(call, agent_leg_id(call, call.consult_token));
  if (!asks || !asks->answered) return false;
  // Whoever asks and hangs up hands over, to who is still there.
  const auto& other = customer(call);
  return !asks->ended || (leg.ended && *leg.ended <= *asks->ended) ||
         (other.ended && *other.ended <= *asks->ended);
}

/// Customer and this agent have heard each other.
bool talked(const Call& call, const Leg& leg) {
  const auto& other = customer(call);
  if (!leg.answered || only_consulted(call, leg)) return false;
  if (!call.outbound) return !other.ended || *leg.answered <= *other.ended;
  return other.answered && (!leg.ended || *other.answered <= *leg.ended);
}

/// Of the agents' legs that talked: the one of the latest assignment.
const Leg* last_talk(const Call& call) {
  const Leg* last = nullptr;
  for (std::size_t i = 1; i < call.legs.size(); ++i)
    if (talked(call, call.legs[i])) last = &call.legs[i];
  return last;
}

const Leg* talking(const Call& call) {
  const Leg* last = nullptr;
  for (std::size_t i = 1; i < call.legs.size(); ++i)
    if (talked(call, call.legs[i]) && !call.legs[i].ended) last = &call.legs[i];
  return last;
}

std::optional<TimePoint> first_talk(const Call& call) {
  std::optional<TimePoint> first;
  for (std::size_t i = 1; i < call.legs.size(); ++i) {
    const auto& leg = call.legs[i];
    if (!talked(call, leg)) continue;
    const auto at = call.outbound ? std::max(*leg.answered, *customer(call).answered) : *leg.answered;
    if (!first || at < *first) first = at;
  }
  return first;
}

/// The leg of whoever has the ticket now.
const Leg* holders_leg(const Call& call) {
  if (call.holder.token <= call.released_token) return nullptr;
  return find_leg(call, agent_leg_id(call, call.holder.token));
}

bool on_tape(const Call& call) {
  return std::ranges::any_of(call.recordings, &Recording::voicemail) || call.done.contains("voicemail");
}

bool held(const Call& call) { return call.held && (!call.unheld || *call.unheld < *call.held); }

bool was_rung(const Call& call, const Leg& leg) {
  return call.done.contains("ring:" + leg.id) || leg.rang || leg.answered;
}

std::string why_not(const Leg& leg) {
  if (leg.endpoint.empty()) return leg.agent_id + " has no phone in their record";
  if (leg.answered) return leg.agent_id + " was asked and did not take the call";
  if (!leg.ended || leg.end == LegEnd::kNoAnswer || leg.end == LegEnd::kHungUp)
    return "the phone of " + leg.agent_id + " was not answered";
  auto words = "the phone of " + leg.agent_id + ": " + words_of(leg.end);
  return leg.detail.empty() ? words : words + " (" + leg.detail + ")";
}

class Due {
 public:
  Due(const Call& call, TimePoint now, const Rules& rules) : call_{call}, now_{now}, rules_{rules} {}

  std::vector<Command> take() {
    call_.outbound ? outbound() : inbound();
    return std::move(out_);
  }

 private:
  void inbound() {
    if (call_.entry_id.empty()) return;  // not on record yet
    const auto& other = customer(call_);
    if (other.ended) return hang_up_agents(nullptr, nullptr);
    if (lost() || call_.hang_up_wished) {
      hang_up(other);
      return hang_up_agents(nullptr, nullptr);
    }
    want("queue", Kind::kQueue, call_.id);
    announce();
    if (wants_voicemail()) want("voicemail", Kind::kTakeVoicemail, call_.id);
    if (std::ranges::any_of(call_.recordings, &Recording::voicemail)) hang_up(other);
    if (on_tape(call_)) return hang_up_agents(nullptr, nullptr);
    const auto* mine = holders_leg(call_);
    if (mine) ring(*mine);
    const auto* talk = talking(call_);
    if (talk) {
      want("connect:" + talk->id, Kind::kConnect, talk->id);
      if (mine && mine != talk) consult(*talk, *mine);
    } else if (const auto* last = last_talk(call_)) {
      if (mine == last) return hang_up(other);
      // Passed on, and the agent has left: music until the next one comes.
      want("queue:" + std::to_string(last->token), Kind::kQueue, call_.id);
    }
    hold();
    // Who passed the call on stays until the next one talks.
    hang_up_agents(talk, mine);
  }

  void outbound() {
    if (call_.legs.size() < 2) return;
    const auto& agent = call_.legs[1];
    const auto& other = customer(call_);
    if (agent.ended || call_.hang_up_wished || lost()) {
      if (call_.done.contains("dial") || other.answered) hang_up(other);
      return hang_up_agents(nullptr, nullptr);
    }
    if (other.ended) return hang_up_agents(nullptr, nullptr);
    if (!agent.answered) return ring(agent);
    want("dial", Kind::kDialCustomer, call_.id);
    if (other.answered) want("connect:" + agent.id, Kind::kConnect, agent.id);
    hold();
  }

  void want(std::string id, Kind kind, const std::string& leg, std::string detail = {},
            std::string other = {}) {
    if (call_.done.contains(id)) return;
    out_.push_back({std::move(id), kind, leg, std::move(other), std::move(detail)});
  }

  void hang_up(const Leg& customer) {
    if (!customer.ended) want("hangup", Kind::kHangUp, customer.id);
  }

  void hang_up_agents(const Leg* but, const Leg* nor) {
    for (std::size_t i = 1; i < call_.legs.size(); ++i) {
      const auto& leg = call_.legs[i];
      if (!leg.ended && was_rung(call_, leg) && &leg != but && &leg != nor)
        want("hangup:" + leg.id, Kind::kHangUp, leg.id);
    }
  }

  /// The agent's phone rings, or it did not come to a talk and the ticket goes on.
  void ring(const Leg& leg) {
    if (leg.answered && !(leg.ended && only_consulted(call_, leg))) return;
    const bool late = !leg.created || now_ >= *leg.created + rules_.ring;
    if (!leg.ended && !leg.endpoint.empty() && !late) return want("ring:" + leg.id, Kind::kRingAgent, leg.id);
    if (!leg.ended && was_rung(call_, leg)) want("hangup:" + leg.id, Kind::kHangUp, leg.id);
    if (!call_.outbound)
      want("return:" + std::to_string(leg.token), Kind::kReturnTicket, leg.id, why_not(leg));
  }

  /// The two agents hear each other, the customer hears music; should the one who was asked leave, it is as
  /// before.
  void consult(const Leg& asks, const Leg& asked) {
    if (asked.up() && only_consulted(call_, asked)) {
      want("hold:" + asked.id, Kind::kHold, call_.id);
      want("consult:" + asked.id, Kind::kConnect, asked.id, {}, asks.id);
    } else if (asked.ended && call_.done.contains("consult:" + asked.id)) {
      want("connect:" + asks.id + "," + asked.id, Kind::kConnect, asks.id);
    }
  }

  void hold() {
    if (!call_.hold_wished) return;
    const auto at = std::to_string(to_ms(*call_.hold_wished));
    if (call_.held == call_.hold_wished) want("hold:" + at, Kind::kHold, call_.id);
    if (call_.unheld == call_.hold_wished) want("unhold:" + at, Kind::kUnhold, call_.id);
  }

  /// Only the one that is due now: what was missed is not said later.
  void announce() {
    if (rules_.announce_every <= Duration{0} || !call_.arrived || state_of(call_) != CallState::kQueued)
      return;
    const auto count = (now_ - *call_.arrived) / rules_.announce_every;
    if (count > 0) want("announce:" + std::to_string(count), Kind::kAnnounce, call_.id);
  }

  [[nodiscard]] bool wants_voicemail() const {
    return rules_.voicemail_after > Duration{0} && call_.arrived && !last_talk(call_) &&
           !(holders_leg(call_) && !holders_leg(call_)->ended) &&
           now_ >= *call_.arrived + rules_.voicemail_after;
  }

  [[nodiscard]] bool lost() const { return call_.arrived && now_ >= *call_.arrived + rules_.life; }

  const Call& call_;
  TimePoint now_;
  const Rules& rules_;
  std::vector<Command> out_;
};

std::optional<TimePoint> end_of(const Call& call) {
  const auto& other = customer(call);
  if (!call.outbound) return other.ended;
  // Over when nobody is left who could hear the other.
  const auto* agent = call.legs.size() > 1 ? &call.legs[1] : nullptr;
  if (agent && agent->ended && other.ended) return std::min(*agent->ended, *other.ended);
  if (agent && agent->ended && !call.done.contains("dial") && !other.answered) return agent->ended;
  return other.ended;
}

}  // namespace

std::vector<Command> due(const Call& call, TimePoint now, const Rules& rules) {
  return Due{call, now, rules}.take();
}

std::optional<TimePoint> next_deadline(const Call& call, TimePoint now, const Rules& rules) {
  std::optional<TimePoint> next;
  const auto at = [&](std::optional<TimePoint> since, Duration after) {
    if (!since || *since + after <= now) return;
    if (!next || *since + after < *next) next = *since + after;
  };
  if (is_over(call)) return next;
  if (const auto* leg = holders_leg(call); leg && !leg->answered) at(leg->created, rules.ring);
  if (!call.outbound && rules.voicemail_after > Duration{0}) at(call.arrived, rules.voicemail_after);
  if (!call.outbound && rules.announce_every > Duration{0} && call.arrived &&
      state_of(call) == CallState::kQueued) {
    at(call.arrived, ((now - *call.arrived) / rules.announce_every + 1) * rules.announce_every);
  }
  at(call.arrived, rules.life);
  return next;
}

CallState state_of(const Call& call) {
  const bool over = end_of(call).has_value();
  if (last_talk(call)) {
    if (over) return CallState::kEnded;
    const auto* mine = holders_leg(call);
    const bool asks = mine && mine->up() && only_consulted(call, *mine);
    if (talking(call)) return held(call) || asks ? CallState::kHeld : CallState::kAnswered;
    if (call.outbound || holders_leg(call) == last_talk(call)) return CallState::kAnswered;  // hanging up
  } else if (over) {
    if (call.outbound) return CallState::kUnanswered;
    return std::ranges::any_of(call.recordings, &Recording::voicemail) ? CallState::kVoicemail
                                                                       : CallState::kAbandoned;
  }
  if (call.outbound) return CallState::kDialing;
  if (on_tape(call)) return CallState::kVoicemail;
  if (const auto* leg = holders_leg(call); leg && !leg->ended && !leg->endpoint.empty())
    return CallState::kOffered;
  return call.entry_id.empty() ? CallState::kRinging : CallState::kQueued;
}

std::int64_t talking_token(const Call& call) {
  const auto* leg = talking(call);
  return leg ? leg->token : 0;
}

bool passed_on(const Call& call) {
  const auto* last = last_talk(call);
  return last && holders_leg(call) != last;
}

bool is_over(const Call& call) { return end_of(call).has_value(); }

Progress progress_of(const Call& call) {
  Progress out;
  out.state = state_of(call);
  out.started = call.arrived;
  out.answered = first_talk(call);
  out.ended = end_of(call);
  const auto* talk = last_talk(call);
  const auto* leg = talk ? talk : holders_leg(call);
  if (leg) out.agent_id = leg->agent_id;
  const auto& other = customer(call);
  if (out.ended) {
    const bool lost = other.end == LegEnd::kLost;
    const bool by_agent = leg && leg->ended && (!other.ended || *leg->ended < *other.ended);
    out.ended_by = lost ? "system" : by_agent && (talk || call.outbound) ? "agent" : "customer";
  }
  if (out.state == CallState::kUnanswered)
    out.detail = outcome_of(call).value_or(Outcome{}).detail;
  else if (other.end == LegEnd::kLost)
    out.detail = words_of(other.end);
  return out;
}

std::optional<Outcome> outcome_of(const Call& call) {
  using K = Outcome::Kind;
  if (last_talk(call)) return Outcome{K::kTalked, {}};
  if (!end_of(call)) return std::nullopt;
  const auto& other = customer(call);
  const auto& agent = call.legs.back();
  if (!agent.answered) return Outcome{K::kFailed, why_not(agent)};
  if (agent.ended && (!other.ended || *agent.ended < *other.ended))
    return Outcome{K::kFailed, agent.agent_id + " hung up before the customer answered"};
  auto words = words_of(other.end);
  if (!other.detail.empty()) words += " (" + other.detail + ")";
  const bool never = other.end == LegEnd::kFailed;
  return Outcome{never ? K::kFailed : K::kTryAgain, std::move(words)};
}

}  // namespace hark::phone
