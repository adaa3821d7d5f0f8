#include "base/rpc/status.h"

#include <gtest/gtest.h>

#include "hark/v1/error.pb.h"

namespace hark::rpc {
namespace {

TEST(Status, GoesThereAndBackWithItsReason) {
  const Error error{Code::kFailedPrecondition, Reason::kObligationsOpen, "2 messages are unanswered"};
  EXPECT_EQ(from_grpc(to_grpc(error)), error);
}

TEST(Status, OfGrpcItselfGetsAReasonByItsCode) {
  EXPECT_EQ(from_grpc({grpc::StatusCode::DEADLINE_EXCEEDED, "late"}).reason, Reason::kDeadline);
}

TEST(Reason, IsTheSameListInProtoAndInCode) {
  const auto* descriptor = v1::Reason_descriptor();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto* value = descriptor->value(i);
    EXPECT_EQ("REASON_" + std::string{name_of(static_cast<Reason>(value->number()))}, value->name());
  }
}

}  // namespace
}  // namespace hark::rpc
