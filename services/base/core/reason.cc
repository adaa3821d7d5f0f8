#include "base/core/reason.h"

namespace hark {

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::kUnspecified:
      return "UNSPECIFIED";
    case Reason::kInvalidField:
      return "INVALID_FIELD";
    case Reason::kUnknownField:
      return "UNKNOWN_FIELD";
    case Reason::kIdempotencyKeyMissing:
      return "IDEMPOTENCY_KEY_MISSING";
    case Reason::kIdempotencyKeyReused:
      return "IDEMPOTENCY_KEY_REUSED";
    case Reason::kTooLarge:
      return "TOO_LARGE";
    case Reason::kUnauthenticated:
      return "UNAUTHENTICATED";
    case Reason::kPermissionDenied:
      return "PERMISSION_DENIED";
    case Reason::kAddressInvalid:
      return "ADDRESS_INVALID";
    case Reason::kConversationNotFound:
      return "CONVERSATION_NOT_FOUND";
    case Reason::kEntryNotFound:
      return "ENTRY_NOT_FOUND";
    case Reason::kTicketNotFound:
      return "TICKET_NOT_FOUND";
    case Reason::kIllegalTransition:
      return "ILLEGAL_TRANSITION";
    case Reason::kNotAssigned:
      return "NOT_ASSIGNED";
    case Reason::kStaleAssignment:
      return "STALE_ASSIGNMENT";
    case Reason::kStaleFence:
      return "STALE_FENCE";
    case Reason::kNewerEntries:
      return "NEWER_ENTRIES";
    case Reason::kObligationsOpen:
      return "OBLIGATIONS_OPEN";
    case Reason::kNotAnswerable:
      return "NOT_ANSWERABLE";
    case Reason::kSwitchReasonMissing:
      return "SWITCH_REASON_MISSING";
    case Reason::kAddressUnknown:
      return "ADDRESS_UNKNOWN";
    case Reason::kAccountUnknown:
      return "ACCOUNT_UNKNOWN";
    case Reason::kConversationMoved:
      return "CONVERSATION_MOVED";
    case Reason::kTicketHeld:
      return "TICKET_HELD";
    case Reason::kMergeUnderWay:
      return "MERGE_UNDER_WAY";
    case Reason::kMergeImpossible:
      return "MERGE_IMPOSSIBLE";
    case Reason::kAgentNotFound:
      return "AGENT_NOT_FOUND";
    case Reason::kAgentAway:
      return "AGENT_AWAY";
    case Reason::kOfferNotFound:
      return "OFFER_NOT_FOUND";
    case Reason::kOfferExpired:
      return "OFFER_EXPIRED";
    case Reason::kNotLeader:
      return "NOT_LEADER";
    case Reason::kCapacityExceeded:
      return "CAPACITY_EXCEEDED";
    case Reason::kCursorExpired:
      return "CURSOR_EXPIRED";
    case Reason::kCursorInvalid:
      return "CURSOR_INVALID";
    case Reason::kBlobNotFound:
      return "BLOB_NOT_FOUND";
    case Reason::kStoreUnavailable:
      return "STORE_UNAVAILABLE";
    case Reason::kOutcomeUnknown:
      return "OUTCOME_UNKNOWN";
    case Reason::kOverloaded:
      return "OVERLOADED";
    case Reason::kDeadline:
      return "DEADLINE";
    case Reason::kShuttingDown:
      return "SHUTTING_DOWN";
    case Reason::kStoreFull:
      return "STORE_FULL";
    case Reason::kInternal:
      return "INTERNAL";
  }
  return "UNSPECIFIED";
}

}  // namespace hark
