#pragma once

#include <string>
#include <string_view>

/// Where phone's things are in Redis. Those of an account lie under one hash tag, hark:{phone:<account>}:
///
///   call:<call>      hash    v (version), b (CallRecord bytes); of a call that is over kept 36 days
///   live             set     calls that are not over
///   again:<number>   string  reference of a call that nobody answered; kept as long as who rings back goes
///   on with it tries:<entry>    string  times that a customer was called back; kept 36 days
namespace hark::phone::keys {

inline std::string account(std::string_view id) { return "hark:{phone:" + std::string{id} + "}"; }

}  // namespace hark::phone::keys
