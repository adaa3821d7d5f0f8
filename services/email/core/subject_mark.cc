#include "email/core/subject_mark.h"

#include <optional>

#include "email/core/ascii.h"
#include "email/core/message_id.h"

namespace hark::email {
namespace {

constexpr std::string_view kBegin = "[#";

struct Mark {
  std::string token;
  std::size_t size = 0;  // of all of it in the subject
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// The mark that the text begins with. Looks no further than a token reaches.
std::optional<Mark> read_mark(std::string_view text) {
  if (!text.starts_with(kBegin)) return std::nullopt;
  std::string inside;
  for (std::size_t at = kBegin.size(); at < text.size() && inside.size() <= kThreadTokenLength; ++at) {
    if (text[at] == ']') {
      auto token = as_thread_token(inside);
      return token ? std::optional{Mark{*std::move(token), at + 1}} : std::nullopt;
    }
    if (!is_blank(text[at])) inside += text[at];
  }
  return std::nullopt;
}

}  // namespace

MarkedSubject take_marks(std::string_view subject) {
  MarkedSubject out;
  while (!subject.empty()) {
    if (auto mark = read_mark(subject)) {
      out.tokens.push_back(std::move(mark->token));
      subject.remove_prefix(mark->size);
      // One of the blanks on its two sides was the mark's.
      if (out.subject.empty() || is_blank(out.subject.back())) {
        while (!subject.empty() && is_blank(subject.front())) subject.remove_prefix(1);
      }
      continue;
    }
    out.subject += subject.front();
    subject.remove_prefix(1);
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
