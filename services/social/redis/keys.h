#pragma once

#include <string>
#include <string_view>

/// Where social's things are in Redis. Those of an account lie under one hash tag, hark:{social:<account>}:
///
/// - heard:<address>    string: when the customer last wrote, or the comment was written, ms; eight days
/// - try:<entry>        hash: done (pieces that went out), begun ('1' while one is under way), echoes (of
///                      that one); 35 days
/// - sent:<native id>   string: "<entry> <1 if it is the answer's last piece>"; 35 days
/// - to:<address>       zset: entries not read yet, by the time that the last piece was sent; 35 days
/// - private:<comment>  string: entry that answers it privately; 35 days
/// - echo:<echo>        list: "<entry> <1 if it is the answer's last piece>" of public answers that are under
///                      way, or of which nobody knows what became, the first one first; eight days
/// - turn               string: when the account may ask its network again, us; kept a minute longer
/// - files:<native id>  string: there if that message is taken and its files are fetched; eight days
namespace hark::social::keys {

inline std::string account(std::string_view id) { return "hark:{social:" + std::string{id} + "}"; }

inline std::string files(std::string_view id, std::string_view native_id) {
  return account(id) + ":files:" + std::string{native_id};
}

}  // namespace hark::social::keys
