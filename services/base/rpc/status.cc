#include "base/rpc/status.h"

#include "google/rpc/status.pb.h"
#include "hark/v1/error.pb.h"

namespace hark::rpc {
namespace {

static_assert(static_cast<int>(Code::kUnauthenticated) == grpc::StatusCode::UNAUTHENTICATED);
static_assert(static_cast<int>(Code::kAborted) == grpc::StatusCode::ABORTED);
static_assert(static_cast<int>(Code::kUnavailable) == grpc::StatusCode::UNAVAILABLE);

Reason reason_of(Code code) {
  switch (code) {
    case Code::kDeadlineExceeded:
      return Reason::kDeadline;
    case Code::kUnavailable:
    case Code::kCancelled:
      return Reason::kOutcomeUnknown;
    case Code::kResourceExhausted:
      return Reason::kOverloaded;
    default:
      return Reason::kInternal;
  }
}

}  // namespace

grpc::Status to_grpc(const Error& error) {
  v1::ErrorDetail detail;
  detail.set_reason(static_cast<v1::Reason>(error.reason));
  detail.set_message(error.message);
  google::rpc::Status carried;
  carried.set_code(static_cast<int>(error.code));
  carried.set_message(error.message);
  carried.add_details()->PackFrom(detail);
  return {static_cast<grpc::StatusCode>(error.code), error.message, carried.SerializeAsString()};
}

Error from_grpc(const grpc::Status& status) {
  const auto code = static_cast<Code>(status.error_code());
  google::rpc::Status carried;
  if (carried.ParseFromString(status.error_details())) {
    for (const auto& any : carried.details()) {
      if (v1::ErrorDetail detail; any.UnpackTo(&detail))
        return {code, static_cast<Reason>(detail.reason()), status.error_message()};
    }
  }
  return {code, reason_of(code), status.error_message()};
}

}  // namespace hark::rpc
