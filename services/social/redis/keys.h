#pragma once

#include <string>
#include <string_view>

/// Where social's things are in Redis. Those of an account lie under one hash tag, hark:{social:<account>}:
///
///   heard:<address>    string  when the customer last wrote, or the comment was written, ms; kept eight days
///   try:<entry>        hash    done (pieces that the network took), begun ('1' while one is under way); 35
///   days sent:<native id>   string  "<entry> <1 if it is the answer's last piece>"; 35 days to:<address>
///   zset    entry by the time that its last piece was sent; those not read yet; 35 days private:<comment>
///   string  entry that answers it privately; 35 days
namespace hark::social::keys {

inline std::string account(std::string_view id) { return "hark:{social:" + std::string{id} + "}"; }

}  // namespace hark::social::keys
