#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "conversation/core/address.h"

/// Where things are in Redis. What lies below a partition's prefix is told at the top of prelude.lua.
namespace hark::conversation::keys {

inline std::string partition(std::uint16_t p) { return "hark:{p" + std::to_string(p) + "}"; }

inline std::string in(std::uint16_t p, std::string_view kind, std::string_view id = {}) {
  std::string key = partition(p);
  key += ':';
  key += kind;
  if (!id.empty()) {
    key += ':';
    key += id;
  }
  return key;
}

/// The entry of a place "<conversation> <seq>".
inline std::string place_of(std::string_view conversation, std::int64_t sequence) {
  return std::string{conversation} + " " + std::to_string(sequence);
}

/// Whose address it is: string, conversation id. In the partition where a customer whose first address it is
/// lives, so that the first message finds and claims it in one step.
inline std::string address(std::uint16_t partitions, std::string_view normalised) {
  return in(home_partition(normalised, partitions), "addr", normalised);
}

/// What an account can send: SendingRules bytes, from when its channel connected last.
inline std::string rules(std::string_view account) { return "hark:rules:" + std::string{account}; }

/// What passes between the processes of conversation: stream of AttentionLot bytes.
inline std::string attention() { return "hark:attention"; }

/// What a store was created with: hash, layout, partitions, secret.
inline std::string meta() { return "hark:meta"; }

}  // namespace hark::conversation::keys
