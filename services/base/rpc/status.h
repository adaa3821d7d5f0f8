#pragma once

#include <grpcpp/support/status.h>

#include "base/core/result.h"

namespace hark::rpc {

/// The one pair of functions between our errors and gRPC's. The reason travels as hark.v1.ErrorDetail, the
/// one detail of the google.rpc.Status that status details are by convention; a status without one (made by
/// gRPC itself) gets a reason by its code.
grpc::Status to_grpc(const Error& error);
Error from_grpc(const grpc::Status& status);

}  // namespace hark::rpc
