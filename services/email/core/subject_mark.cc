#include "email/core/subject_mark.h"

#include <optional>

#include "email/core/ascii.h"
#include "email/core/message_id.h"

namespace hark::email {
namespace {

constexpr std::string_view kBegin = "[#";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct Mark {
  std::string token;
  std::size_t begin = 0;
};

/// The mark that the text ends with, but for its closing bracket. Looks no further back than a token reaches.
std::optional<Mark> mark_at_end(std::string_view text) {
  std::string backwards;
  std::size_t at = text.size();
  while (at > 0 && backwards.size() <= kThreadTokenLength) {
    const char c = text[--at];
    if (c == kBegin.back()) break;
    if (c == ']') return std::nullopt;
    if (!is_blank(c)) backwards += c;
  }
  if (at == 0 || text.substr(at - 1, kBegin.size()) != kBegin) return std::nullopt;
  auto token = as_thread_token(std::string{backwards.rbegin(), backwards.rend()});
  if (!token) return std::nullopt;
  return Mark{*std::move(token), at - 1};
}

}  // namespace

/// Each closing bracket is looked at when it comes, so that no mark is left that the taking out of another
/// has put together.
MarkedSubject take_marks(std::string_view subject) {
  MarkedSubject out;
  bool skips_blanks = false;
  for (const char c : subject) {
    if (skips_blanks && is_blank(c)) continue;
    skips_blanks = false;
    auto mark = c == ']' ? mark_at_end(out.subject) : std::nullopt;
    if (!mark) {
      out.subject += c;
      continue;
    }
    out.tokens.push_back(std::move(mark->token));
    out.subject.resize(mark->begin);
    // One of the blanks on its two sides was the mark's.
    skips_blanks = out.subject.empty() || is_blank(out.subject.back());
  }
  if (!out.tokens.empty()) out.subject = std::string{ascii_trimmed(out.subject)};
  return out;
}

std::string with_mark(std::string_view subject, std::string_view token) {
  auto plain = take_marks(subject).subject;
  plain = std::string{ascii_trimmed(plain)};
  return plain + (plain.empty() ? "" : " ") + std::string{kBegin} + std::string{token} + "]";
}

}  // namespace hark::email
