#include "phone/core/asked.h"

#include <algorithm>

namespace hark::phone {

const Leg& customer_of(const Call& call) {
  static const Leg kNone;
  return call.legs.empty() ? kNone : call.legs.front();
}

const Leg* leg_of_assignment(const Call& call, std::int64_t token) {
  const auto* own = find_leg(call, agent_leg_id(call, token));
  if (!own) return nullptr;
  // Only the first assignment after that is what they were asked for.
  const auto is_first_after = [&](std::int64_t asked_by) {
    return std::ranges::none_of(call.legs,
                                [&](const Leg& leg) { return leg.token > asked_by && leg.token < token; });
  };
  for (const auto& leg : call.legs) {
    const bool theirs = leg.asked_by > 0 && leg.asked_by < token && leg.agent_id == own->agent_id;
    if (theirs && is_first_after(leg.asked_by) && talked_since(call, leg)) return &leg;
  }
  return own;
}

const Leg* asker_of(const Call& call, const Leg& leg) {
  return leg.asked_by > 0 ? leg_of_assignment(call, leg.asked_by) : nullptr;
}

std::optional<TimePoint> given_at(const Call& call, const Leg& leg) {
  if (leg.let_go && (!leg.answered || *leg.answered > *leg.let_go)) return std::nullopt;
  const auto open_at = [&](TimePoint at) {
    const auto before = [at](const std::optional<TimePoint>& fact) { return fact && *fact <= at; };
    return !before(leg.ended) && !before(leg.let_go) && !before(customer_of(call).ended);
  };
  if (leg.handed_over && open_at(*leg.handed_over)) return leg.handed_over;
  const auto* asker = asker_of(call, leg);
  if (asker && asker->answered && asker->ended && open_at(*asker->ended)) return asker->ended;
  return std::nullopt;
}

std::optional<TimePoint> talked_since(const Call& call, const Leg& leg) {
  if (!leg.answered) return std::nullopt;
  const auto& other = customer_of(call);
  auto since = *leg.answered;
  if (leg.asked_by > 0) {
    const auto given = given_at(call, leg);
    if (!given) return std::nullopt;
    since = std::max(since, *given);
  } else if (call.outbound) {
    if (!other.answered) return std::nullopt;
    since = std::max(since, *other.answered);
  }
  const bool made = leg.asked_by > 0 || call.outbound;
  if (made && leg.ended && *leg.ended < since) return std::nullopt;
  if (!call.outbound && other.ended && *other.ended < since) return std::nullopt;
  return since;
}

bool is_asked_now(const Call& call, const Leg& leg) {
  if (leg.asked_by == 0 || leg.ended || customer_of(call).ended) return false;
  if (given_at(call, leg)) return true;
  const auto* asker = asker_of(call, leg);
  return !leg.let_go && asker && asker->up();
}

bool failed_to_come(const Call& call, const Leg& leg, TimePoint now, Duration ring) {
  const auto given = given_at(call, leg);
  const auto* asker = asker_of(call, leg);
  if (!given || leg.answered || !asker || !asker->ended) return false;
  if (leg.ended) return *asker->ended <= *leg.ended;
  return leg.created && now >= *leg.created + ring;
}

}  // namespace hark::phone
