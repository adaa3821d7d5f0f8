#include "routing/core/offer_id.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/core/check.h"
#include "base/core/ids.h"

namespace hark::routing {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kTimeChars = 10;
constexpr int kShardChars = 3;
constexpr int kTokenChars = 6;
constexpr int kCounterChars = 7;
static_assert(kTimeChars + kShardChars + kTokenChars + kCounterChars == kIdBodyLength);

/// Into the last `chars` before the end.
void put(std::string& id, std::size_t end, std::uint64_t value, int chars) {
  for (; chars > 0; --chars, value >>= 5) id[--end] = kAlphabet[value & 31];
}

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kTimeEnd = kPrefix + kTimeChars;

}  // namespace

OfferIds::OfferIds(std::uint16_t shard, std::int64_t fencing_token) : id_(kPrefix + kIdBodyLength, '0') {
  const std::string_view prefix = prefix_of(IdKind::kOffer);
  HARK_CHECK(prefix.size() == kPrefix);
  prefix.copy(id_.data(), kPrefix);
  put(id_, kTimeEnd + kShardChars, shard, kShardChars);
  put(id_, id_.size() - kCounterChars, static_cast<std::uint64_t>(fencing_token), kTokenChars);
}

std::string OfferIds::next(TimePoint now) {
  if (std::exchange(time_, now) != now)
    put(id_, kTimeEnd, static_cast<std::uint64_t>(to_ms(now)), kTimeChars);
  // Those that have not turned over stay.
  const std::uint64_t changed = counter_ ^ (counter_ + 1);
  put(id_, id_.size(), ++counter_,
      std::min((static_cast<int>(std::bit_width(changed)) + 4) / 5, kCounterChars));
  return id_;
}

}  // namespace hark::routing
