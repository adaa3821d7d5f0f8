#include "base/core/ids.h"

#include <sys/random.h>

#include <array>

namespace hark {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kTimeChars = 10;
constexpr int kPartitionChars = 3;
constexpr int kRandomChars = 13;
static_assert(kTimeChars + kPartitionChars + kRandomChars == kIdBodyLength);

void append_base32(std::string& out, std::uint64_t value, int chars) {
  for (int i = chars - 1; i >= 0; --i) out += kAlphabet[(value >> (5 * i)) & 31];
}

/// The value of one character, or -1. O reads as 0, I and L as 1.
int digit(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Error bad_id(std::string_view text, std::string_view want) {
  return {Code::kInvalidArgument, Reason::kInvalidField,
          "'" + std::string{text.substr(0, 64)} + "' is not an id; expected " + std::string{want} +
              " followed by 26 characters of base32"};
}

}  // namespace

std::string_view prefix_of(IdKind kind) {
  switch (kind) {
    case IdKind::kConversation:
      return "con_";
    case IdKind::kEntry:
      return "ent_";
    case IdKind::kTicket:
      return "tkt_";
    case IdKind::kThread:
      return "thr_";
    case IdKind::kOffer:
      return "off_";
    case IdKind::kLease:
      return "lea_";
    case IdKind::kSession:
      return "ses_";
    case IdKind::kQuarantined:
      return "qua_";
  }
  return "";
}

std::string IdSource::next(IdKind kind, std::uint16_t partition, TimePoint now) {
  HARK_CHECK(partition < kPartitionsMax);
  std::string id;
  id.reserve(4 + kIdBodyLength);
  id += prefix_of(kind);
  append_base32(id, static_cast<std::uint64_t>(to_ms(now)), kTimeChars);
  append_base32(id, partition, kPartitionChars);
  // Thirteen characters hold 65 bits; the last one takes its fifth bit from a second draw.
  append_base32(id, random_(), kRandomChars - 1);
  append_base32(id, random_(), 1);
  return id;
}

std::uint64_t secure_random() {
  thread_local std::array<std::uint64_t, 64> buffer;
  thread_local std::size_t left = 0;
  if (left == 0) {
    HARK_CHECK(::getrandom(buffer.data(), sizeof buffer, 0) == static_cast<ssize_t>(sizeof buffer));
    left = buffer.size();
  }
  return buffer[--left];
}

Result<std::string> parse_id(IdKind kind, std::string_view text) {
  const auto prefix = prefix_of(kind);
  if (text.size() != prefix.size() + kIdBodyLength || text.substr(0, prefix.size()) != prefix)
    return bad_id(text, prefix);
  std::string id{prefix};
  for (const char c : text.substr(prefix.size())) {
    const int value = digit(c);
    if (value < 0) return bad_id(text, prefix);
    id += kAlphabet[value];
  }
  return id;
}

Result<std::uint16_t> partition_of(std::string_view id) {
  if (id.size() != 4 + kIdBodyLength || id[3] != '_') return bad_id(id, "a prefix such as con_");
  int partition = 0;
  for (const char c : id.substr(4 + kTimeChars, kPartitionChars)) {
    const int value = digit(c);
    if (value < 0) return bad_id(id, "a prefix such as con_");
    partition = partition * 32 + value;
  }
  if (partition >= kPartitionsMax) return bad_id(id, "a known partition and a prefix such as con_");
  return static_cast<std::uint16_t>(partition);
}

Result<TimePoint> time_of(std::string_view id) {
  if (id.size() != 4 + kIdBodyLength || id[3] != '_') return bad_id(id, "a prefix such as con_");
  std::int64_t ms = 0;
  for (const char c : id.substr(4, kTimeChars)) {
    const int value = digit(c);
    if (value < 0) return bad_id(id, "a prefix such as con_");
    ms = ms * 32 + value;
  }
  return from_ms(ms);
}

std::string base32(std::span<const unsigned char> bytes) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kAlphabet[(buffer >> bits) & 31];
    }
  }
  if (bits > 0) out += kAlphabet[(buffer << (5 - bits)) & 31];
  return out;
}

}  // namespace hark
