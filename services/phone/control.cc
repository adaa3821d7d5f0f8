// What the agent who talks, or somebody for them, wants of a call.
#include "base/core/invalid.h"
#include "phone/core/number.h"
#include "phone/live_call.h"

namespace hark::phone {
namespace {

using Control = v1::ControlCallRequest;

Error not_now(std::string why) {
  return {Code::kFailedPrecondition, Reason::kIllegalTransition, std::move(why)};
}

std::string name_of(const Leg& leg) { return leg.agent_id.empty() ? leg.endpoint : leg.agent_id; }

/// The customer cannot be put on hold by who does not talk to them.
Result<bool> wished_hold(const Call& call, bool held) {
  const auto state = state_of(call);
  if (state != CallState::kAnswered && state != CallState::kHeld)
    return not_now("nobody talks, so nobody can be put on hold");
  if (const auto* asked = asked_leg(call); asked && asked->up())
    return not_now("the customer hears music while " + name_of(*asked) + " is asked");
  return held != (state == CallState::kHeld);
}

}  // namespace

Desk::LivePtr Desk::live_call_of(std::string_view entry_id) const {
  for (const auto& [key, live] : live_)
    if (!entry_id.empty() && live->kept.call.entry_id == entry_id && !is_over(live->kept.call)) return live;
  return nullptr;
}

Task<Result<v1::Call>> Desk::control(v1::ControlCallRequest request) {
  const auto live = live_call_of(request.entry_id());
  if (!live) co_return Error{Code::kNotFound, Reason::kEntryNotFound, "that call is over"};
  const auto& call = live->kept.call;
  if (!request.by_agent_id().empty() && progress_of(call).agent_id != request.by_agent_id())
    co_return Error{Code::kPermissionDenied, Reason::kPermissionDenied,
                    "only who is on the call can do that"};
  const auto now = world_.clock.now();
  switch (request.action()) {
    case Control::ACTION_HANG_UP:
      HARK_CO_TRY_VOID(co_await tell(live, {"", now, HangUpWished{}}));
      break;
    case Control::ACTION_HOLD:
    case Control::ACTION_UNHOLD: {
      const bool held = request.action() == Control::ACTION_HOLD;
      HARK_CO_TRY(const bool fresh, wished_hold(call, held));
      if (fresh) HARK_CO_TRY_VOID(co_await tell(live, {"", now, Held{held, true}}));
      break;
    }
    case Control::ACTION_CONSULT:
    case Control::ACTION_PASS_ON:
      HARK_CO_TRY_VOID(co_await ask(live, std::move(request)));
      break;
    case Control::ACTION_HAND_OVER:
    case Control::ACTION_TAKE_BACK: {
      const auto* asked = asked_leg(call);
      if (!asked) co_return not_now("nobody is asked");
      Event event{asked->id, now, HandsOver{}};
      if (request.action() == Control::ACTION_TAKE_BACK) event.what = LetsGo{};
      HARK_CO_TRY_VOID(co_await tell(live, std::move(event)));
      break;
    }
    default:
      co_return invalid("action: is not set");
  }
  co_return to_call(live->kept);
}

/// The phone of whoever is asked, or to whom the call is passed on, rings.
Task<Status> Desk::ask(LivePtr live, v1::ControlCallRequest request) {
  const auto& call = live->kept.call;
  if (call.outbound) co_return not_now("a call back cannot be passed on");
  const bool pass_on = request.action() == Control::ACTION_PASS_ON;
  HARK_CO_TRY(auto asks, co_await whom_to_ask(live, std::move(request)));
  const auto* asked = asked_leg(call);
  if (asked && asked->endpoint != asks.endpoint) co_return not_now(name_of(*asked) + " is asked already");
  asks.token = talking_token(call);
  if (asks.token == 0) co_return not_now("nobody talks who could ask, or pass the call on");
  const auto id = asked ? asked->id : asked_leg_id(call);
  const auto now = world_.clock.now();
  if (!asked) HARK_CO_TRY_VOID(co_await tell(live, {id, now, std::move(asks)}));
  if (!pass_on) co_return Status{};
  co_return co_await tell(live, {id, now, HandsOver{}});
}

Task<Result<Asks>> Desk::whom_to_ask(LivePtr live, v1::ControlCallRequest request) {
  if (request.agent_id().empty() || request.action() == Control::ACTION_PASS_ON) {
    auto number = callable_number(request.number(), world_.settings.region);
    if (!number) {
      co_return Error{Code::kInvalidArgument, Reason::kAddressInvalid,
                      "number: '" + request.number() + "' is none that can be called"};
    }
    co_return Asks{0, {}, *std::move(number)};
  }
  const auto& agent = request.agent_id();
  HARK_CO_TRY(auto reach, co_await world_.agents.reach_of(agent));
  const auto& call = live->kept.call;
  if (reach.phone.empty()) {
    co_return Error{Code::kNotFound, Reason::kAgentNotFound,
                    "agent_id: there is no agent '" + agent + "', or they have no phone in their record"};
  }
  if (agent == progress_of(call).agent_id) co_return not_now(agent + " is on this call already");
  if (on_the_phone(agent, call)) co_return not_now(agent + " is on another call");
  co_return Asks{0, agent, std::move(reach.phone)};
}

}  // namespace hark::phone
