#include "base/core/reason.h"

#include <algorithm>
#include <array>

namespace hark {
namespace {

struct Named {
  Reason reason;
  std::string_view name;
};

constexpr auto kNames = std::to_array<Named>({
    {Reason::kUnspecified, "UNSPECIFIED"},
    {Reason::kInvalidField, "INVALID_FIELD"},
    {Reason::kUnknownField, "UNKNOWN_FIELD"},
    {Reason::kIdempotencyKeyMissing, "IDEMPOTENCY_KEY_MISSING"},
    {Reason::kIdempotencyKeyReused, "IDEMPOTENCY_KEY_REUSED"},
    {Reason::kTooLarge, "TOO_LARGE"},
    {Reason::kUnauthenticated, "UNAUTHENTICATED"},
    {Reason::kPermissionDenied, "PERMISSION_DENIED"},
    {Reason::kAddressInvalid, "ADDRESS_INVALID"},
    {Reason::kConversationNotFound, "CONVERSATION_NOT_FOUND"},
    {Reason::kEntryNotFound, "ENTRY_NOT_FOUND"},
    {Reason::kTicketNotFound, "TICKET_NOT_FOUND"},
    {Reason::kIllegalTransition, "ILLEGAL_TRANSITION"},
    {Reason::kNotAssigned, "NOT_ASSIGNED"},
    {Reason::kStaleAssignment, "STALE_ASSIGNMENT"},
    {Reason::kStaleFence, "STALE_FENCE"},
    {Reason::kNewerEntries, "NEWER_ENTRIES"},
    {Reason::kObligationsOpen, "OBLIGATIONS_OPEN"},
    {Reason::kNotAnswerable, "NOT_ANSWERABLE"},
    {Reason::kSwitchReasonMissing, "SWITCH_REASON_MISSING"},
    {Reason::kAddressUnknown, "ADDRESS_UNKNOWN"},
    {Reason::kAccountUnknown, "ACCOUNT_UNKNOWN"},
    {Reason::kConversationMoved, "CONVERSATION_MOVED"},
    {Reason::kTicketHeld, "TICKET_HELD"},
    {Reason::kMergeUnderWay, "MERGE_UNDER_WAY"},
    {Reason::kMergeImpossible, "MERGE_IMPOSSIBLE"},
    {Reason::kWindowClosed, "WINDOW_CLOSED"},
    {Reason::kFileUnsendable, "FILE_UNSENDABLE"},
    {Reason::kTemplateUnfit, "TEMPLATE_UNFIT"},
    {Reason::kWithdrawn, "WITHDRAWN"},
    {Reason::kAgentNotFound, "AGENT_NOT_FOUND"},
    {Reason::kAgentAway, "AGENT_AWAY"},
    {Reason::kOfferNotFound, "OFFER_NOT_FOUND"},
    {Reason::kOfferExpired, "OFFER_EXPIRED"},
    {Reason::kNotLeader, "NOT_LEADER"},
    {Reason::kCapacityExceeded, "CAPACITY_EXCEEDED"},
    {Reason::kRoutingVersionChanged, "ROUTING_VERSION_CHANGED"},
    {Reason::kRoutingVersionNotFound, "ROUTING_VERSION_NOT_FOUND"},
    {Reason::kAgentExists, "AGENT_EXISTS"},
    {Reason::kCursorExpired, "CURSOR_EXPIRED"},
    {Reason::kCursorInvalid, "CURSOR_INVALID"},
    {Reason::kBlobNotFound, "BLOB_NOT_FOUND"},
    {Reason::kStoreUnavailable, "STORE_UNAVAILABLE"},
    {Reason::kOutcomeUnknown, "OUTCOME_UNKNOWN"},
    {Reason::kOverloaded, "OVERLOADED"},
    {Reason::kDeadline, "DEADLINE"},
    {Reason::kShuttingDown, "SHUTTING_DOWN"},
    {Reason::kStoreFull, "STORE_FULL"},
    {Reason::kInternal, "INTERNAL"},
});

}  // namespace

std::string_view name_of(Reason reason) {
  const auto found = std::ranges::find(kNames, reason, &Named::reason);
  return found == kNames.end() ? "UNSPECIFIED" : found->name;
}

}  // namespace hark
