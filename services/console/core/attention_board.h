#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/time.h"

namespace hark::console {

/// What was said holds for so long, unless it is said again.
constexpr Duration kAttentionHolds{15'000};
/// How often it is said again.
constexpr Duration kAttentionRepeats{5'000};
/// Lines on the board; what is said beyond them is dropped.
constexpr std::size_t kAttentionLinesMax = 20'000;

/// Who pays attention to which conversation: one line for each pair, with the time at which it ends.
class AttentionBoard {
 public:
  /// One pair, as it is now.
  struct Said {
    std::string conversation_id;
    /// An agent; empty: the customer.
    std::string who;
    bool typing = false;
    bool gone = false;

    friend bool operator==(const Said&, const Said&) = default;
  };

  /// Writes it down; true if that changes what people see. `held` lines stay until they are said to be gone,
  /// but for their typing.
  bool say(const Said& said, bool held, TimePoint now);

  /// Ends what was not said again: what people now see of it.
  [[nodiscard]] std::vector<Said> expire(TimePoint now);

  /// Everybody there, but for `except`.
  [[nodiscard]] std::vector<Said> on(std::string_view conversation_id, std::string_view except) const;
  /// Held lines, to be said again.
  [[nodiscard]] std::vector<Said> held() const;
  [[nodiscard]] bool empty() const { return lines_.empty(); }

 private:
  struct Line {
    bool held = false;
    bool typing = false;
    TimePoint until;
    TimePoint typing_until;
  };
  using Key = std::pair<std::string, std::string>;
  std::map<Key, Line> lines_;
};

}  // namespace hark::console
