#pragma once

#include <cstdint>
#include <string>

namespace hark::chat {

/// Items that a visitor's log keeps; older ones leave it (the conversation keeps them for ever).
constexpr std::int64_t kLogItemsMax = 1000;
/// Items that may go out ahead of what the page has said to be safe.
constexpr std::int64_t kItemsAheadMax = 256;

/// A visitor's log as it is: offsets first..last, empty if last is 0 or below first.
struct LogState {
  std::string epoch;
  std::int64_t first = 1;
  std::int64_t last = 0;
};

/// What a page says that it has.
struct PagePosition {
  std::string epoch;
  std::int64_t offset = 0;
};

/// Where a page goes on: after `after`, keeping what it has (`resumed`) or forgetting it.
struct Resume {
  bool resumed = false;
  std::int64_t after = 0;
};

/// All or nothing: a page whose gap is no longer complete, or that claims what never was, starts afresh with
/// the oldest that there is.
Resume resume(const PagePosition& page, const LogState& log);

}  // namespace hark::chat
