#include "base/rpc/status.h"

#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "hark/v1/error.pb.h"

namespace hark::rpc {
namespace {

TEST(Status, GoesThereAndBackWithItsReason) {
  const Error error{Code::kFailedPrecondition, Reason::kObligationsOpen, "2 messages are unanswered"};
  EXPECT_EQ(from_grpc(to_grpc(error)), error);
}

TEST(Status, CarriesItsReasonTheWayThatToolsOfAnyLanguageExpect) {
  google::rpc::Status carried;
  ASSERT_TRUE(carried.ParseFromString(
      to_grpc({Code::kNotFound, Reason::kAgentNotFound, "there is no agent 'eve'"}).error_details()));
  EXPECT_EQ(carried.code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(carried.message(), "there is no agent 'eve'");
  ASSERT_EQ(carried.details_size(), 1);
  EXPECT_EQ(carried.details(0).type_url(), "type.googleapis.com/hark.v1.ErrorDetail");
  v1::ErrorDetail detail;
  ASSERT_TRUE(carried.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.reason(), v1::REASON_AGENT_NOT_FOUND);
}

TEST(Status, OfOthersWithoutAReasonOfOursGetsOneByItsCode) {
  google::rpc::Status carried;
  carried.add_details()->set_type_url("type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_EQ(from_grpc({grpc::StatusCode::RESOURCE_EXHAUSTED, "full", carried.SerializeAsString()}).reason,
            Reason::kOverloaded);
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
