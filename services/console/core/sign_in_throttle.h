#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark::console {

/// Failures that one login and address may have in a row before they must wait.
constexpr int kSignInFailuresFree = 5;
constexpr Duration kSignInWaitMax{60'000};
/// Pairs of login and address that are remembered; when full, the ones whose wait is over are forgotten.
constexpr std::size_t kSignInPairsMax = 10'000;

/// Slows down the guessing of passwords: from the sixth failure in a row on, a login from an address waits
/// twice as long each time, up to a minute. Other addresses are not held up, so that nobody can lock a
/// colleague out.
class SignInThrottle {
 public:
  /// OVERLOADED with the seconds to wait.
  [[nodiscard]] Status may_try(std::string_view login, std::string_view address, TimePoint now) const;
  void failed(std::string_view login, std::string_view address, TimePoint now);
  void succeeded(std::string_view login, std::string_view address);

 private:
  struct Record {
    int failures = 0;
    TimePoint free_at;
  };
  std::unordered_map<std::string, Record> records_;
};

}  // namespace hark::console
