#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/core/time.h"

namespace hark::conversation {

/// When to tell that a customer stays away: their reply lies ready for them, on a channel whose customers
/// come and fetch it (chat), for longer than `patience`.
///
/// Of each partition it knows no more than since when the longest waiting reply there may have waited; which
/// replies those are, and whether they were fetched meanwhile, the store knows. Holds no timer: the caller
/// comes back at next_deadline() and looks into what is due().
class UnfetchedWatch {
 public:
  /// `patience`: above 0.
  explicit UnfetchedWatch(Duration patience) : patience_{patience} {}

  /// A reply waits there since then.
  void waits(std::uint16_t partition, TimePoint since);
  /// What waits there is not known: it is due at once.
  void look_into(std::uint16_t partition) { waits(partition, TimePoint{}); }
  /// The store was looked into: since when the longest waiting of what is left there waits, if anything does.
  void looked(std::uint16_t partition, std::optional<TimePoint> oldest);

  /// Partitions in which something may have waited for longer than the patience, in order.
  [[nodiscard]] std::vector<std::uint16_t> due(TimePoint now) const;
  /// What came to the customer's side by then has waited long enough.
  [[nodiscard]] TimePoint cutoff(TimePoint now) const { return now - patience_; }
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

 private:
  Duration patience_;
  std::map<std::uint16_t, TimePoint> oldest_;
};

}  // namespace hark::conversation
