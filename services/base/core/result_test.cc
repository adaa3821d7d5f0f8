#include "base/core/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace hark {
namespace {

Result<int> half(int n) {
  if (n % 2) return Error{Code::kInvalidArgument, Reason::kInvalidField, "odd"};
  return n / 2;
}
Result<int> quarter(int n) {
  HARK_TRY(const int h, half(n));
  HARK_TRY_VOID([&]() -> Status { return {}; }());
  return half(h);
}

TEST(Result, TryPassesValuesOnAndReturnsErrors) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(3).error().reason, Reason::kInvalidField);
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> r{std::make_unique<int>(3)};
  std::unique_ptr<int> out = *std::move(r);
  EXPECT_EQ(*out, 3);
}

}  // namespace
}  // namespace hark
