#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

constexpr std::size_t kTrimTextBytesMax =
    std::size_t{1024} * 1024;  // of a text; what is behind it stays visible

enum class ReplyPart {
  kVisible,    // the writer's own words, and quotes that they answer one by one
  kQuoted,     // of the mail that is answered, with the words that introduce it
  kSignature,  // after "-- ", and "Sent from my ..."
};

/// One stretch of the text, in bytes.
struct ReplyRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  ReplyPart part = ReplyPart::kVisible;

  friend bool operator==(const ReplyRange&, const ReplyRange&) = default;
};

/// The whole text in ranges, in order and without gaps; neighbours differ in their part. Nothing is cut out:
/// who shows a mail folds what is not visible.
struct TrimmedReply {
  std::vector<ReplyRange> ranges;

  /// The visible ranges of that same text joined, without blank lines at both ends.
  [[nodiscard]] std::string visible(std::string_view text) const;
};

/// Tells a writer's own words in a plain-text reply from what their mail program added, by lines and in
/// linear time. In doubt a line is visible: forwarded mail is never cut, text below or between quotes stays,
/// and if nothing would remain, everything is visible.
///
/// `forwarded`: the subject says that the mail hands another one on (is_forward_subject), so that a block of
/// headers introduces what is meant to be read.
TrimmedReply trim_reply(std::string_view text, bool forwarded = false);

}  // namespace hark::email
