#include "conversation/redis/decode.h"
#include "conversation/redis/run.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

/// The scripts, digested once.
const redis::Script& hold_script() {
  static const auto s = script("hold", scripts::hold_lua);
  return s;
}
const redis::Script& release_script() {
  static const auto s = script("release", scripts::release_lua);
  return s;
}
const redis::Script& prefer_script() {
  static const auto s = script("prefer", scripts::prefer_lua);
  return s;
}

}  // namespace

Task<Result<v1::Ticket>> Store::hold(TimePoint now, const v1::HoldTicketRequest& in, std::string_view digest,
                                     const v1::TicketHold& hold, const StatusEntry& entry) {
  const auto token = std::to_string(in.assignment_token()), until = std::to_string(hold.until_ms());
  const auto bytes = hold.SerializeAsString();
  const std::string_view holder = in.by_supervisor() ? std::string_view{} : in.agent_id();
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     holder,
                                     token,
                                     transition(TicketEvent::kHold).from,
                                     bytes,
                                     until,
                                     entry.id,
                                     entry.bytes};
  co_return changed_ticket(TicketEvent::kHold, in.ticket_id(),
                           co_await run(hold_script(), place(in.ticket_id()), now, std::move(args)));
}

Task<Result<v1::Ticket>> Store::release(TimePoint now, const v1::ReleaseTicketRequest& in,
                                        std::string_view digest, const StatusEntry& entry) {
  const auto token = in.fencing_token() > 0 ? std::string{} : std::to_string(in.assignment_token());
  const auto fence = std::to_string(in.fencing_token()), until = std::to_string(in.until_ms());
  const std::string_view holder = in.by_supervisor() ? std::string_view{} : in.agent_id();
  std::vector<std::string_view> args{in.idempotency_key(),
                                     digest,
                                     in.ticket_id(),
                                     holder,
                                     token,
                                     fence,
                                     transition(TicketEvent::kRelease).from,
                                     until,
                                     entry.id,
                                     entry.bytes};
  co_return changed_ticket(TicketEvent::kRelease, in.ticket_id(),
                           co_await run(release_script(), place(in.ticket_id()), now, std::move(args)));
}

Task<Result<Store::Appended>> Store::prefer(TimePoint now, const v1::SetPreferredAgentsRequest& in,
                                            std::string_view digest, const StatusEntry& entry,
                                            bool key_looked_up) {
  const auto agents = spaced(in.preferred_agent_ids());
  std::vector<std::string_view> args{
      in.idempotency_key(), digest,        in.conversation_id(),     agents, entry.id,
      entry.bytes,          in.agent_id(), key_looked_up ? "1" : "0"};
  co_return appended(TicketEvent::kHold,
                     co_await run(prefer_script(), place(in.conversation_id()), now, std::move(args)));
}

}  // namespace hark::conversation
