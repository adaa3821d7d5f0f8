#include "console/core/sign_in_throttle.h"

#include <algorithm>

namespace hark::console {
namespace {

std::string pair_of(std::string_view login, std::string_view address) {
  return std::string{address} + "\n" + std::string{login};
}

}  // namespace

Status SignInThrottle::may_try(std::string_view login, std::string_view address, TimePoint now) const {
  const auto found = records_.find(pair_of(login, address));
  if (found == records_.end() || now >= found->second.free_at) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(found->second.free_at - now).count();
  return Error{Code::kResourceExhausted, Reason::kOverloaded,
               "too many failed attempts; try again in " + std::to_string(seconds) + " s"};
}

void SignInThrottle::failed(std::string_view login, std::string_view address, TimePoint now) {
  if (records_.size() >= kSignInPairsMax)
    std::erase_if(records_, [&](const auto& r) { return now >= r.second.free_at; });
  if (records_.size() >= kSignInPairsMax) return;
  auto& record = records_[pair_of(login, address)];
  ++record.failures;
  const int over = record.failures - kSignInFailuresFree;
  if (over > 0) record.free_at = now + std::min(kSignInWaitMax, Duration{1'000} * (1 << std::min(over, 10)));
}

void SignInThrottle::succeeded(std::string_view login, std::string_view address) {
  records_.erase(pair_of(login, address));
}

}  // namespace hark::console
