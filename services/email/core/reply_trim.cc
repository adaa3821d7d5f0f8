#include "email/core/reply_trim.h"

#include <algorithm>

#include "email/core/ascii.h"
#include "email/core/reply_lines.h"
#include "email/core/reply_phrases.h"

namespace hark::email {
namespace {

/// One pass over the lines that says what each is; then the quotes are weighed against what stands between
/// them.
class Trimmer {
 public:
  Trimmer(ReplyLines& lines, bool forwarded) : lines_{lines}, forwarded_{forwarded} {}

  void run() {
    mark();
    weigh_quotes();
    for (std::size_t i = 0; i < lines_.size(); ++i) settle(lines_[i]);
    give_blanks_to_neighbours();
  }

 private:
  void mark() {
    bool in_code = false;
    for (std::size_t i = 0; i < lines_.size();) {
      auto& line = lines_[i];
      if (line.folded.starts_with("```")) in_code = !in_code;
      if (lines_.forwards_from(i)) return keep_from(i);
      if (line.kind != LineKind::kText || in_code) {
        ++i;
        continue;
      }
      i = mark_text(i);
      if (cut_) return;
    }
  }

  /// Looks at a line of text that is no quote; returns where to go on.
  std::size_t mark_text(std::size_t i) {
    if (!seen_text_ && lines_[i].folded == kRestQuotedMark) {
      lines_[i].kind = LineKind::kBlank;
      return i + 1;
    }
    if (seen_text_ && !forwarded_ && lines_.opens_original(i)) {
      cut_from(i);
      return lines_.size();
    }
    if (const auto length = lines_.attribution_at(i); length > 0) return mark_attribution(i, length);
    if (seen_text_) {
      if (const auto end = lines_.signature_end(i); end > i) {
        lines_.set(i, end, LineKind::kSignature);
        return end;
      }
    }
    if (is_mobile_signature(lines_[i].folded) && lines_.stands_alone(i)) {
      lines_[i].kind = LineKind::kSignature;
      return i + 1;
    }
    seen_text_ = true;
    return i + 1;
  }

  std::size_t mark_attribution(std::size_t i, std::size_t length) {
    if (!lines_.quote_after(i + length) && seen_text_ && !forwarded_) {
      cut_from(i);
      return lines_.size();
    }
    // Above everything else: the answer stands below, as people of old do it.
    lines_.set(i, i + length, LineKind::kAttribution);
    return i + length;
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

  static void settle(ReplyLine& line) {
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
    lines_.set(i, lines_.size(), LineKind::kRest);
    cut_ = true;
  }

  /// From a forward marker on everything is meant to be read.
  void keep_from(std::size_t i) { lines_.set(i, lines_.size(), LineKind::kText); }

  ReplyLines& lines_;
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
  ReplyLines lines{read};
  Trimmer{lines, forwarded}.run();

  TrimmedReply reply;
  bool anything_visible = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
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
