// What follows from the facts of a call: where it stands, and what has to be done.
#include <algorithm>

#include "phone/core/asked.h"
#include "phone/core/call.h"

namespace hark::phone {
namespace {

using Kind = Command::Kind;

/// Of the legs that talked: the one of the latest assignment, or the one that its agent asked for.
const Leg* last_talk(const Call& call) {
  const Leg* last = nullptr;
  for (std::size_t i = 1; i < call.legs.size(); ++i)
    if (talked_since(call, call.legs[i])) last = &call.legs[i];
  return last;
}

const Leg* talking(const Call& call) {
  const Leg* last = nullptr;
  for (std::size_t i = 1; i < call.legs.size(); ++i)
    if (talked_since(call, call.legs[i]) && !call.legs[i].ended) last = &call.legs[i];
  return last;
}

std::optional<TimePoint> first_talk(const Call& call) {
  std::optional<TimePoint> first;
  for (std::size_t i = 1; i < call.legs.size(); ++i) {
    const auto at = talked_since(call, call.legs[i]);
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

/// The leg of whoever has the ticket now.
const Leg* holders_leg(const Call& call) {
  if (call.holder.token <= call.released_token) return nullptr;
  return leg_of_assignment(call, call.holder.token);
}

/// Whoever has the ticket asked for the one who talks, or is that one.
bool has_the_ticket_of(const Call& call, const Leg& talk) {
  const auto* mine = holders_leg(call);
  return mine && (mine == &talk || mine == asker_of(call, talk));
}

/// The two who are connected with each other while the customer hears music.
bool is_consulted(const Call& call, const Leg& leg) {
  return is_asked_now(call, leg) && leg.up() && !given_at(call, leg);
}

const Leg* consulted(const Call& call) {
  const auto found = std::ranges::find_if(call.legs, [&](const Leg& leg) { return is_consulted(call, leg); });
  return found == call.legs.end() ? nullptr : &*found;
}

/// Since when whoever talks has the customer on hold. Being asked, and left again, ends a hold.
std::optional<TimePoint> held_since(const Call& call) {
  const auto* talk = talking(call);
  if (!talk) return std::nullopt;
  if (const auto* asked = consulted(call)) return asked->answered;
  if (!call.held || (call.unheld && *call.unheld >= *call.held) || *call.held < *talked_since(call, *talk))
    return std::nullopt;
  for (const auto& leg : call.legs)
    if (asker_of(call, leg) == talk && leg.answered && *leg.answered >= *call.held) return std::nullopt;
  return call.held;
}

bool on_tape(const Call& call) {
  return std::ranges::any_of(call.recordings, &Recording::voicemail) || call.done.contains("voicemail");
}

bool was_rung(const Call& call, const Leg& leg) {
  return call.done.contains("ring:" + leg.id) || leg.rang || leg.answered;
}

std::string why_not(const Leg& leg) {
  const auto& whose = leg.agent_id.empty() ? leg.endpoint : leg.agent_id;
  if (leg.endpoint.empty()) return whose + " has no phone in their record";
  if (!leg.ended || leg.end == LegEnd::kNoAnswer || leg.end == LegEnd::kHungUp)
    return "the phone of " + whose + " was not answered";
  auto words = "the phone of " + whose + ": " + words_of(leg.end);
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
    give_ticket();
    const auto& other = customer_of(call_);
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
    for (std::size_t i = 1; i < call_.legs.size(); ++i) ring_asked(call_.legs[i]);
    const auto* talk = talking(call_);
    if (talk) {
      want("connect:" + talk->id, Kind::kConnect, talk->id);
      for (std::size_t i = 1; i < call_.legs.size(); ++i) consult(*talk, call_.legs[i]);
    } else if (const auto* last = last_talk(call_)) {
      if (!after(*last)) return hang_up(other);
    }
    hold();
    // Who passed the call on stays until the next one talks.
    hang_up_agents(talk, talk && mine == asker_of(call_, *talk) ? nullptr : mine);
  }

  /// Whoever talked has left. False: so the call is over.
  bool after(const Leg& last) {
    for (std::size_t i = 1; i < call_.legs.size(); ++i) {
      const auto& asked = call_.legs[i];
      if (asker_of(call_, asked) != &last) continue;
      const bool failed = failed_to_come(call_, asked, now_, rules_.ring);
      if (!failed && !(is_asked_now(call_, asked) && !asked.answered)) continue;
      want("queue:" + asked.id, Kind::kQueue, call_.id);
      if (failed && has_the_ticket_of(call_, last))
        want("return:" + asked.id, Kind::kReturnTicket, agent_leg_id(call_, asked.asked_by), why_not(asked));
      return true;
    }
    if (has_the_ticket_of(call_, last)) return false;
    // Passed on: music until the next one comes.
    want("queue:" + last.id, Kind::kQueue, call_.id);
    return true;
  }

  void outbound() {
    if (call_.legs.size() < 2) return;
    const auto& agent = call_.legs[1];
    const auto& other = customer_of(call_);
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
      const bool asked = is_asked_now(call_, leg) && !talked_since(call_, leg);
      if (!leg.ended && was_rung(call_, leg) && &leg != but && &leg != nor && !asked)
        want("hangup:" + leg.id, Kind::kHangUp, leg.id);
    }
  }

  /// The agent's phone rings, or it did not come to a talk and the ticket goes on.
  void ring(const Leg& leg) {
    if (leg.answered) return;
    const bool late = !leg.created || now_ >= *leg.created + rules_.ring;
    if (!leg.ended && !leg.endpoint.empty() && !late) return want("ring:" + leg.id, Kind::kRingAgent, leg.id);
    if (!leg.ended && was_rung(call_, leg)) want("hangup:" + leg.id, Kind::kHangUp, leg.id);
    if (!call_.outbound)
      want("return:" + std::to_string(leg.token), Kind::kReturnTicket, leg.id, why_not(leg));
  }

  void ring_asked(const Leg& leg) {
    if (leg.asked_by == 0 || leg.ended || leg.answered) return;
    const bool late = !leg.created || now_ >= *leg.created + rules_.ring;
    if (is_asked_now(call_, leg) && !late) return want("ring:" + leg.id, Kind::kRingAgent, leg.id);
    if (was_rung(call_, leg)) want("hangup:" + leg.id, Kind::kHangUp, leg.id);
  }

  /// The two hear each other, the customer hears music; should the one who was asked leave, it is as before.
  void consult(const Leg& talk, const Leg& asked) {
    if (asker_of(call_, asked) != &talk) return;
    if (is_consulted(call_, asked)) {
      want("hold:" + asked.id, Kind::kHold, call_.id);
      want("consult:" + asked.id, Kind::kConnect, asked.id, {}, talk.id);
    } else if ((asked.ended || asked.let_go) && call_.done.contains("consult:" + asked.id)) {
      want("connect:" + talk.id + "," + asked.id, Kind::kConnect, talk.id);
    }
  }

  /// An agent who was asked has the customer: then the ticket as well, also if the customer has left since.
  void give_ticket() {
    for (std::size_t i = 1; i < call_.legs.size(); ++i) {
      const auto& leg = call_.legs[i];
      if (leg.asked_by == call_.holder.token && leg.asked_by > call_.released_token &&
          !leg.agent_id.empty() && talked_since(call_, leg))
        want("give:" + leg.id, Kind::kGiveTicket, leg.id);
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
  const auto& other = customer_of(call);
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
  for (const auto& leg : call.legs)
    if (is_asked_now(call, leg) && !leg.answered) at(leg.created, rules.ring);
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
    if (talking(call)) return held_since(call) ? CallState::kHeld : CallState::kAnswered;
    const auto* last = last_talk(call);
    const auto asked = std::ranges::find_if(call.legs, [&](const Leg& leg) {
      return asker_of(call, leg) == last && given_at(call, leg) && !leg.answered &&
             (!leg.ended || *last->ended <= *leg.ended);
    });
    if (asked != call.legs.end() && !asked->ended) return CallState::kOffered;
    if (call.outbound || (has_the_ticket_of(call, *last) && asked == call.legs.end()))
      return CallState::kAnswered;  // hanging up
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
  return leg && leg == holders_leg(call) ? call.holder.token : 0;
}

const Leg* talking_leg(const Call& call) { return talking(call); }

const Leg* asked_leg(const Call& call) {
  const auto* talk = talking(call);
  const auto found = std::ranges::find_if(call.legs, [&](const Leg& leg) {
    return is_asked_now(call, leg) && (!talk || asker_of(call, leg) == talk) && !talked_since(call, leg);
  });
  return found == call.legs.end() ? nullptr : &*found;
}

bool passed_on(const Call& call) {
  const auto* last = last_talk(call);
  return last && holders_leg(call) != last;
}

bool is_over(const Call& call) { return end_of(call).has_value(); }

bool tape_is_missing(const Call& call, TimePoint now, const Rules& rules) {
  return !call.outbound && rules.voicemail_after > Duration{0} && call.arrived &&
         now >= *call.arrived + rules.voicemail_after && !last_talk(call) &&
         std::ranges::none_of(call.recordings, &Recording::voicemail);
}

Progress progress_of(const Call& call) {
  Progress out;
  out.state = state_of(call);
  out.started = call.arrived;
  out.answered = first_talk(call);
  out.ended = end_of(call);
  const auto* talk = last_talk(call);
  const auto* leg = talk ? talk : holders_leg(call);
  if (leg) out.agent_id = leg->agent_id;
  if (talk && talk->agent_id.empty()) out.number = talk->endpoint;
  out.held = held_since(call);
  if (!out.ended) out.asked = asked_leg(call);
  const auto& other = customer_of(call);
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
  const auto& other = customer_of(call);
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
