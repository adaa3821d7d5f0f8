#include "console/core/session_rules.h"

#include <algorithm>
#include <string>

#include "base/core/invalid.h"

namespace hark::console {
namespace {

Error overloaded(std::string message) {
  return {Code::kResourceExhausted, Reason::kOverloaded, std::move(message)};
}

}  // namespace

Status may_send(FrameKind kind, const SessionFacts& facts) {
  if (kind == FrameKind::kNone) return invalid("the frame asks for nothing: set one of its fields");
  if (facts.requests_in_flight >= kRequestsInFlightMax) {
    return overloaded(std::to_string(kRequestsInFlightMax) +
                      " requests are under way on this connection; wait for answers");
  }
  if (kind == FrameKind::kSignIn) {
    if (facts.sign_in == SignInState::kSignedOut) return {};
    return invalid("this connection is signed in already; open another one to be somebody else");
  }
  if (facts.sign_in != SignInState::kSignedIn) {
    return Error{Code::kUnauthenticated, Reason::kUnauthenticated, "sign in first"};
  }
  if (kind == FrameKind::kSupervisors && !facts.supervisor) {
    return Error{Code::kPermissionDenied, Reason::kPermissionDenied, "only supervisors may do this"};
  }
  if (kind == FrameKind::kOpen && facts.open_conversations >= kOpenConversationsMax) {
    return overloaded(std::to_string(kOpenConversationsMax) +
                      " conversations are open on this connection; close one");
  }
  return {};
}

Status check_idempotency_key(std::string_view key) {
  if (key.empty()) {
    return Error{Code::kInvalidArgument, Reason::kIdempotencyKeyMissing,
                 "a command needs an idempotency_key, made once per action and kept when it is retried"};
  }
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (key.size() > kIdempotencyKeyLengthMax || !printable) {
    return invalid("idempotency_key must be 1 to 128 printable ASCII characters");
  }
  return {};
}

Status check_reason(std::string_view reason) {
  if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return invalid("reason: say why; it goes on the record");
  if (reason.size() > kReasonBytesMax)
    return invalid("reason: is longer than " + std::to_string(kReasonBytesMax) + " bytes");
  return {};
}

}  // namespace hark::console
