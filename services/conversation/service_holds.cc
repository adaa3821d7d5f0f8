// Tickets that are left alone for a while, and who is to serve a customer.
#include "base/core/invalid.h"
#include "conversation/entry_build.h"
#include "conversation/once.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kHoldStateBytesMax = 64;
constexpr std::size_t kHoldReasonBytesMax = 1000;
constexpr std::chrono::days kHoldMax{366};
constexpr int kPreferredAgentsMax = 8;
constexpr std::size_t kAgentIdBytesMax = 64;

/// "1 hour 30 minutes", "2 days".
std::string length_of(std::int64_t ms) {
  std::string out;
  const auto say = [&](std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (!out.empty()) out += ' ';
    out += std::to_string(count) + " " + std::string{unit} + (count == 1 ? "" : "s");
  };
  const std::int64_t minutes = ms / 60'000;
  say(minutes / 1440, "day");
  say(minutes / 60 % 24, "hour");
  say(minutes % 60, "minute");
  return out.empty() ? std::to_string(ms / 1000) + " seconds" : out;
}

Status check_hold(const v1::HoldTicketRequest& request, TimePoint now) {
  if (request.state().empty()) return invalid("state: is empty");
  if (request.state().size() > kHoldStateBytesMax) return invalid("state: is longer than 64 bytes");
  if (request.reason().size() > kHoldReasonBytesMax) return invalid("reason: is longer than 1000 bytes");
  if (request.longest_ms() <= 0 || Duration{request.longest_ms()} > kHoldMax)
    return invalid("longest_ms: must be more than 0 and at most 366 days");
  if (request.until_ms() == 0) return {};
  if (request.until_ms() <= to_ms(now)) return invalid("until_ms: must be in the future");
  if (request.until_ms() > to_ms(now) + request.longest_ms())
    return invalid("until_ms: a hold of this kind lasts at most " + length_of(request.longest_ms()));
  return {};
}

Status check_preferred(const v1::SetPreferredAgentsRequest& request) {
  if (request.preferred_agent_ids_size() > kPreferredAgentsMax)
    return invalid("preferred_agent_ids: more than 8");
  for (const auto& id : request.preferred_agent_ids()) {
    if (id.empty() || id.size() > kAgentIdBytesMax || id.find(' ') != std::string::npos)
      return invalid("preferred_agent_ids: '" + id.substr(0, kAgentIdBytesMax) + "' is no agent's id");
  }
  return {};
}

std::string listed(const v1::SetPreferredAgentsRequest& request) {
  std::string out;
  for (const auto& id : request.preferred_agent_ids()) out += (out.empty() ? "" : ", ") + id;
  return out;
}

}  // namespace

Task<Result<v1::HoldTicketResponse>> Conversations::hold_ticket(v1::HoldTicketRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  const auto now = clock_.now();
  HARK_CO_TRY_VOID(check_hold(request, now));
  v1::TicketHold hold;
  hold.set_state(request.state());
  hold.set_since_ms(to_ms(now));
  hold.set_until_ms(request.until_ms() > 0 ? request.until_ms() : to_ms(now) + request.longest_ms());
  hold.set_agent_id(request.agent_id());
  hold.set_reason(request.reason());
  auto entry = status_entry(request.ticket_id(), v1::StatusChange::CHANGE_HELD, request.agent_id(), "",
                            request.reason());
  v1::Entry shown;
  shown.ParseFromString(entry.bytes);
  *shown.mutable_status()->mutable_hold() = hold;
  entry.bytes = shown.SerializeAsString();
  v1::HoldTicketResponse response;
  HARK_CO_TRY(*response.mutable_ticket(),
              co_await store_.hold(now, request, digest_of(request), hold, entry));
  co_return response;
}

Task<Result<v1::ReleaseTicketResponse>> Conversations::release_ticket(v1::ReleaseTicketRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kTicket, request.ticket_id()));
  if (request.reason().size() > kHoldReasonBytesMax) co_return invalid("reason: is longer than 1000 bytes");
  const auto entry = status_entry(request.ticket_id(), v1::StatusChange::CHANGE_RELEASED, request.agent_id(),
                                  "", request.reason());
  v1::ReleaseTicketResponse response;
  HARK_CO_TRY(*response.mutable_ticket(),
              co_await store_.release(clock_.now(), request, digest_of(request), entry));
  co_return response;
}

Task<Result<v1::SetPreferredAgentsResponse>> Conversations::set_preferred_agents(
    v1::SetPreferredAgentsRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.conversation_id()));
  HARK_CO_TRY_VOID(check_preferred(request));
  const auto digest = digest_of(request);  // of what was asked for, wherever the customer is now
  HARK_CO_TRY(auto way, co_await store_.route(request.conversation_id()));
  request.set_conversation_id(std::move(way.conversation_id));
  const auto now = clock_.now();
  const auto entry = status_entry(request.conversation_id(), v1::StatusChange::CHANGE_PREFERRED,
                                  request.agent_id(), "", listed(request));
  const auto prefers = [&](bool key_looked_up) {
    return store_.prefer(now, request, digest, entry, key_looked_up);
  };
  HARK_CO_TRY_VOID(
      co_await once(store_, request.conversation_id(), request.idempotency_key(), digest, prefers));
  v1::SetPreferredAgentsResponse response;
  HARK_CO_TRY(*response.mutable_conversation(), co_await store_.conversation(request.conversation_id()));
  co_return response;
}

}  // namespace hark::conversation
