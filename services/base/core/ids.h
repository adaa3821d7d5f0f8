#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark {

/// What an id names: its three-letter prefix.
enum class IdKind { kConversation, kEntry, kTicket, kThread, kOffer, kLease, kSession, kQuarantined };

/// Makes ids such as "ent_01JD3Y8K2M00A7Q4R5S6T7V8W9": a prefix, ten characters of milliseconds (so they sort
/// by time), three of partition (so a key's place is known from the id alone), thirteen of randomness (65
/// bits, so that an id that leaves the house cannot be guessed). Alphabet: Crockford's base32, read without
/// regard to case.
///
/// Not thread-safe: each service owns one. Randomness comes in as a function, so that tests repeat.
class IdSource {
 public:
  using Random = std::uint64_t (*)();
  explicit IdSource(Random random) : random_{random} {}
  [[nodiscard]] std::string next(IdKind kind, std::uint16_t partition, TimePoint now);

 private:
  Random random_;
};

/// 64 bits from the operating system's generator (buffered by thread).
std::uint64_t secure_random();

constexpr std::uint16_t kPartitionsMax = 1024;
constexpr std::size_t kIdBodyLength = 26;

/// Checks form and prefix. Accepts either case, returns the canonical (upper) form.
Result<std::string> parse_id(IdKind kind, std::string_view text);

/// The partition that an id of any kind carries; INVALID_FIELD if the text is no id.
Result<std::uint16_t> partition_of(std::string_view id);

/// When it was made; INVALID_FIELD if the text is no id.
Result<TimePoint> time_of(std::string_view id);

/// The prefix with its underscore, for example "con_".
std::string_view prefix_of(IdKind kind);

/// Crockford base32, upper case, most significant bits first, no padding.
std::string base32(std::span<const unsigned char> bytes);

}  // namespace hark
