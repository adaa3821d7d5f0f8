#pragma once

#include <cstddef>
#include <string_view>

#include "base/core/result.h"

namespace hark::console {

/// Conversations that one page may have open at once.
constexpr std::size_t kOpenConversationsMax = 32;
/// Requests of one page that may be under way at once; a page that waits for answers never gets there.
constexpr std::size_t kRequestsInFlightMax = 16;
constexpr std::size_t kIdempotencyKeyLengthMax = 128;
constexpr std::size_t kReplyTextBytesMax = 256 * 1024;
/// Of a supervisor's action.
constexpr std::size_t kReasonBytesMax = 1024;

/// What of a frame the rules depend on.
enum class FrameKind {
  kNone,
  kSignIn,
  kOpen,
  /// Whatever every agent may ask for.
  kAgents,
  /// What takes a supervisor.
  kSupervisors,
};

enum class SignInState { kSignedOut, kSigningIn, kSignedIn };

struct SessionFacts {
  SignInState sign_in = SignInState::kSignedOut;
  bool supervisor = false;
  std::size_t open_conversations = 0;
  std::size_t requests_in_flight = 0;
};

/// May a session in this state send such a frame now? UNAUTHENTICATED before sign-in, PERMISSION_DENIED for
/// an agent's wish to be a supervisor, INVALID_FIELD for an empty frame or a second sign-in, OVERLOADED
/// beyond the limits above.
Status may_send(FrameKind kind, const SessionFacts& facts);

/// 1 to 128 printable ASCII characters: IDEMPOTENCY_KEY_MISSING if empty, INVALID_FIELD otherwise.
Status check_idempotency_key(std::string_view key);

/// What a supervisor does to others is never without a reason: 1 to kReasonBytesMax bytes, not only spaces.
Status check_reason(std::string_view reason);

}  // namespace hark::console
