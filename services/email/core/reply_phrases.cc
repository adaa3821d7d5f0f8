#include "email/core/reply_phrases.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "email/core/ascii.h"
#include "email/core/reply_words.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

using namespace reply_words;

constexpr std::size_t kMobileSignatureBytesMax = 120;
constexpr std::size_t kAttributionBytesMax = 600;

bool is_letter_byte(char c) {
  return ascii_alpha(c) || ascii_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// Where `word` stands alone in `text`, or npos. Han characters have no blanks around them and are found
/// anywhere.
std::size_t find_word(std::string_view text, std::string_view word) {
  const bool han = static_cast<unsigned char>(word.front()) >= 0xe4;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if (han ||
        ((at == 0 || !is_letter_byte(text[at - 1])) && (end == text.size() || !is_letter_byte(text[end]))))
      return at;
  }
  return std::string_view::npos;
}

template <class List>
bool starts_with_any(std::string_view text, const List& list) {
  if (text.empty()) return false;
  return std::any_of(list.begin(), list.end(), [&](std::string_view start) {
    return start.front() == text.front() && text.starts_with(start);
  });
}

template <class List>
bool is_one_of(std::string_view text, const List& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Takes decoration off both ends: dashes of any length, and the given ASCII characters.
std::string_view bare(std::string_view text, std::string_view ascii = "-_*=+~ ") {
  constexpr std::string_view kDashes[] = {"—", "–"};
  for (bool again = true; again;) {
    const auto size = text.size();
    text.remove_prefix(std::min(text.find_first_not_of(ascii), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(ascii) + 1));
    for (const auto dash : kDashes) {
      if (text.starts_with(dash)) text.remove_prefix(dash.size());
      if (text.ends_with(dash)) text.remove_suffix(dash.size());
    }
    again = text.size() != size;
  }
  return text;
}

bool has_time(std::string_view text) {
  for (std::size_t i = 1; i + 2 < text.size(); ++i) {
    if ((text[i] == ':' || text[i] == '.') && ascii_digit(text[i - 1]) && ascii_digit(text[i + 1]) &&
        ascii_digit(text[i + 2]))
      return true;
  }
  return false;
}

/// A year (19yy, 20yy), or a date in figures (3/4/24, 3.4.24).
bool has_full_date(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!ascii_digit(text[i]) || (i > 0 && ascii_digit(text[i - 1]))) continue;
    auto end = i;
    while (end < text.size() && ascii_digit(text[end])) ++end;
    if (end - i == 4 && (text.substr(i, 2) == "19" || text.substr(i, 2) == "20")) return true;
    if (end - i <= 2 && end + 1 < text.size() && (text[end] == '/' || text[end] == '.') &&
        ascii_digit(text[end + 1])) {
      auto second = end + 1;
      while (second < text.size() && ascii_digit(text[second])) ++second;
      if (second < text.size() && text[second] == text[end] && second - end <= 3) return true;
    }
    i = end - 1;
  }
  return false;
}

/// "2016-03-03 17:21 gmt+01:00 ..." or "2013/7/20 ...".
bool opens_with_iso_date(std::string_view text) {
  return text.size() > 10 && ascii_digit(text[0]) && ascii_digit(text[1]) && ascii_digit(text[2]) &&
         ascii_digit(text[3]) && (text[4] == '-' || text[4] == '/') && ascii_digit(text[5]);
}

/// What an attribution says without its colon and decoration.
struct Sentence {
  std::string_view words;
  bool colon = false;
};

Sentence sentence_of(std::string_view text) {
  Sentence out{bare(text)};
  if (out.words.ends_with("：")) {
    out.words.remove_suffix(std::string_view{"："}.size());
    out.colon = true;
  } else if (out.words.ends_with(':')) {
    out.words.remove_suffix(1);
    out.colon = true;
  }
  out.words = bare(out.words);
  return out;
}

template <class List>
bool ends_with_verb(std::string_view words, const List& verbs) {
  return std::any_of(verbs.begin(), verbs.end(), [&](std::string_view verb) {
    if (!words.ends_with(verb)) return false;
    const auto before = words.substr(0, words.size() - verb.size());
    return before.empty() || !is_letter_byte(before.back()) ||
           static_cast<unsigned char>(verb.front()) >= 0xe4;
  });
}

/// A verb with the sender behind it: "am 3. mai schrieb max <a@b>", "max <a@b> schrieb am 3. mai".
bool has_middle_verb(std::string_view words) {
  return std::any_of(kMiddleVerbs.begin(), kMiddleVerbs.end(),
                     [&](std::string_view verb) { return find_word(words, verb) != std::string_view::npos; });
}

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), ascii_digit); }

/// "12:33, 3 may 2024, "john" <a@b>:" has a date and an address, and nothing else to say.
bool is_date_and_sender(const Sentence& sentence) {
  const auto words = sentence.words;
  if (words.empty() || (!ascii_digit(words.front()) && !starts_with_any(words, kOpenings))) return false;
  if (opens_with_iso_date(words) && contains(words.substr(0, 32), " gmt")) return true;
  if (!contains(words, "@") || (words.back() != '>' && words.back() != ')')) return false;
  return opens_with_iso_date(words) || (sentence.colon && has_time(words) && has_full_date(words));
}

}  // namespace

std::string fold_line(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(line.data());
  for (std::size_t i = 0; i < line.size();) {
    if (bytes[i] < 0x80) {
      const auto begin = out.size();
      const auto run = i;
      while (i < line.size() && bytes[i] < 0x80) ++i;
      out.append(line, run, i - run);
      std::transform(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                     out.begin() + static_cast<std::ptrdiff_t>(begin),
                     [](char c) { return c == '\t' || c == '\r' ? ' ' : ascii_lower(c); });
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes, i, line.size(), c);
    if (c < 0 || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || c == 0x2060 || c == 0xfeff)
      continue;
    if (c == 0xa0 || c == 0x202f || (c >= 0x2000 && c <= 0x200a) || c == 0x3000) c = ' ';
    if (c == 0x2018 || c == 0x2019 || c == 0x02bc) c = '\'';
    if (c == 0x201c || c == 0x201d) c = '"';
    c = u_tolower(c);
    char encoded[4];
    std::size_t length = 0;
    U8_APPEND_UNSAFE(encoded, length, c);
    out.append(encoded, length);
  }
  return out;
}

HeaderWord header_word(std::string_view folded) {
  auto text = bare(folded.substr(0, 80), " *_>");
  auto colon = text.find(':');
  if (const auto wide = text.find("："); wide < colon) colon = wide;
  if (colon == std::string_view::npos || colon > 24) return HeaderWord::kNone;
  const auto word = bare(text.substr(0, colon), " *_");
  if (is_one_of(word, kFromWords)) return HeaderWord::kFrom;
  if (is_one_of(word, kDateWords)) return HeaderWord::kDate;
  if (is_one_of(word, kToWords)) return HeaderWord::kTo;
  if (is_one_of(word, kSubjectWords)) return HeaderWord::kSubject;
  return is_one_of(word, kOtherHeaderWords) ? HeaderWord::kOther : HeaderWord::kNone;
}

bool is_original_marker(std::string_view folded) {
  if (folded == kRestQuotedMark) return true;
  const auto text = bare(folded, " >");
  // Without decoration these are words that people write.
  if (!text.starts_with("--") && !text.starts_with("__") && !text.starts_with("*--") &&
      !text.starts_with("==") && !text.starts_with("***"))
    return false;
  const auto words = bare(text, "-_*= :");
  return is_one_of(words, kOriginalMarkers);
}

bool is_forward_marker(std::string_view folded) {
  const auto text = bare(folded, " >");
  if (text.size() > 200) return false;
  const auto words = bare(text, "-_*= :");
  if (!starts_with_any(words, kForwardMarkers)) return false;
  return text.starts_with("--") || text.starts_with("__") || text.ends_with(':');
}

bool is_mobile_signature(std::string_view folded) {
  const auto text = bare(folded, "-_*<([|> ");
  return text.size() <= kMobileSignatureBytesMax && starts_with_any(text, kMobileStarts);
}

bool is_postscript(std::string_view folded) { return starts_with_any(bare(folded, " *_"), kPostscripts); }

bool is_forward_subject(std::string_view subject) {
  return starts_with_any(ascii_trimmed(fold_line(subject.substr(0, 64))), kForwardSubjects);
}

bool is_rule(std::string_view folded) { return folded.size() >= 3 && bare(folded).empty(); }

bool may_open_attribution(std::string_view folded) {
  const auto text = bare(folded);
  if (text.empty()) return false;
  if (text == kQuoteFollowsMark || ascii_digit(text.front()) || starts_with_any(text, kOpenings)) return true;
  if (text.size() > 3 && ascii_digit(text[3]) && starts_with_any(text, kShortWeekdays)) return true;
  if (folded.starts_with("--") && folded.ends_with("--")) return true;
  // "Max Mustermann <max@x.de> schrieb am ...": the address first, then the verb.
  const auto at = text.find('@');
  const auto close = text.find('>', std::min(at, text.size()));
  if (at == std::string_view::npos || close == std::string_view::npos) return false;
  const auto rest = text.substr(close + 1);
  return has_middle_verb(rest) || ends_with_verb(sentence_of(rest).words, kLastVerbs);
}

Attribution attribution(std::string_view folded_lines) {
  if (folded_lines.size() > kAttributionBytesMax) return Attribution::kNone;
  const auto sentence = sentence_of(folded_lines);
  const auto words = sentence.words;
  if (words.empty()) return Attribution::kNone;
  if (words == kQuoteFollowsMark) return Attribution::kWeak;
  if (is_date_and_sender(sentence)) return Attribution::kStrong;
  const bool address = contains(words, "@");
  const bool last = ends_with_verb(words, kLastVerbs);
  const auto outer = ascii_trimmed(folded_lines);
  if (last && outer.starts_with("--") && outer.ends_with("--")) return Attribution::kStrong;
  if (!has_digit(words) && !address) return Attribution::kNone;
  if (last && (sentence.colon || address || has_time(words))) {
    return address || (has_time(words) && has_full_date(words)) ? Attribution::kStrong : Attribution::kWeak;
  }
  if (!sentence.colon) return Attribution::kNone;
  if (ends_with_verb(words, kWeakVerbs))
    return address && has_time(words) ? Attribution::kStrong : Attribution::kWeak;
  if (!has_middle_verb(words)) return Attribution::kNone;
  return address && (has_time(words) || has_full_date(words)) ? Attribution::kStrong : Attribution::kWeak;
}

}  // namespace hark::email
