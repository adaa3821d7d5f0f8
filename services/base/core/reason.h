#pragma once

#include <string_view>

namespace hark {

/// Why something was refused, for programs. The numbers are those of hark.v1.Reason
/// (proto/hark/v1/error.proto), which documents each; a test holds the two lists together. Kept apart so that
/// pure code needs no protobuf.
enum class Reason {
  kUnspecified = 0,
  // Requests
  kInvalidField = 1,
  kUnknownField = 2,
  kIdempotencyKeyMissing = 3,
  kIdempotencyKeyReused = 4,
  kTooLarge = 5,
  kUnauthenticated = 6,
  kPermissionDenied = 7,
  // Identity and conversation
  kAddressInvalid = 20,
  kConversationNotFound = 21,
  kEntryNotFound = 22,
  kTicketNotFound = 23,
  kIllegalTransition = 24,
  kNotAssigned = 25,
  kStaleAssignment = 26,
  kStaleFence = 27,
  kNewerEntries = 28,
  kObligationsOpen = 29,
  kNotAnswerable = 30,
  kSwitchReasonMissing = 31,
  kAddressUnknown = 32,
  kAccountUnknown = 33,
  kConversationMoved = 34,
  kTicketHeld = 40,
  kMergeUnderWay = 41,
  kMergeImpossible = 42,
  kWindowClosed = 45,
  kFileUnsendable = 46,
  kTemplateUnfit = 47,
  kWithdrawn = 48,
  // Routing
  kAgentNotFound = 50,
  kAgentAway = 51,
  kOfferNotFound = 52,
  kOfferExpired = 53,
  kNotLeader = 54,
  kCapacityExceeded = 55,
  kRoutingVersionChanged = 56,
  kRoutingVersionNotFound = 57,
  kAgentExists = 58,
  // Reading
  kCursorExpired = 70,
  kCursorInvalid = 71,
  kBlobNotFound = 72,
  // The machine room
  kStoreUnavailable = 90,
  kOutcomeUnknown = 91,
  kOverloaded = 92,
  kDeadline = 93,
  kShuttingDown = 94,
  kStoreFull = 95,
  kInternal = 96,
};

/// The name as it is written in error.proto without its prefix, for example "STALE_FENCE".
std::string_view name_of(Reason reason);

}  // namespace hark
