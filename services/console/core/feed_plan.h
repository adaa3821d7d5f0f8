#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace hark::console {

/// Entries of a timeline that come down when a conversation is opened, and per step back.
constexpr std::int64_t kTimelinePage = 100;
/// A change that reaches further back than this is answered with the newest page instead.
constexpr std::int64_t kChangeSpanMax = 200;

/// What has to be read again of one conversation that somebody looks at.
///
/// One per conversation, fed with its events, asked for the next read when there is time for one. It knows
/// which open obligations the pages show, because a reply changes those entries without naming them. Holds no
/// entries itself.
class FeedPlan {
 public:
  /// The newest page: somebody opened the conversation, or events may have been missed.
  void everything() { everything_ = true; }
  /// The conversation itself and this entry; 0 if the event names no entry.
  void changed(std::int64_t sequence);
  /// Obligations may have been settled or opened anew: entries that the pages show as open are read again.
  void settled() { settled_ = true; }

  [[nodiscard]] bool pending() const { return everything_ || settled_ || conversation_ || from_ > 0; }

  struct Read {
    /// The newest page; otherwise the entries after `after_sequence`, or none if `entries` is false.
    bool newest = false;
    bool entries = false;
    std::int64_t after_sequence = 0;

    /// Falls back to the newest page where the tail after `after_sequence` is too long.
    void fit(std::int64_t last_sequence) {
      if (entries && last_sequence - after_sequence > kChangeSpanMax) newest = true;
    }
  };
  /// What to read now. Nothing is pending afterwards, so it is taken before the first byte is read: what
  /// happens meanwhile is pending again.
  Read take();

  /// What the pages have been shown: remembers which entries are open.
  struct Shown {
    std::int64_t sequence = 0;
    bool open = false;
  };
  void shown(const std::vector<Shown>& entries);

 private:
  bool everything_ = false;
  bool settled_ = false;
  bool conversation_ = false;
  std::int64_t from_ = 0;
  std::set<std::int64_t> open_;
};

}  // namespace hark::console
