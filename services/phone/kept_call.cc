#include "phone/kept_call.h"

#include <algorithm>

#include "phone/core/text.h"

namespace hark::phone {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kDetailBytesMax = 500;
constexpr std::size_t kUrlBytesMax = 1000;
constexpr std::size_t kTranscriptBytesMax = 32U << 10;
/// Of each transcript in the progress of a call; all of it is in the message's own entry.
constexpr std::size_t kTranscriptShownBytesMax = 2000;

std::int64_t ms(const std::optional<TimePoint>& at) { return at ? to_ms(*at) : 0; }
std::optional<TimePoint> at_ms(std::int64_t ms) {
  if (ms <= 0) return std::nullopt;
  return from_ms(ms);
}

v1::CallLeg to_proto(const Leg& leg) {
  v1::CallLeg out;
  out.set_id(leg.id);
  out.set_agent_id(leg.agent_id);
  out.set_endpoint(leg.endpoint);
  out.set_assignment_token(leg.token);
  out.set_created_at_ms(ms(leg.created));
  out.set_rang_at_ms(ms(leg.rang));
  out.set_answered_at_ms(ms(leg.answered));
  out.set_ended_at_ms(ms(leg.ended));
  out.set_end(static_cast<v1::LegEnd>(leg.end));
  out.set_detail(leg.detail);
  out.set_native_id(leg.native_id);
  out.set_asked_by_token(leg.asked_by);
  out.set_handed_over_at_ms(ms(leg.handed_over));
  out.set_let_go_at_ms(ms(leg.let_go));
  return out;
}

Leg from_proto(const v1::CallLeg& in) {
  Leg leg;
  leg.id = in.id();
  leg.agent_id = in.agent_id();
  leg.endpoint = in.endpoint();
  leg.token = in.assignment_token();
  leg.created = at_ms(in.created_at_ms());
  leg.rang = at_ms(in.rang_at_ms());
  leg.answered = at_ms(in.answered_at_ms());
  leg.ended = at_ms(in.ended_at_ms());
  leg.end = static_cast<LegEnd>(in.end());
  leg.detail = in.detail();
  leg.native_id = in.native_id();
  leg.asked_by = in.asked_by_token();
  leg.handed_over = at_ms(in.handed_over_at_ms());
  leg.let_go = at_ms(in.let_go_at_ms());
  return leg;
}

v1::CallRecording to_proto(const Recording& recording) {
  v1::CallRecording out;
  out.set_id(recording.id);
  out.set_url(recording.url);
  out.set_seconds(recording.seconds);
  out.set_voicemail(recording.voicemail);
  out.set_transcript(recording.transcript);
  return out;
}

Recording from_proto(const v1::CallRecording& in) {
  return {in.id(), in.url(), in.seconds(), in.voicemail(), in.transcript()};
}

Recording cleaned(const v1::CallRecording& in) {
  return {clean_text(in.id(), kNameBytesMax), clean_text(in.url(), kUrlBytesMax), std::max(in.seconds(), 0),
          in.voicemail(), clean_text(in.transcript(), kTranscriptBytesMax)};
}

}  // namespace

v1::CallRecord to_record(const KeptCall& kept) {
  const auto& call = kept.call;
  v1::CallRecord out;
  out.set_account_id(call.account);
  out.set_call_id(call.id);
  out.set_outbound(call.outbound);
  out.set_from(call.from);
  out.set_to(call.to);
  out.set_name(call.name);
  out.set_arrived_at_ms(ms(call.arrived));
  for (const auto& leg : call.legs) *out.add_legs() = to_proto(leg);
  out.set_conversation_id(call.conversation_id);
  out.set_ticket_id(call.ticket_id);
  out.set_entry_id(call.entry_id);
  out.set_continues(call.continues);
  out.set_agent_id(call.holder.agent_id);
  out.set_endpoint(call.holder.endpoint);
  out.set_assignment_token(call.holder.token);
  out.set_released_token(call.released_token);
  out.set_held_at_ms(ms(call.held));
  out.set_unheld_at_ms(ms(call.unheld));
  out.set_hold_wished_at_ms(ms(call.hold_wished));
  out.set_hang_up_wished(call.hang_up_wished);
  for (const auto& recording : call.recordings) *out.add_recordings() = to_proto(recording);
  out.set_ticket_since_ms(ms(call.ticket_since));
  out.set_ticket_after_token(call.ticket_after_token);
  for (const auto& [id, copy] : kept.copies) *out.add_copies() = copy;
  for (const auto& id : call.done) out.add_done(id);
  if (!kept.reported.empty()) out.mutable_reported()->ParseFromString(kept.reported);
  out.set_attempt(kept.attempt);
  out.set_lease_id(kept.lease_id);
  out.set_receipt_sent(kept.receipt_sent);
  out.set_closed(kept.closed);
  return out;
}

KeptCall from_record(const v1::CallRecord& in) {
  KeptCall kept;
  auto& call = kept.call;
  call.account = in.account_id();
  call.id = in.call_id();
  call.outbound = in.outbound();
  call.from = in.from();
  call.to = in.to();
  call.name = in.name();
  call.arrived = at_ms(in.arrived_at_ms());
  for (const auto& leg : in.legs()) call.legs.push_back(from_proto(leg));
  call.conversation_id = in.conversation_id();
  call.ticket_id = in.ticket_id();
  call.entry_id = in.entry_id();
  call.continues = in.continues();
  call.holder = {in.agent_id(), in.endpoint(), in.assignment_token()};
  call.released_token = in.released_token();
  call.held = at_ms(in.held_at_ms());
  call.unheld = at_ms(in.unheld_at_ms());
  call.hold_wished = at_ms(in.hold_wished_at_ms());
  call.hang_up_wished = in.hang_up_wished();
  for (const auto& recording : in.recordings()) call.recordings.push_back(from_proto(recording));
  call.ticket_since = at_ms(in.ticket_since_ms());
  call.ticket_after_token = in.ticket_after_token();
  for (const auto& copy : in.copies()) kept.copies.emplace(copy.recording_id(), copy);
  call.done = {in.done().begin(), in.done().end()};
  if (in.has_reported()) kept.reported = in.reported().SerializeAsString();
  kept.attempt = in.attempt();
  kept.lease_id = in.lease_id();
  kept.receipt_sent = in.receipt_sent();
  kept.closed = in.closed();
  return kept;
}

Event event_of(const v1::PhoneEvent& in, TimePoint now) {
  Event out;
  out.leg_id = in.leg_id();
  out.at = in.at_ms() > 0 ? std::min(from_ms(in.at_ms()), now) : now;
  switch (in.what_case()) {
    case v1::PhoneEvent::kArrived:
      out.what = Arrived{clean_text(in.arrived().from(), kNameBytesMax),
                         clean_text(in.arrived().to(), kNameBytesMax),
                         clean_text(in.arrived().name(), kNameBytesMax)};
      break;
    case v1::PhoneEvent::kRinging:
      out.what = Rang{};
      break;
    case v1::PhoneEvent::kAnswered:
      out.what = Answered{};
      break;
    case v1::PhoneEvent::kEnded:
      out.what = Ended{in.ended().how() == v1::LEG_END_UNSPECIFIED ? LegEnd::kHungUp
                                                                   : static_cast<LegEnd>(in.ended().how()),
                       clean_text(in.ended().detail(), kDetailBytesMax)};
      break;
    case v1::PhoneEvent::kHeld:
      out.what = Held{in.held().held(), false};
      break;
    case v1::PhoneEvent::kRecorded:
      out.what = Recorded{cleaned(in.recorded().recording())};
      break;
    case v1::PhoneEvent::kNamed:
      out.what = Named{clean_text(in.named().native_id(), kNameBytesMax)};
      break;
    case v1::PhoneEvent::WHAT_NOT_SET:
      break;
  }
  return out;
}

v1::CallProgress progress_to_tell(const KeptCall& kept) {
  const auto& call = kept.call;
  const auto progress = progress_of(call);
  v1::CallProgress out;
  out.set_state(static_cast<v1::CallState>(progress.state));
  out.set_agent_id(progress.agent_id);
  out.set_started_at_ms(ms(progress.started));
  out.set_answered_at_ms(ms(progress.answered));
  out.set_ended_at_ms(ms(progress.ended));
  out.set_ended_by(progress.ended_by);
  out.set_detail(progress.detail);
  out.set_held_at_ms(ms(progress.held));
  out.set_number(progress.number);
  if (const auto* asked = progress.asked) {
    auto& consult = *out.mutable_consult();
    consult.set_agent_id(asked->agent_id);
    if (asked->agent_id.empty()) consult.set_number(asked->endpoint);
    consult.set_talking(asked->up());
    consult.set_passing_on(asked->handed_over.has_value());
  }
  for (const auto& recording : call.recordings) {
    auto& shown = *out.add_recordings();
    shown = to_proto(recording);
    shown.set_transcript(clean_text(recording.transcript, kTranscriptShownBytesMax));
    const auto copy = kept.copies.find(recording.id);
    if (copy == kept.copies.end()) continue;
    if (copy->second.has_file()) *shown.mutable_file() = copy->second.file();
    shown.set_trouble(copy->second.trouble());
  }
  return out;
}

v1::Call to_call(const KeptCall& kept) {
  const auto& call = kept.call;
  v1::Call out;
  out.set_account_id(call.account);
  out.set_call_id(call.id);
  out.set_outbound(call.outbound);
  out.set_customer(call.outbound ? call.to : call.from);
  out.set_conversation_id(call.conversation_id);
  out.set_entry_id(call.entry_id);
  *out.mutable_progress() = progress_to_tell(kept);
  return out;
}

v1::PhoneCommand to_proto(const Command& command, const Call& call, const Rules& rules) {
  const auto seconds = [](Duration time) {
    return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  v1::PhoneCommand out;
  out.set_id(command.id);
  out.set_account_id(call.account);
  out.set_call_id(call.id);
  out.set_leg_id(command.leg_id);
  switch (command.kind) {
    case Command::Kind::kQueue:
      out.mutable_queue();
      break;
    case Command::Kind::kRingAgent: {
      auto& ring = *out.mutable_ring_agent();
      if (const auto* leg = find_leg(call, command.leg_id)) {
        ring.set_agent_id(leg->agent_id);
        ring.set_endpoint(leg->endpoint);
      }
      // Carriers take no number of a stranger's for ours.
      ring.set_caller_id(ring.agent_id().empty() ? call.to : call.outbound ? call.to : call.from);
      ring.set_ring_seconds(seconds(rules.ring));
      break;
    }
    case Command::Kind::kDialCustomer:
      out.mutable_dial_customer()->set_to(call.to);
      out.mutable_dial_customer()->set_from(call.from);
      out.mutable_dial_customer()->set_ring_seconds(seconds(rules.dial));
      break;
    case Command::Kind::kConnect:
      out.mutable_connect()->set_other_leg_id(command.other_leg_id.empty() ? call.id : command.other_leg_id);
      break;
    case Command::Kind::kHold:
    case Command::Kind::kUnhold:
      out.mutable_hold()->set_held(command.kind == Command::Kind::kHold);
      break;
    case Command::Kind::kHangUp:
      out.mutable_hang_up();
      break;
    case Command::Kind::kTakeVoicemail:
      out.mutable_take_voicemail();
      break;
    case Command::Kind::kAnnounce:  // what it says is known elsewhere
      out.mutable_announce();
      break;
    case Command::Kind::kReturnTicket:
    case Command::Kind::kGiveTicket:
      break;
  }
  return out;
}

}  // namespace hark::phone
