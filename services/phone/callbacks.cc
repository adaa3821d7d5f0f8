// A reply to a call is a call back: the agent's phone first, then the customer's.
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/log/log.h"
#include "phone/core/number.h"
#include "phone/live_call.h"

namespace hark::phone {
namespace {

/// The lease comes again after this long should this process end meanwhile; no call rings longer.
constexpr Duration kRingingFor = std::chrono::minutes{5};

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

/// "Latvia"; a code that nobody knows stays as it is.
std::string country_name(const std::string& region) {
  icu::UnicodeString name;
  icu::Locale{"", region.c_str()}.getDisplayCountry(icu::Locale::getEnglish(), name);
  std::string out;
  return name.toUTF8String(out);
}

}  // namespace

void Desk::take(v1::Lease lease) { world_.tasks.spawn("call back", call_back(std::move(lease))); }

Task<> Desk::call_back(v1::Lease lease) {
  auto receipt = co_await begin_callback(lease);
  if (receipt.state() == v1::DELIVERY_STATE_UNSPECIFIED) co_return;  // the lease runs out and comes again
  receipt.set_lease_id(lease.lease_id());
  receipt.set_entry_id(lease.message().entry_id());
  logger().info("call back", {{"entry", receipt.entry_id()},
                              {"state", v1::DeliveryState_Name(receipt.state())},
                              {"detail", receipt.detail()}});
  static_cast<void>(co_await send(std::move(receipt)));  // lost: the lease runs out and comes again
}

Task<v1::Receipt> Desk::begin_callback(const v1::Lease& lease) {
  const auto& message = lease.message();
  v1::Receipt receipt;
  const auto now = world_.clock.now();
  const auto refuse = [&](std::string why) {
    receipt.set_state(v1::DELIVERY_STATE_FAILED);
    receipt.set_detail(std::move(why));
    return receipt;
  };
  const auto* account = world_.settings.account(message.account_id());
  if (!account)
    co_return refuse("account '" + message.account_id() + "' is no phone number of ours any more");
  const auto number = callable_number(message.to().address(), world_.settings.region);
  if (!number) co_return refuse("the customer's number was withheld, or is none that can be called");
  if (message.agent_id().empty()) co_return refuse("only an agent can call back: their phone rings first");

  const auto tried = co_await world_.store.tries(account->id, message.entry_id(), false);
  if (!tried.ok()) co_return receipt;
  const auto id_of = [&](int attempt) {
    return "back-" + message.entry_id() + "-" + std::to_string(attempt);
  };
  if (find(account->id, id_of(*tried))) {  // on the way already
    if (auto live = live_.at({account->id, id_of(*tried)}); !live->kept.receipt_sent)
      live->kept.lease_id = lease.lease_id();
    receipt.set_state(v1::DELIVERY_STATE_QUEUED);
    receipt.set_retry_at_ms(to_ms(now + kRingingFor));
    co_return receipt;
  }

  const auto zones = zones_.find(region_of(*number));
  const auto at =
      zones == zones_.end() ? now : may_call_at(now, world_.settings.callback_hours, zones->second);
  if (at > now) {
    receipt.set_state(v1::DELIVERY_STATE_QUEUED);
    receipt.set_retry_at_ms(to_ms(at));
    receipt.set_detail("quiet hours in " + country_name(region_of(*number)));
    co_return receipt;
  }
  auto reach = co_await world_.agents.reach_of(message.agent_id());
  if (!reach.ok()) co_return receipt;
  if (reach->phone.empty()) co_return refuse(message.agent_id() + " has no phone in their record");

  // Conversation gives its word before any phone rings: whoever was heard meanwhile is not called.
  const auto wanted = co_await is_wanted(message.entry_id(), lease.lease_id());
  if (!wanted.ok() || !*wanted) co_return receipt;
  const auto attempt = co_await world_.store.tries(account->id, message.entry_id(), true);
  if (!attempt.ok()) co_return receipt;
  KeptCall kept;
  kept.call = outbound_call(account->id, id_of(*attempt), account->number, *number,
                            {message.agent_id(), std::move(reach->phone), 0}, now);
  kept.call.conversation_id = message.conversation_id();
  kept.call.entry_id = message.entry_id();
  kept.attempt = *attempt;
  kept.lease_id = lease.lease_id();
  kept.version = 1;
  callbacks_.add();
  const auto live = put(std::move(kept));
  if (!(co_await save(live)).ok())
    logger().warning("a call back is not kept yet", {{"entry", message.entry_id()}});
  receipt.set_state(v1::DELIVERY_STATE_QUEUED);
  receipt.set_retry_at_ms(to_ms(now + kRingingFor));
  receipt.set_detail("the phone of " + message.agent_id() + " rings, then the customer's");
  co_return receipt;
}

/// Asks conversation by a receipt, which it refuses from the moment on in which the customer is heard.
Task<Result<bool>> Desk::is_wanted(std::string entry_id, std::string lease_id) {
  v1::Receipt receipt;
  receipt.set_entry_id(std::move(entry_id));
  receipt.set_lease_id(std::move(lease_id));
  receipt.set_state(v1::DELIVERY_STATE_QUEUED);
  receipt.set_retry_at_ms(to_ms(world_.clock.now() + kRingingFor));
  const auto reported = co_await world_.conversation.report(std::move(receipt));
  if (!reported.ok() && reported.error().reason == Reason::kWithdrawn) co_return false;
  // What conversation does not know any more is nobody's to withdraw.
  if (reported.ok() || reported.error().code == Code::kNotFound) co_return true;
  co_return reported.error();
}

/// The agent's phone has rung for some time: asks once more before the customer's does.
Task<Status> Desk::dial_if_wanted(LivePtr live, Command command) {
  HARK_CO_TRY(const bool wanted, co_await is_wanted(live->kept.call.entry_id, live->kept.lease_id));
  if (!wanted) co_return co_await call_off(live);
  const auto still = due(live->kept.call, world_.clock.now(), world_.settings.rules);
  if (std::ranges::find(still, command.id, &Command::id) == still.end()) co_return Status{};
  co_return co_await order(live, std::move(command));
}

Task<Result<bool>> Desk::may_dial(std::string account, std::string call) {
  const auto found = live_.find({std::move(account), std::move(call)});
  if (found == live_.end()) co_return false;
  const auto live = found->second;
  HARK_CO_TRY(const bool wanted, co_await is_wanted(live->kept.call.entry_id, live->kept.lease_id));
  if (!wanted) HARK_CO_TRY_VOID(co_await call_off(live));
  co_return wanted && !is_over(live->kept.call) && !live->kept.call.hang_up_wished;
}

Task<Status> Desk::call_off_unless_wanted(LivePtr live) {
  const auto& call = live->kept.call;
  if (is_over(call) || progress_of(call).answered || call.hang_up_wished) co_return Status{};
  HARK_CO_TRY(const bool wanted, co_await is_wanted(call.entry_id, live->kept.lease_id));
  co_return wanted ? Status{} : co_await call_off(live);
}

/// Nobody is to be called any more: whatever phone rings is hung up.
Task<Status> Desk::call_off(LivePtr live) {
  const auto now = world_.clock.now();
  logger().info("call back withdrawn", {{"entry", live->kept.call.entry_id}});
  HARK_CO_TRY_VOID(co_await tell(live, {"", now, HangUpWished{}}));
  const auto agent = agent_leg_id(live->kept.call, 1);
  const auto ring = "ring:" + agent;
  if (live->kept.call.done.contains(ring) || live->sent.contains(ring)) co_return Status{};
  co_return co_await tell(live, {agent, now, Ended{LegEnd::kHungUp, "called off before it rang"}});
}

/// What a try came to becomes the reply's delivery: sent when they talk; else tried again, or owed again.
Task<Status> Desk::tell_outcome(LivePtr live) {
  auto& kept = live->kept;
  const auto outcome = outcome_of(kept.call);
  if (!outcome || kept.receipt_sent) co_return Status{};
  v1::Receipt receipt;
  receipt.set_entry_id(kept.call.entry_id);
  receipt.set_detail(outcome->detail);
  switch (outcome->kind) {
    case Outcome::Kind::kTalked:
      receipt.set_state(v1::DELIVERY_STATE_SENT);
      break;
    case Outcome::Kind::kFailed:
      receipt.set_state(v1::DELIVERY_STATE_FAILED);
      break;
    case Outcome::Kind::kTryAgain: {
      const auto times =
          std::to_string(kept.attempt) + " of " + std::to_string(world_.settings.callback_tries);
      if (kept.attempt >= world_.settings.callback_tries) {
        receipt.set_state(v1::DELIVERY_STATE_FAILED);
        receipt.set_detail(outcome->detail + " (called " + times + " times)");
        break;
      }
      receipt.set_state(v1::DELIVERY_STATE_QUEUED);
      receipt.set_lease_id(kept.lease_id);
      receipt.set_retry_at_ms(to_ms(world_.clock.now() + world_.settings.callback_retry));
      receipt.set_detail(outcome->detail + " (called " + times + " times)");
      break;
    }
  }
  HARK_CO_TRY_VOID(co_await send(std::move(receipt)));
  kept.receipt_sent = true;
  ++kept.version;
  co_return co_await save(live);
}

/// What conversation does not know any more, or has withdrawn, needs no receipt.
Task<Status> Desk::send(v1::Receipt receipt) {
  const auto reported = co_await world_.conversation.report(std::move(receipt));
  co_return reported.ok() || is_final(reported.error()) ? Status{} : reported;
}

}  // namespace hark::phone
