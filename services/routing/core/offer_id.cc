#include "routing/core/offer_id.h"

#include "base/core/ids.h"

namespace hark::routing {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kTimeChars = 10;
constexpr int kShardChars = 3;
constexpr int kTokenChars = 6;
constexpr int kCounterChars = 7;
static_assert(kTimeChars + kShardChars + kTokenChars + kCounterChars == kIdBodyLength);

void append(std::string& out, std::uint64_t value, int chars) {
  for (int i = chars - 1; i >= 0; --i) out += kAlphabet[(value >> (5 * i)) & 31];
}

}  // namespace

std::string OfferIds::next(TimePoint now) {
  std::string id;
  id.reserve(4 + kIdBodyLength);
  id += prefix_of(IdKind::kOffer);
  append(id, static_cast<std::uint64_t>(to_ms(now)), kTimeChars);
  append(id, shard_, kShardChars);
  append(id, static_cast<std::uint64_t>(fencing_token_), kTokenChars);
  append(id, ++counter_, kCounterChars);
  return id;
}

}  // namespace hark::routing
