#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/core/check.h"
#include "base/core/reason.h"

namespace hark {

/// The canonical codes of gRPC, by number, so that conversion is a cast (base/rpc/status.h).
enum class Code {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// An expected failure: a canonical code for machinery (may it be retried?), a reason for programs (what
/// exactly?), and a message for the person who reads it: what was wrong, where, what to do.
struct Error {
  Code code = Code::kUnknown;
  Reason reason = Reason::kUnspecified;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// What was said will never be taken, however often it is said: as it is, or as things stand.
[[nodiscard]] inline bool is_final(const Error& error) {
  return error.code == Code::kInvalidArgument || error.code == Code::kNotFound ||
         error.code == Code::kFailedPrecondition;
}

/// The one type that functions with an expected failure return. Our own bugs are HARK_CHECK instead, never an
/// Error; nothing that the network sent is ever a HARK_CHECK.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}      // NOLINT: implicit by design
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] const T& value() const& {
    HARK_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T& value() & {
    HARK_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    HARK_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] const Error& error() const& {
    HARK_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    HARK_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_{std::move(error)} {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& {
    HARK_CHECK(error_);
    return *error_;
  }
  [[nodiscard]] Error&& error() && {
    HARK_CHECK(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// NOLINTBEGIN: a statement that returns cannot be a function
#define HARK_CONCAT_(a, b) a##b
#define HARK_CONCAT(a, b) HARK_CONCAT_(a, b)
/// HARK_TRY(auto x, f()) declares x with f()'s value, or returns f()'s error; HARK_TRY_VOID(f()) only checks.
/// The CO_ forms are for coroutines.
#define HARK_TRY_(ret, result, decl, ...)          \
  auto result = (__VA_ARGS__);                     \
  if (!result.ok()) ret std::move(result).error(); \
  decl = *std::move(result)
#define HARK_TRY(decl, ...) HARK_TRY_(return, HARK_CONCAT(try_result_, __LINE__), decl, __VA_ARGS__)
#define HARK_CO_TRY(decl, ...) HARK_TRY_(co_return, HARK_CONCAT(try_result_, __LINE__), decl, __VA_ARGS__)
#define HARK_TRY_VOID(...) \
  if (auto try_status = (__VA_ARGS__); !try_status.ok()) return std::move(try_status).error()
#define HARK_CO_TRY_VOID(...) \
  if (auto try_status = (__VA_ARGS__); !try_status.ok()) co_return std::move(try_status).error()
// NOLINTEND

}  // namespace hark
