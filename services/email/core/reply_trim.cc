#include "email/core/reply_trim.h"

#include <algorithm>
#include <optional>

#include "email/core/ascii.h"
#include "email/core/reply_phrases.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

constexpr std::size_t kAttributionLinesMax = 6;  // wrapped, with the blank line that some programs put inside
constexpr std::size_t kHeaderBlockLinesMax = 12;    // looked at from the first header word on
constexpr std::size_t kHeaderContinuationsMax = 2;  // wrapped lines in a row inside such a block
constexpr std::size_t kSignatureLinesMax = 15;      // after "--"; longer: it was a rule between paragraphs

constexpr std::size_t kMobileLinesAhead = 40;  // looked at to see whether anything follows "Sent from my ..."
constexpr std::size_t kAttributionBytesMax = 600;

enum class LineKind { kBlank, kText, kQuote, kAttribution, kSignature, kRest };

struct Line {
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

bool is_quote(std::string_view text) {
  text = ascii_trimmed(text);
  return text.starts_with('>') || text.starts_with("| ") || text == "|";
}

std::vector<Line> split(std::string_view text) {
  std::vector<Line> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    auto rest = text.substr(at);
    Line line;
    line.begin = at;
    line.text = take_line(rest);
    line.end = at = text.size() - rest.size();
    line.folded = ascii_trimmed(fold_line(line.text));
    line.kind = line.folded.empty()   ? LineKind::kBlank
                : is_quote(line.text) ? LineKind::kQuote
                                      : LineKind::kText;
    lines.push_back(std::move(line));
  }
  return lines;
}

bool is_signature_marker(const Line& line) {
  return line.folded == "--" || line.folded == "__" || line.folded == "—" || line.folded == "---";
}

/// A '<' without its '>' yet.
bool has_open_bracket(std::string_view text) {
  return std::count(text.begin(), text.end(), '<') > std::count(text.begin(), text.end(), '>');
}

/// One pass over the lines that says what each is; then the quotes are weighed against what stands between
/// them.
class Trimmer {
 public:
  Trimmer(std::vector<Line> lines, bool forwarded) : lines_{std::move(lines)}, forwarded_{forwarded} {}

  std::vector<Line> run() {
    mark();
    weigh_quotes();
    for (auto& line : lines_) settle(line);
    give_blanks_to_neighbours();
    return std::move(lines_);
  }

 private:
  void mark() {
    bool in_code = false;
    for (std::size_t i = 0; i < lines_.size();) {
      auto& line = lines_[i];
      if (line.folded.starts_with("```")) in_code = !in_code;
      if (forwards_from(i)) return keep_from(i);
      if (line.kind != LineKind::kText || in_code) {
        ++i;
        continue;
      }
      i = mark_text(i);
      if (cut_) return;
    }
  }

  /// A forwarded mail begins here; inside a quote that goes on, it is only part of what was answered.
  bool forwards_from(std::size_t i) const {
    if (!is_forward_marker(lines_[i].folded)) return false;
    if (lines_[i].kind != LineKind::kQuote) return true;
    auto before = i;
    while (before > 0 && lines_[before - 1].kind == LineKind::kBlank) --before;
    return before == 0 || lines_[before - 1].kind == LineKind::kText;
  }

  /// Looks at a line of text that is no quote; returns where to go on.
  std::size_t mark_text(std::size_t i) {
    if (!seen_text_ && lines_[i].folded == kRestQuotedMark) {
      lines_[i].kind = LineKind::kBlank;
      return i + 1;
    }
    if (seen_text_ && !forwarded_ && opens_original(i)) {
      cut_from(i);
      return lines_.size();
    }
    if (const auto length = attribution_at(i); length > 0) return mark_attribution(i, length);
    if (seen_text_ && is_signature_marker(lines_[i])) {
      if (const auto end = signature_end(i); end > i) {
        set(i, end, LineKind::kSignature);
        return end;
      }
    }
    if (is_mobile_signature(lines_[i].folded) && stands_alone(i)) {
      lines_[i].kind = LineKind::kSignature;
      return i + 1;
    }
    seen_text_ = true;
    return i + 1;
  }

  std::size_t mark_attribution(std::size_t i, std::size_t length) {
    const auto next = next_filled(i + length);
    const bool quote_follows = next < lines_.size() && lines_[next].kind == LineKind::kQuote;
    if (!quote_follows && seen_text_ && !forwarded_) {
      cut_from(i);
      return lines_.size();
    }
    // Above everything else: the answer stands below, as people of old do it.
    set(i, i + length, LineKind::kAttribution);
    return i + length;
  }

  /// How many lines from i on are an attribution; 0 if none.
  std::size_t attribution_at(std::size_t i) const {
    const auto length = attribution_from(i);
    // "On my way home in 2 weeks." above "Op 16 aug. 2014 schreef ...": the words that begin later are meant.
    for (std::size_t later = i + 1; later < i + length; ++later) {
      if (lines_[later].folded.starts_with('<')) continue;  // the address of the name above
      const auto rest = attribution_from(later);
      if (rest > 0 && later + rest >= i + length && !has_open_bracket(join(i, later))) return 0;
    }
    return length;
  }

  std::size_t attribution_from(std::size_t i) const {
    auto& known = lines_[i].attribution_length;
    if (!known) known = find_attribution(i);
    return *known;
  }

  std::size_t find_attribution(std::size_t i) const {
    if (lines_[i].kind != LineKind::kText || !may_open_attribution(lines_[i].folded)) return 0;
    std::string joined;
    for (std::size_t n = 0; n < kAttributionLinesMax && i + n < lines_.size(); ++n) {
      const auto& line = lines_[i + n];
      if (line.kind == LineKind::kBlank) {
        // Polymail puts a blank line before "<mailto:...>".
        if (i + n + 1 < lines_.size() && lines_[i + n + 1].folded.starts_with('<')) continue;
        return 0;
      }
      // A '>' at the start of a line may be the end of a wrapped "<a@b>" and no quote.
      if (line.kind == LineKind::kQuote && !has_open_bracket(joined)) return 0;
      if (n > 0) joined += ' ';
      joined += line.folded;
      if (joined.size() > kAttributionBytesMax) return 0;
      const auto found = attribution(joined);
      if (found == Attribution::kStrong || (found == Attribution::kWeak && quote_after(i + n + 1)))
        return n + 1;
    }
    return 0;
  }

  std::string join(std::size_t begin, std::size_t end) const {
    std::string joined;
    for (auto i = begin; i < end; ++i) joined += lines_[i].folded + ' ';
    return joined;
  }

  bool quote_after(std::size_t i) const {
    const auto next = next_filled(i);
    return next < lines_.size() && lines_[next].kind == LineKind::kQuote;
  }

  /// "-----Original Message-----", or a block of headers, with a rule before it or not.
  bool opens_original(std::size_t i) const {
    auto& known = lines_[i].opens_original;
    if (!known) known = finds_original(i);
    return *known;
  }

  bool finds_original(std::size_t i) const {
    if (is_original_marker(lines_[i].folded)) return true;
    if (is_rule(lines_[i].folded)) {
      const auto next = next_filled(i + 1);
      return next < lines_.size() && next - i <= 3 && opens_header_block(next);
    }
    return opens_header_block(i);
  }

  bool opens_header_block(std::size_t i) const {
    const auto first = header_word(lines_[i].folded);
    if (first != HeaderWord::kFrom && first != HeaderWord::kDate) return false;
    bool from = false, date = false, to = false, subject = false, address = false;
    std::size_t strangers = 0;
    for (auto n = i; n < lines_.size() && n < i + kHeaderBlockLinesMax; ++n) {
      if (lines_[n].kind == LineKind::kBlank) {
        if (header_word(n + 1 < lines_.size() ? lines_[n + 1].folded : std::string{}) == HeaderWord::kNone)
          break;
        continue;
      }
      const auto word = header_word(lines_[n].folded);
      strangers = word == HeaderWord::kNone ? strangers + 1 : 0;
      if (strangers > kHeaderContinuationsMax) break;
      from = from || word == HeaderWord::kFrom;
      date = date || word == HeaderWord::kDate;
      to = to || word == HeaderWord::kTo;
      subject = subject || word == HeaderWord::kSubject;
      address = address || contains(lines_[n].folded, "@");
    }
    // "From: Riga, To: Paris, Date: 3 May" is a customer who books a journey.
    return from && ((date && subject) || (address && (date || subject)) || (to && subject));
  }

  /// Where the signature that begins at i ends; i if it is none.
  std::size_t signature_end(std::size_t i) const {
    const bool standard = lines_[i].text == "-- ";
    std::size_t filled = 0;
    auto end = i + 1;
    for (; end < lines_.size(); ++end) {
      const auto& line = lines_[end];
      if (line.kind == LineKind::kQuote || is_postscript(line.folded) || is_forward_marker(line.folded))
        break;
      if (line.kind == LineKind::kBlank) continue;
      if (opens_original(end) || attribution_at(end) > 0) break;
      if (++filled > kSignatureLinesMax && !standard) return i;
    }
    return end;
  }

  /// "Sent from my ..." counts as the last words before a quote or the end, or as a paragraph of its own.
  bool stands_alone(std::size_t i) const {
    const auto next = i + 1;
    const bool ends = next >= lines_.size() || lines_[next].kind != LineKind::kText ||
                      is_mobile_signature(lines_[next].folded) || is_rule(lines_[next].folded) ||
                      opens_original(next) || attribution_at(next) > 0;
    if (!ends) return false;
    if (i == 0 || lines_[i - 1].kind == LineKind::kBlank || lines_[i - 1].kind == LineKind::kSignature)
      return true;
    for (std::size_t n = next; n < lines_.size() && n < next + kMobileLinesAhead; ++n) {
      const auto& line = lines_[n];
      if (line.kind == LineKind::kBlank || is_mobile_signature(line.folded)) continue;
      return line.kind != LineKind::kText || opens_original(n) || attribution_at(n) > 0;
    }
    return next + kMobileLinesAhead >= lines_.size();
  }

  /// Quotes that are answered one by one are context; one above or below the answer is not.
  void weigh_quotes() {
    struct Block {
      std::size_t begin, end, lines;
      bool introduced, answered;
    };
    std::vector<Block> blocks;
    bool introduced = false;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto kind = lines_[i].kind;
      if (kind == LineKind::kAttribution) introduced = true;
      if (kind == LineKind::kText) {
        introduced = false;
        if (!blocks.empty()) blocks.back().answered = true;
      }
      if (kind != LineKind::kQuote) continue;
      // Blank lines between quotes are theirs.
      if (!blocks.empty() && !blocks.back().answered && !introduced) {
        blocks.back().end = i + 1;
        ++blocks.back().lines;
      } else {
        blocks.push_back({i, i + 1, 1, introduced, false});
      }
      introduced = false;
    }
    const auto answered =
        std::count_if(blocks.begin(), blocks.end(), [](const Block& block) { return block.answered; });
    for (const auto& block : blocks) {
      const bool context = block.answered && (answered > 1 || !block.introduced);
      // A lone '>' is more likely a sign of the writer's than somebody else's words.
      const bool lone = !block.introduced && block.lines == 1;
      if (context || lone) {
        for (auto i = block.begin; i < block.end; ++i) {
          if (lines_[i].kind == LineKind::kQuote) lines_[i].kind = LineKind::kText;
        }
      }
    }
  }

  static void settle(Line& line) {
    switch (line.kind) {
      case LineKind::kBlank:
      case LineKind::kText:
        line.part = ReplyPart::kVisible;
        break;
      case LineKind::kQuote:
      case LineKind::kAttribution:
      case LineKind::kRest:
        line.part = ReplyPart::kQuoted;
        break;
      case LineKind::kSignature:
        line.part = ReplyPart::kSignature;
        break;
    }
  }

  /// Blank lines between two lines of one part belong to it.
  void give_blanks_to_neighbours() {
    for (std::size_t i = 0; i < lines_.size();) {
      if (lines_[i].kind != LineKind::kBlank) {
        ++i;
        continue;
      }
      auto end = i;
      while (end < lines_.size() && lines_[end].kind == LineKind::kBlank) ++end;
      if (i > 0 && (end == lines_.size() || lines_[i - 1].part == lines_[end].part)) {
        for (auto n = i; n < end; ++n) lines_[n].part = lines_[i - 1].part;
      }
      i = end;
    }
  }

  void cut_from(std::size_t i) {
    set(i, lines_.size(), LineKind::kRest);
    cut_ = true;
  }

  /// From a forward marker on everything is meant to be read.
  void keep_from(std::size_t i) { set(i, lines_.size(), LineKind::kText); }

  void set(std::size_t begin, std::size_t end, LineKind kind) {
    for (auto i = begin; i < std::min(end, lines_.size()); ++i) lines_[i].kind = kind;
  }

  std::size_t next_filled(std::size_t i) const {
    while (i < lines_.size() && lines_[i].kind == LineKind::kBlank) ++i;
    return i;
  }

  std::vector<Line> lines_;
  bool forwarded_;
  bool seen_text_ = false;
  bool cut_ = false;
};

void append_range(std::vector<ReplyRange>& ranges, std::size_t begin, std::size_t end, ReplyPart part) {
  if (begin == end) return;
  if (!ranges.empty() && ranges.back().part == part) {
    ranges.back().end = end;
  } else {
    ranges.push_back({begin, end, part});
  }
}

/// "bla--- On Wed, Apr 4, 2012 at 3:59 PM, me@domain.com wrote:" puts the answer and the introduction on one
/// line. Where the second begins, or npos.
std::size_t shared_line_break(std::string_view line) {
  auto at = line.find("--- On ");
  if (at == std::string_view::npos) return at;
  while (at > 0 && line[at - 1] == '-') --at;
  if (ascii_trimmed(line.substr(0, at)).empty()) return std::string_view::npos;
  return attribution(fold_line(line.substr(at))) == Attribution::kStrong ? at : std::string_view::npos;
}

}  // namespace

std::string TrimmedReply::visible(std::string_view text) const {
  std::string out;
  for (const auto& range : ranges) {
    if (range.part != ReplyPart::kVisible) continue;
    auto words = text.substr(range.begin, range.end - range.begin);
    // Indentation of the first line is the writer's; blank lines above it are not.
    const auto first = std::min(words.find_first_not_of(" \t\r\n"), words.size());
    const auto line = words.substr(0, first).rfind('\n');
    words.remove_prefix(line == std::string_view::npos ? 0 : line + 1);
    words.remove_suffix(words.size() - (words.find_last_not_of(" \t\r\n") + 1));
    if (words.empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += words;
  }
  return out;
}

TrimmedReply trim_reply(std::string_view text, bool forwarded) {
  const auto read = text.substr(0, kTrimTextBytesMax);
  auto lines = split(read);
  // The shared line is cut in two before anything else is asked of it.
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind != LineKind::kText) continue;
    const auto at = shared_line_break(lines[i].text);
    if (at == std::string_view::npos) continue;
    Line tail = lines[i];
    tail.begin += at;
    tail.text.remove_prefix(at);
    tail.folded = ascii_trimmed(fold_line(tail.text));
    lines[i].end = tail.begin;
    lines[i].text = lines[i].text.substr(0, at);
    lines[i].folded = ascii_trimmed(fold_line(lines[i].text));
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(tail));
    break;  // one mail has one such line; more would only cost time
  }
  lines = Trimmer{std::move(lines), forwarded}.run();

  TrimmedReply reply;
  bool anything_visible = false;
  for (const auto& line : lines) {
    append_range(reply.ranges, line.begin, line.end, line.part);
    anything_visible =
        anything_visible || (line.part == ReplyPart::kVisible && line.kind != LineKind::kBlank);
  }
  append_range(reply.ranges, read.size(), text.size(), ReplyPart::kVisible);
  if (!anything_visible && text.size() == read.size()) {
    reply.ranges.clear();
    append_range(reply.ranges, 0, text.size(), ReplyPart::kVisible);
  }
  return reply;
}

}  // namespace hark::email
