#include "phone/core/call.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hark::phone {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

bool earliest(std::optional<TimePoint>& fact, TimePoint at) {
  if (fact && *fact <= at) return false;
  fact = at;
  return true;
}

bool latest(std::optional<TimePoint>& fact, TimePoint at) {
  if (fact && *fact >= at) return false;
  fact = at;
  return true;
}

/// What somebody saw goes before what was only missed later; then the earlier.
bool end_leg(Leg& leg, TimePoint at, LegEnd how, const std::string& detail) {
  const auto rank = [](LegEnd end, TimePoint when, const std::string& words) {
    return std::tuple{end == LegEnd::kLost, when, end, words};
  };
  if (leg.ended && rank(leg.end, *leg.ended, leg.detail) <= rank(how, at, detail)) return false;
  leg.ended = at;
  leg.end = how;
  leg.detail = detail;
  return true;
}

void sort_legs(Call& call) {
  std::ranges::sort(call.legs.begin() + 1, call.legs.end(), {}, [](const Leg& leg) {
    return std::tuple{leg.token + leg.asked_by, std::string_view{leg.id}};
  });
}

/// The leg of that id; made if it is new, for reports may come before what they are about. Null: too many.
Leg* leg_of(Call& call, std::string_view id) {
  if (call.legs.empty()) call.legs.push_back({.id = call.id});
  if (id.empty()) id = call.id;
  const auto found = std::ranges::find(call.legs, id, &Leg::id);
  if (found != call.legs.end()) return &*found;
  if (call.legs.size() >= kLegsMax) return nullptr;
  call.legs.push_back({.id = std::string{id}});
  sort_legs(call);
  return &*std::ranges::find(call.legs, id, &Leg::id);
}

bool fill(std::string& field, const std::string& value) {
  if (value.empty() || value == field) return false;
  // Two reports that differ: the smaller text, so that their order does not matter.
  if (!field.empty() && field < value) return false;
  field = value;
  return true;
}

bool assign(Call& call, const Holder& holder, TimePoint at) {
  auto* leg = leg_of(call, agent_leg_id(call, holder.token));
  if (!leg) return false;
  bool fresh = earliest(leg->created, at);
  if (leg->agent_id.empty()) {
    leg->agent_id = holder.agent_id;
    leg->endpoint = holder.endpoint;
    leg->token = holder.token;
    sort_legs(call);
    fresh = true;
  }
  if (holder.token > call.holder.token) {
    call.holder = holder;
    fresh = true;
  }
  return fresh;
}

bool ask(Call& call, Leg& leg, const Asks& asks, TimePoint at) {
  bool fresh = earliest(leg.created, at);
  if (leg.asked_by == 0 && leg.token == 0 && leg.id != call.id) {
    leg.asked_by = asks.token;
    leg.agent_id = asks.agent_id;
    leg.endpoint = asks.endpoint;
    sort_legs(call);
    fresh = true;
  }
  return fresh;
}

bool record(Call& call, const Recording& recording) {
  const auto at = std::ranges::lower_bound(call.recordings, recording.id, {}, &Recording::id);
  if (at == call.recordings.end() || at->id != recording.id) {
    if (call.recordings.size() >= kRecordingsMax) return false;
    call.recordings.insert(at, recording);
    return true;
  }
  // A transcript comes later than its recording.
  bool fresh = fill(at->url, recording.url);
  fresh |= fill(at->transcript, recording.transcript);
  if (recording.seconds > at->seconds) fresh = (at->seconds = recording.seconds, true);
  if (recording.voicemail && !at->voicemail) fresh = at->voicemail = true;
  return fresh;
}

bool finish(Call& call, const CommandDone& done, TimePoint at) {
  const bool fresh = call.done.insert(done.id).second;
  if (!fresh || !done.failed) return fresh;
  const std::string_view id = done.id;
  if (id.starts_with("ring:")) {
    if (auto* leg = leg_of(call, id.substr(5))) end_leg(*leg, at, LegEnd::kFailed, done.detail);
  } else if (id == "dial") {
    end_leg(*leg_of(call, {}), at, LegEnd::kFailed, done.detail);
  } else if (call.hold_wished && id == "hold:" + std::to_string(to_ms(*call.hold_wished))) {
    latest(call.unheld, at);  // so the customer still hears the agent
  } else if (id == "hangup" || id.starts_with("hangup:")) {
    // What cannot be hung up is not there any more.
    if (auto* leg = leg_of(call, id == "hangup" ? std::string_view{} : id.substr(7)))
      end_leg(*leg, at, LegEnd::kLost, done.detail);
  }
  return true;
}

}  // namespace

std::string agent_leg_id(const Call& call, std::int64_t token) {
  return call.id + ".a" + std::to_string(token);
}

std::string asked_leg_id(const Call& call) {
  const auto asked = std::ranges::count_if(call.legs, [](const Leg& leg) { return leg.asked_by > 0; });
  return call.id + ".c" + std::to_string(asked + 1);
}

const Leg* find_leg(const Call& call, std::string_view id) {
  const auto found = std::ranges::find(call.legs, id.empty() ? std::string_view{call.id} : id, &Leg::id);
  return found == call.legs.end() ? nullptr : &*found;
}

bool apply(Call& call, const Event& event) {
  auto* leg = leg_of(call, event.leg_id);
  if (!leg) return false;
  const auto at = event.at;
  return std::visit(Overloaded{
                        [&](const Arrived& arrived) {
                          bool fresh = earliest(call.arrived, at);
                          fresh |= fill(call.from, arrived.from);
                          fresh |= fill(call.to, arrived.to);
                          fresh |= fill(call.name, arrived.name);
                          return fresh;
                        },
                        [&](const Rang&) { return earliest(leg->rang, at); },
                        [&](const Answered&) { return earliest(leg->answered, at); },
                        [&](const Ended& ended) { return end_leg(*leg, at, ended.how, ended.detail); },
                        [&](const Held& held) {
                          const bool fresh = latest(held.held ? call.held : call.unheld, at);
                          return (held.wished && latest(call.hold_wished, at)) || fresh;
                        },
                        [&](const Recorded& recorded) { return record(call, recorded.recording); },
                        [&](const Named& named) { return fill(leg->native_id, named.native_id); },
                        [&](const Accepted& accepted) {
                          bool fresh = fill(call.entry_id, accepted.entry_id);
                          fresh |= fill(call.conversation_id, accepted.conversation_id);
                          if (!call.ticket_since) fresh |= fill(call.ticket_id, accepted.ticket_id);
                          return fresh;
                        },
                        [&](const OtherTicket& other) {
                          if (!latest(call.ticket_since, at)) return false;
                          call.ticket_id = other.ticket_id;
                          call.ticket_after_token = other.after_token;
                          return true;
                        },
                        [&](const Assigned& assigned) { return assign(call, assigned.holder, at); },
                        [&](const Released& released) {
                          if (released.token <= call.released_token) return false;
                          call.released_token = released.token;
                          return true;
                        },
                        [&](const HangUpWished&) { return !std::exchange(call.hang_up_wished, true); },
                        [&](const Asks& asks) { return ask(call, *leg, asks, at); },
                        [&](const HandsOver&) { return earliest(leg->handed_over, at); },
                        [&](const LetsGo&) { return earliest(leg->let_go, at); },
                        [&](const CommandDone& done) { return finish(call, done, at); },
                    },
                    event.what);
}

Call outbound_call(std::string account, std::string id, std::string our_number, std::string customer_number,
                   Holder agent, TimePoint now) {
  Call call;
  call.account = std::move(account);
  call.id = std::move(id);
  call.outbound = true;
  call.from = std::move(our_number);
  call.to = std::move(customer_number);
  call.arrived = now;
  agent.token = 1;
  assign(call, agent, now);
  return call;
}

std::string words_of(LegEnd end) {
  switch (end) {
    case LegEnd::kBusy:
      return "busy";
    case LegEnd::kNoAnswer:
      return "no answer";
    case LegEnd::kRejected:
      return "refused";
    case LegEnd::kFailed:
      return "could not be reached";
    case LegEnd::kLost:
      return "the line was lost";
    default:
      return "hung up";
  }
}

}  // namespace hark::phone
