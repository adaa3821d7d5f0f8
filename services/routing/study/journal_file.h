#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>

#include "base/core/result.h"
#include "hark/v1/routing_journal.pb.h"
#include "routing/study/replay.h"

namespace hark::routing {

/// Larger entries are refused; rules with 256 KiB of text stay far below.
constexpr std::size_t kJournalEntryBytesMax = 8 << 20;

/// Begins an exported journal, and adds an entry to it (proto/hark/v1/routing_journal.proto).
void begin_journal(std::ostream& out);
void add_to_journal(std::ostream& out, const v1::RoutingJournalEntry& entry);

/// Reads an exported journal, entry by entry.
class JournalReader {
 public:
  explicit JournalReader(std::istream& in) : in_{in} {}
  /// Nothing at the end. INVALID_FIELD if this is no journal, or one that ends within an entry.
  Result<std::optional<v1::RoutingJournalEntry>> next();

 private:
  std::istream& in_;
  bool begun_ = false;
  std::int64_t entries_ = 0;
};

/// An entry as the engine's words; nothing for one of a later version, which cannot be replayed.
std::optional<std::variant<RecordedStart, RecordedInput>> recorded(const v1::RoutingJournalEntry& entry);

}  // namespace hark::routing
