#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/reply_trim.h"

namespace hark::email {

enum class LineKind { kBlank, kText, kQuote, kAttribution, kSignature, kRest };

/// One line of a reply while it is looked at.
struct ReplyLine {
  std::size_t begin = 0;
  std::size_t end = 0;  // with its line break
  std::string_view text;
  std::string folded;  // trimmed
  LineKind kind = LineKind::kText;
  ReplyPart part = ReplyPart::kVisible;
  // What the lines from here on are, once it has been asked: several rules ask it of the same line.
  mutable std::optional<bool> opens_original;
  mutable std::optional<std::size_t> attribution_length;
};

/// The lines of a reply, and what can be said of each by looking at it and a few that follow. Every question
/// looks at a bounded number of filled lines, so that asking it of every line is linear.
class ReplyLines {
 public:
  /// Views into `text`, which must outlive this.
  explicit ReplyLines(std::string_view text);

  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  ReplyLine& operator[](std::size_t i) { return lines_[i]; }
  const ReplyLine& operator[](std::size_t i) const { return lines_[i]; }

  /// A forwarded mail begins here; inside a quote that goes on, it is only part of what was answered.
  [[nodiscard]] bool forwards_from(std::size_t i) const;

  /// How many lines from i on are "On <date>, <somebody> wrote:"; 0 if none.
  [[nodiscard]] std::size_t attribution_at(std::size_t i) const;

  /// "-----Original Message-----", or a block of headers, with a rule before it or not.
  [[nodiscard]] bool opens_original(std::size_t i) const;

  /// Where the signature that begins at i ends; i if none begins.
  [[nodiscard]] std::size_t signature_end(std::size_t i) const;

  /// "Sent from my ..." counts as the last words before a quote or the end, or as a paragraph of its own.
  [[nodiscard]] bool stands_alone(std::size_t i) const;

  /// The first line from i on that is not blank, or size().
  [[nodiscard]] std::size_t next_filled(std::size_t i) const;

  /// The next line that is not blank is marked as quoted.
  [[nodiscard]] bool quote_after(std::size_t i) const;

  void set(std::size_t begin, std::size_t end, LineKind kind);

 private:
  std::size_t attribution_from(std::size_t i) const;
  std::size_t find_attribution(std::size_t i) const;
  bool finds_original(std::size_t i) const;
  bool opens_header_block(std::size_t i) const;
  std::string join(std::size_t begin, std::size_t end) const;

  std::vector<ReplyLine> lines_;
};

}  // namespace hark::email
