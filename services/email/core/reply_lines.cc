#include "email/core/reply_lines.h"

#include <algorithm>

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
constexpr std::size_t kAttributionBytesMax = 600;  // of all its lines

bool is_quote(std::string_view text) {
  text = ascii_trimmed(text);
  return text.starts_with('>') || text.starts_with("| ") || text == "|";
}

std::vector<ReplyLine> split(std::string_view text) {
  std::vector<ReplyLine> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    auto rest = text.substr(at);
    ReplyLine line;
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

bool is_signature_marker(const ReplyLine& line) {
  return line.folded == "--" || line.folded == "__" || line.folded == "—" || line.folded == "---";
}

/// A '<' without its '>' yet.
bool has_open_bracket(std::string_view text) {
  return std::count(text.begin(), text.end(), '<') > std::count(text.begin(), text.end(), '>');
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

/// Cuts such a line in two, so that nothing else has to know of it.
void split_shared_line(std::vector<ReplyLine>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind != LineKind::kText) continue;
    const auto at = shared_line_break(lines[i].text);
    if (at == std::string_view::npos) continue;
    ReplyLine tail = lines[i];
    tail.begin += at;
    tail.text.remove_prefix(at);
    tail.folded = ascii_trimmed(fold_line(tail.text));
    lines[i].end = tail.begin;
    lines[i].text = lines[i].text.substr(0, at);
    lines[i].folded = ascii_trimmed(fold_line(lines[i].text));
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(tail));
    return;  // one mail has one such line; more would only cost time
  }
}

}  // namespace

ReplyLines::ReplyLines(std::string_view text) : lines_{split(text)} { split_shared_line(lines_); }

void ReplyLines::set(std::size_t begin, std::size_t end, LineKind kind) {
  for (auto i = begin; i < std::min(end, lines_.size()); ++i) lines_[i].kind = kind;
}

bool ReplyLines::forwards_from(std::size_t i) const {
  if (!is_forward_marker(lines_[i].folded)) return false;
  if (lines_[i].kind != LineKind::kQuote) return true;
  auto before = i;
  while (before > 0 && lines_[before - 1].kind == LineKind::kBlank) --before;
  return before == 0 || lines_[before - 1].kind == LineKind::kText;
}

std::size_t ReplyLines::attribution_at(std::size_t i) const {
  const auto length = attribution_from(i);
  // "On my way home in 2 weeks." above "Op 16 aug. 2014 schreef ...": the words that begin later are meant.
  for (std::size_t later = i + 1; later < i + length; ++later) {
    if (lines_[later].folded.starts_with('<')) continue;  // the address of the name above
    const auto rest = attribution_from(later);
    if (rest > 0 && later + rest >= i + length && !has_open_bracket(join(i, later))) return 0;
  }
  return length;
}

std::size_t ReplyLines::attribution_from(std::size_t i) const {
  auto& known = lines_[i].attribution_length;
  if (!known) known = find_attribution(i);
  return *known;
}

std::size_t ReplyLines::find_attribution(std::size_t i) const {
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

std::string ReplyLines::join(std::size_t begin, std::size_t end) const {
  std::string joined;
  for (auto i = begin; i < end; ++i) joined += lines_[i].folded + ' ';
  return joined;
}

bool ReplyLines::quote_after(std::size_t i) const {
  const auto next = next_filled(i);
  return next < lines_.size() && lines_[next].kind == LineKind::kQuote;
}

bool ReplyLines::opens_original(std::size_t i) const {
  auto& known = lines_[i].opens_original;
  if (!known) known = finds_original(i);
  return *known;
}

bool ReplyLines::finds_original(std::size_t i) const {
  if (is_original_marker(lines_[i].folded)) return true;
  if (is_rule(lines_[i].folded)) {
    const auto next = next_filled(i + 1);
    return next < lines_.size() && next - i <= 3 && opens_header_block(next);
  }
  return opens_header_block(i);
}

bool ReplyLines::opens_header_block(std::size_t i) const {
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

std::size_t ReplyLines::signature_end(std::size_t i) const {
  if (!is_signature_marker(lines_[i])) return i;
  const bool standard = lines_[i].text == "-- ";
  std::size_t filled = 0;
  auto end = i + 1;
  for (; end < lines_.size(); ++end) {
    const auto& line = lines_[end];
    if (line.kind == LineKind::kQuote || is_postscript(line.folded) || is_forward_marker(line.folded)) break;
    if (line.kind == LineKind::kBlank) continue;
    if (opens_original(end) || attribution_at(end) > 0) break;
    if (++filled > kSignatureLinesMax && !standard) return i;
  }
  return end;
}

bool ReplyLines::stands_alone(std::size_t i) const {
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

std::size_t ReplyLines::next_filled(std::size_t i) const {
  while (i < lines_.size() && lines_[i].kind == LineKind::kBlank) ++i;
  return i;
}

}  // namespace hark::email
