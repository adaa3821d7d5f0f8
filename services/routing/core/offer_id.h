#pragma once

#include <cstdint>
#include <string>

#include "base/core/time.h"

namespace hark::routing {

/// Offer ids without chance, in the form of base/core/ids.h: time, shard (in the place of the partition),
/// then the leader's fencing token (30 bits) and a counter (35 bits). Two leaders never make the same one.
class OfferIds {
 public:
  OfferIds(std::uint16_t shard, std::int64_t fencing_token);
  [[nodiscard]] std::string next(TimePoint now);

 private:
  /// The last one: the next differs in its time, if at all, and in the end of its counter.
  std::string id_;
  TimePoint time_{};
  std::uint64_t counter_ = 0;
};

}  // namespace hark::routing
