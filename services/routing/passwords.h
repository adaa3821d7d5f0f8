#pragma once

#include <boost/asio/thread_pool.hpp>
#include <string>

#include "base/async/blocking.h"
#include "base/core/result.h"

namespace hark::routing {

/// Password hashes: argon2id by libsodium, made to be slow, so on a thread of their own.
///
/// Lives on the service's thread. At most kWaitingMax calls wait; more are refused OVERLOADED, so that a
/// flood of sign-ins costs neither memory nor the router's time.
class Passwords {
 public:
  static constexpr int kWaitingMax = 32;

  Passwords();

  /// The hash with its salt and cost, as text.
  Task<Result<std::string>> hash(std::string password);

  /// An empty hash takes as long and never matches, so that time does not tell which agents exist.
  Task<Result<bool>> matches(std::string hash, std::string password);

 private:
  asio::thread_pool pool_{1};
  int waiting_ = 0;
};

}  // namespace hark::routing
