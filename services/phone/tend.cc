// What follows from a call's facts, done one after the other by its own task.
#include <algorithm>

#include "base/async/notifier.h"
#include "base/core/digest.h"
#include "base/log/log.h"
#include "phone/core/number.h"
#include "phone/live_call.h"

namespace hark::phone {
namespace {

constexpr Duration kRetryFirst{200};
constexpr Duration kRetryMost{10'000};
/// How long a call waits for routing to take its ticket back from who is not there.
constexpr Duration kTakenBackWithin{2'000};
constexpr std::int64_t kVersionsOfATry = std::int64_t{1} << 32;

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

std::string reference_of(const Call& call) { return call.account + ":" + call.id; }

std::string native_id_of(const Call& call) {
  const auto reference = reference_of(call);
  return "call:" + (reference.size() > 160 ? sha256_hex(reference) : reference);
}

std::string shown(const Call& call, const std::string& region) {
  if (auto number = callable_number(call.from, region)) return *number;
  return call.from.empty() ? "a withheld number" : call.from;
}

v1::InboundMessage inbound_message(const Call& call, const Settings& settings) {
  const auto& account = *settings.account(call.account);
  v1::InboundMessage message;
  message.set_channel(v1::CHANNEL_PHONE);
  message.set_account_id(call.account);
  message.set_native_id(native_id_of(call));
  message.set_kind(v1::InboundMessage::KIND_MESSAGE);
  message.mutable_sender()->set_address(caller_address(call.from, settings.region, call.account, call.id));
  message.mutable_sender()->set_name(call.name);
  message.set_sent_at_ms(call.arrived ? to_ms(*call.arrived) : 0);
  auto& content = *message.mutable_content();
  content.set_subject("Call from " + shown(call, settings.region));
  content.set_text("Call from " + shown(call, settings.region) + " to " +
                   callable_number(call.to, settings.region).value_or(account.number));
  content.set_visible_text(content.text());
  message.mutable_thread()->set_own_reference(reference_of(call));
  if (!call.continues.empty()) message.mutable_thread()->add_references(call.continues);
  message.mutable_thread()->add_references(reference_of(call));
  *message.mutable_reply_route()->mutable_to() = message.sender();
  return message;
}

/// The call is part of another ticket now. Its assignments are counted on from ours, but for the one that we
/// know already: the same agent goes on with it.
OtherTicket other_ticket(const Call& call, const v1::Ticket& ticket) {
  const bool goes_on = ticket.state() == v1::TICKET_STATE_ASSIGNED &&
                       ticket.agent_id() == call.holder.agent_id && call.holder.token > call.released_token;
  return {ticket.id(), goes_on ? call.holder.token - ticket.assignment_token()
                               : std::max(call.holder.token, call.released_token)};
}

}  // namespace

Task<> Desk::tend(LivePtr live) {
  auto pause = kRetryFirst;
  for (;;) {
    while (std::exchange(live->dirty, false)) {
      const auto pursued = co_await pursue(live);
      if (pursued.ok()) {
        pause = kRetryFirst;
        continue;
      }
      logger().debug("a call is tried again",
                     {{"call", live->kept.call.id}, {"why", pursued.error().message}});
      live->dirty = true;
      co_await sleep_for(pause);
      pause = std::min(pause * 2, kRetryMost);
    }
    if (live->kept.closed) break;
    const auto now = world_.clock.now();
    auto next = next_deadline(live->kept.call, now, world_.settings.rules);
    if (const auto copy = next_copy(*live); copy && (!next || *copy < *next)) next = copy;
    if (live->absent && (!next || live->absent->until < *next)) next = live->absent->until;
    live->timer.expires_after(next ? *next - now : std::chrono::hours{1});
    co_await live->timer.async_wait(as_result);
    if (live->absent && live->absent->until <= world_.clock.now()) live->holder_to_look_for = true;
    live->dirty = true;
  }
  live_.erase({live->kept.call.account, live->kept.call.id});
  calls_now_.set(static_cast<double>(live_.size()));
}

/// What cannot be done now is tried again, and keeps nothing else from being done.
Task<Status> Desk::pursue(LivePtr live) {
  HARK_CO_TRY_VOID(co_await save(live));
  const auto& call = live->kept.call;
  if (!call.outbound) HARK_CO_TRY_VOID(co_await put_on_record(live));
  Status trouble;
  const auto note = [&trouble](Status done) {
    if (!done.ok() && trouble.ok()) trouble = std::move(done);
  };
  // Before anything takes time: routing waits for it.
  if (live->kept.reported.empty()) note(co_await report(live));
  if (std::exchange(live->holder_to_look_for, false)) {
    auto looked = co_await look_for_holder(live);
    if (!looked.ok()) live->holder_to_look_for = true;
    note(std::move(looked));
  }
  if (std::exchange(live->may_be_withdrawn, false)) {
    auto looked = co_await call_off_unless_wanted(live);
    if (!looked.ok()) live->may_be_withdrawn = true;
    note(std::move(looked));
  }
  note(co_await carry_out_all(live));
  copy_recordings(live);
  note(co_await report(live));
  note(co_await put_messages_on_record(live));
  if (call.outbound) note(co_await tell_outcome(live));
  if (trouble.ok()) trouble = co_await close(live);
  co_return trouble;
}

Task<Status> Desk::carry_out_all(LivePtr live) {
  Status trouble;
  std::set<std::string> failed;
  for (;;) {
    auto commands = due(live->kept.call, world_.clock.now(), world_.settings.rules);
    std::erase_if(commands, [&](const Command& command) {
      return live->sent.contains(command.id) || failed.contains(command.id);
    });
    if (commands.empty()) co_return trouble;
    auto done = co_await carry_out(live, commands.front());
    if (done.ok()) continue;
    failed.insert(commands.front().id);
    if (trouble.ok()) trouble = std::move(done);
  }
}

/// The call becomes an entry of its customer's conversation, and opens or extends the ticket.
Task<Status> Desk::put_on_record(LivePtr live) {
  auto& call = live->kept.call;
  if (!call.arrived || !call.entry_id.empty()) co_return Status{};
  const auto number = callable_number(call.from, world_.settings.region);
  if (number && call.continues.empty()) {
    HARK_CO_TRY(call.continues, co_await world_.store.goes_on_with(call.account, *number));
  }
  auto accepted = co_await world_.conversation.accept(inbound_message(call, world_.settings));
  if (!accepted.ok()) {
    logger().warning("a call is not on record yet", {{"call", call.id}, {"why", accepted.error().message}});
    co_return accepted.error();
  }
  logger().info("call", {{"account", call.account},
                         {"call", call.id},
                         {"conversation", accepted->conversation_id()},
                         {"entry", accepted->entry_id()}});
  live->holder_to_look_for = true;
  live->just_on_record = true;
  co_return co_await tell(
      live, {"", world_.clock.now(),
             Accepted{accepted->conversation_id(), accepted->ticket_id(), accepted->entry_id()}});
}

/// Asks whose the ticket is now, rather than counting events: whatever was missed, this is true.
Task<Status> Desk::look_for_holder(LivePtr live) {
  const auto& call = live->kept.call;
  if (call.conversation_id.empty() || is_over(call)) co_return Status{};
  HARK_CO_TRY(const auto ticket, co_await world_.conversation.ticket(call.conversation_id));
  const auto now = world_.clock.now();
  const bool resolved = ticket.state() == v1::TICKET_STATE_RESOLVED;
  if (resolved && talking_leg(call)) co_return Status{};
  if (!resolved && !ticket.id().empty() && ticket.id() != call.ticket_id)
    HARK_CO_TRY_VOID(co_await tell(live, {"", now, other_ticket(call, ticket)}));
  const auto token = ticket.assignment_token() + call.ticket_after_token;
  const bool waits = ticket.state() == v1::TICKET_STATE_QUEUED || resolved;
  if (waits && call.holder.token > 0)
    co_return co_await tell(live, {"", now, Released{std::max(call.holder.token, token)}});
  const bool known = token <= call.holder.token && ticket.agent_id() == call.holder.agent_id;
  if (ticket.state() != v1::TICKET_STATE_ASSIGNED || known) {
    live->just_on_record = false;
    live->absent.reset();
    co_return Status{};
  }
  HARK_CO_TRY(auto reach, co_await world_.agents.reach_of(ticket.agent_id()));
  look_whether_there(*live, token, reach.presence);
  if (live->absent && now < live->absent->until) co_return Status{};
  if (const auto why_not = not_rung(*live, ticket.agent_id(), reach.presence); !why_not.empty()) {
    const auto ring = "ring:" + agent_leg_id(call, token);
    HARK_CO_TRY_VOID(co_await tell(live, {"", now, CommandDone{ring, true, why_not}}));
  }
  live->absent.reset();
  co_return co_await tell(live, {"", now, Assigned{{ticket.agent_id(), std::move(reach.phone), token}}});
}

/// Whoever has had the ticket since before the call.
void Desk::look_whether_there(Live& live, std::int64_t token, v1::Presence presence) const {
  const bool had_it =
      std::exchange(live.just_on_record, false) || (live.absent && live.absent->assignment_token == token);
  if (!had_it || presence == v1::PRESENCE_AVAILABLE) {
    live.absent.reset();
  } else if (!live.absent) {
    live.absent = Live::Absent{token, world_.clock.now() + kTakenBackWithin};
  }
}

/// Empty: their phone may ring. Else the ticket goes on to the next one: nobody takes two calls at once, not
/// even of customers whose ticket they have; and for what they took before the call came, nobody's phone
/// rings who is not there. That, routing takes back by itself; what it leaves is given back here after a
/// moment.
std::string Desk::not_rung(const Live& live, std::string_view agent_id, v1::Presence presence) const {
  if (on_the_phone(agent_id, live.kept.call)) return "is on another call";
  if (!live.absent) return "";
  return presence == v1::PRESENCE_AWAY ? "is away" : "is offline";
}

bool Desk::on_the_phone(std::string_view agent_id, const Call& but) const {
  return std::ranges::any_of(live_, [&](const auto& one) {
    const auto& call = one.second->kept.call;
    const auto state = state_of(call);
    const bool busy =
        state == CallState::kAnswered || state == CallState::kHeld || state == CallState::kDialing;
    if (!busy || call.id == but.id) return false;
    const auto progress = progress_of(call);
    return progress.agent_id == agent_id || (progress.asked && progress.asked->agent_id == agent_id);
  });
}

Task<Status> Desk::carry_out(LivePtr live, Command command) {
  if (command.kind == Command::Kind::kReturnTicket)
    co_return co_await return_ticket(live, std::move(command));
  if (command.kind == Command::Kind::kGiveTicket) co_return co_await give_ticket(live, std::move(command));
  if (command.kind == Command::Kind::kDialCustomer)
    co_return co_await dial_if_wanted(live, std::move(command));
  co_return co_await order(live, std::move(command));
}

/// What the exchange does.
Task<Status> Desk::order(LivePtr live, Command command) {
  const auto& call = live->kept.call;
  const auto exchange = exchanges_.find(call.account);
  if (exchange == exchanges_.end()) {
    co_return co_await tell(
        live, {"", world_.clock.now(), CommandDone{command.id, true, "the account has no exchange"}});
  }
  const auto id = command.id;
  auto order = to_proto(command, call, world_.settings.rules);
  if (order.has_announce()) {
    const auto place = co_await world_.agents.place_of(call.ticket_id);
    // Nothing is known, or their turn has come: there is nothing to tell.
    if (!place.ok() || place->position <= 0)
      co_return co_await tell(live, {"", world_.clock.now(), CommandDone{id}});
    order.mutable_announce()->set_position(place->position);
    order.mutable_announce()->set_wait_seconds(place->wait_seconds);
  }
  live->sent.insert(id);  // before it goes out: the answer may be faster
  const auto carried = co_await exchange->second->carry_out(std::move(order));
  switch (carried.kind) {
    case Carried::Kind::kSent:
      break;
    case Carried::Kind::kAway:
      live->sent.erase(id);
      co_return Error{Code::kUnavailable, Reason::kUnspecified,
                      "the exchange cannot be reached: " + carried.detail};
    default:
      live->sent.erase(id);
      if (carried.kind == Carried::Kind::kRefused)
        logger().info("the exchange refused", {{"call", call.id}, {"what", id}, {"why", carried.detail}});
      co_return co_await tell(
          live,
          {"", world_.clock.now(), CommandDone{id, carried.kind == Carried::Kind::kRefused, carried.detail}});
  }
  co_return Status{};
}

/// The agent took the ticket, but their phone did not come to a talk: the customer goes on to the next one.
Task<Status> Desk::return_ticket(LivePtr live, Command command) {
  const auto& call = live->kept.call;
  const auto* leg = find_leg(call, command.leg_id);
  v1::TransferRequest request;
  request.set_idempotency_key("phone:" + sha256_hex(reference_of(call) + " " + command.id).substr(0, 40));
  request.set_ticket_id(call.ticket_id);
  request.set_agent_id(leg->agent_id);
  request.set_assignment_token(leg->token - call.ticket_after_token);
  request.set_reason(command.detail);
  const auto returned = co_await world_.conversation.transfer(std::move(request));
  // Refused: it is not theirs any more.
  if (!returned.ok() && !is_final(returned.error()) && returned.error().code != Code::kAborted)
    co_return returned;
  live->holder_to_look_for = true;
  co_return co_await tell(live, {"", world_.clock.now(), CommandDone{command.id}});
}

/// Who was asked has the customer now. Refused: the ticket is over, or somebody's whom it cannot be taken
/// from.
Task<Status> Desk::give_ticket(LivePtr live, Command command) {
  const auto& call = live->kept.call;
  v1::TakeOverRequest request;
  request.set_idempotency_key("phone:" + sha256_hex(reference_of(call) + " " + command.id).substr(0, 40));
  request.set_ticket_id(call.ticket_id);
  request.set_agent_id(find_leg(call, command.leg_id)->agent_id);
  request.set_reason("took the call from " + call.holder.agent_id);
  const auto given = co_await world_.agents.give(std::move(request));
  if (!given.ok() && !is_final(given.error()) && given.error().code != Code::kAborted) co_return given;
  live->holder_to_look_for = true;
  co_return co_await tell(live, {"", world_.clock.now(), CommandDone{command.id}});
}

/// Only what is kept is told, under its version: whoever takes the call up after a crash, or does not hear
/// that a report was taken, goes on from there, so nothing else ever comes under the same revision. A try to
/// call back is later than the tries before it.
Task<Status> Desk::report(LivePtr live) {
  const auto& call = live->kept.call;
  if (call.entry_id.empty()) co_return Status{};
  while (live->saved_version < live->kept.version) HARK_CO_TRY_VOID(co_await save(live));
  const auto progress = progress_to_tell(live->kept);
  const auto text = progress.SerializeAsString();
  if (text == live->kept.reported) co_return Status{};
  v1::CallReport report;
  report.set_entry_id(call.entry_id);
  report.set_revision(live->kept.attempt * kVersionsOfATry + live->kept.version);
  *report.mutable_progress() = progress;
  const auto told = co_await world_.conversation.report_call(std::move(report));
  if (!told.ok() && !is_final(told.error())) co_return told;
  v1::CallProgress before;
  before.ParseFromString(live->kept.reported);
  if (progress.answered_at_ms() > 0 && before.answered_at_ms() == 0) {
    talked_.add();
    if (const auto number = callable_number(call.from, world_.settings.region); number && !call.outbound)
      HARK_CO_TRY_VOID(co_await world_.store.answered(call.account, *number));
  }
  live->kept.reported = text;
  ++live->kept.version;
  logger().info("call goes on", {{"call", call.id},
                                 {"entry", call.entry_id},
                                 {"state", v1::CallState_Name(progress.state())},
                                 {"agent", progress.agent_id()}});
  co_return co_await save(live);
}

/// Words on tape are a message of the customer's of their own, in the call's thread.
Task<Status> Desk::put_messages_on_record(LivePtr live) {
  const auto recordings = live->kept.call.recordings;  // a copy: more may come meanwhile
  for (const auto& recording : recordings) {
    const auto& call = live->kept.call;
    const auto id = "message:" + recording.id;
    if (!recording.voicemail || call.entry_id.empty() || call.done.contains(id)) continue;
    if (waits_for_copy(live->kept, recording)) continue;
    auto message = inbound_message(call, world_.settings);
    message.set_native_id(native_id_of(call) + ":message:" + sha256_hex(recording.id).substr(0, 16));
    message.mutable_thread()->clear_own_reference();
    auto& content = *message.mutable_content();
    content.set_subject("Voicemail from " + shown(call, world_.settings.region));
    const auto length =
        recording.seconds > 0 ? ", " + std::to_string(recording.seconds) + " s" : std::string{};
    const auto* copy = copy_of(live->kept, recording.id);
    const bool copied = copy && copy->has_file();
    if (copied) *content.add_attachments() = copy->file();
    if (copy && !copied)
      content.add_remarks("the recording could not be fetched yet: " + copy->trouble() +
                          "; once it is, it is with the call");
    content.set_text("[voicemail" + length + "]" + (copied ? std::string{} : " " + recording.url) +
                     (recording.transcript.empty() ? "" : "\n\n" + recording.transcript));
    content.set_visible_text(content.text());
    const auto accepted = co_await world_.conversation.accept(std::move(message));
    if (!accepted.ok()) co_return accepted.error();
    HARK_CO_TRY_VOID(co_await tell(live, {"", world_.clock.now(), CommandDone{id}}));
  }
  co_return Status{};
}

Task<Status> Desk::close(LivePtr live) {
  const auto& call = live->kept.call;
  const bool never_was = !call.arrived;
  if (live->kept.closed || live->dirty) co_return Status{};
  if (!never_was && (!is_over(call) || !due(call, world_.clock.now(), world_.settings.rules).empty()))
    co_return Status{};
  if (call.outbound && !live->kept.receipt_sent) co_return Status{};
  if (!copies_are_settled(live->kept) || !live->copying.empty()) co_return Status{};
  if (!call.outbound && !never_was && state_of(call) != CallState::kEnded) {
    abandoned_.add();
    const auto number = callable_number(call.from, world_.settings.region);
    const auto within = std::chrono::duration_cast<std::chrono::seconds>(world_.settings.return_within);
    if (number && within.count() > 0) {
      HARK_CO_TRY_VOID(co_await world_.store.may_go_on(
          call.account, *number, call.continues.empty() ? reference_of(call) : call.continues, within));
    }
  }
  live->kept.closed = true;
  ++live->kept.version;
  const auto saved = co_await save(live);
  if (!saved.ok()) live->kept.closed = false;
  co_return saved;
}

}  // namespace hark::phone
