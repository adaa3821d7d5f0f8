#include "routing/core/words.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>

#include "base/core/check.h"

namespace hark::routing {
namespace {

/// Of a word, in UTF-16 units: a longer one is data, and is compared by its beginning.
constexpr std::int32_t kWordLengthMax = 64;

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

/// As fold(), of what needs no tables.
std::optional<std::string> fold_ascii(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char16_t c : text) {
    if (c >= 0x80) return std::nullopt;
    if (c != u'\'') out.push_back(static_cast<char>(c >= u'A' && c <= u'Z' ? c + ('a' - 'A') : c));
  }
  return out;
}

std::string fold(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const auto* nfd = icu::Normalizer2::getNFDInstance(error);
  HARK_CHECK(U_SUCCESS(error));
  const auto whole = nfd->normalize(nfkc->normalize(text, error), error);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1)) {
    const UChar32 c = whole.char32At(i);
    if (u_charType(c) == U_NON_SPACING_MARK || c == u'\'' || c == u'’' || c == u'ʼ' || c == 0xFE0F) continue;
    bare.append(c == u'ł' ? UChar32{u'l'} : c);  // the one letter here that does not decompose
  }
  std::string out;
  bare.toUTF8String(out);
  return out;
}

constexpr std::string_view kSpaces = " \t\r\n";
/// One byte in so many may be of characters beyond ASCII for a text to be cut word by word.
constexpr std::size_t kForeignShareMax = 16;

bool is_space(char c) { return kSpaces.find(c) != kSpaces.npos; }

/// What UAX 29 makes of an ASCII character.
enum class Ascii { kOther, kLetter, kDigit };

Ascii kind_of(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Ascii::kLetter;
  return c >= '0' && c <= '9' ? Ascii::kDigit : Ascii::kOther;
}
/// ASCII that all versions of the library cut alike; they do not agree on what at signs and colons belong to.
bool is_plain(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '@' && c != ':' && c != '_'; }
/// Between two of them (rules WB6, WB7 and WB11, WB12).
bool joins_letters(char c) { return c == '\'' || c == '.'; }
bool joins_digits(char c) { return c == '\'' || c == '.' || c == ',' || c == ';'; }

bool is_emoji(UChar32 c) { return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) != 0; }

bool ends_clause(UChar32 c) {
  switch (c) {
    case '.':
    case ',':
    case ';':
    case ':':
    case '!':
    case '?':
    case '\n':
    case '\r':
    case '(':
    case ')':
    case u'…':
    case u'—':
    case u'–':
      return true;
    default:
      return false;
  }
}

/// Where a text may be cut, at the unit or one before: half of a character is none.
std::int32_t whole_characters(const icu::UnicodeString& text, std::int32_t at) {
  return at < text.length() ? text.getChar32Start(at) : text.length();
}

/// Finds the bytes of a text that its UTF-16 units were made of: each time from where it was found last.
class Places {
 public:
  explicit Places(std::string_view text) : text_{text} {}

  std::size_t byte_of(std::int32_t unit) {
    const auto length = static_cast<std::int32_t>(text_.size());
    while (unit_ < unit && byte_ < length) {
      UChar32 c = 0;
      U8_NEXT_OR_FFFD(text_.data(), byte_, length, c);
      unit_ += U16_LENGTH(c);
    }
    return static_cast<std::size_t>(byte_);
  }

 private:
  std::string_view text_;
  std::int32_t byte_ = 0, unit_ = 0;
};

}  // namespace

std::string as_written(std::string_view text, const std::vector<Word>& words, Said said) {
  std::string out;
  for (std::size_t i = 0; i < said.count; ++i) {
    const Word& word = words[said.at + i];
    const auto piece = unicode(text.substr(word.begin, word.end - word.begin));
    icu::UnicodeString shown;
    for (std::int32_t at = 0; at < piece.length(); at = piece.moveIndex32(at, 1)) {
      if (const UChar32 c = piece.char32At(at); !u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL)) shown.append(c);
    }
    if (i > 0) out += ' ';
    shown.toUTF8String(out);
  }
  return out;
}

struct WordBreaker::Rules {
  std::unique_ptr<icu::BreakIterator> iterator;
};

std::string folded(std::string_view text) { return fold(unicode(text)); }

WordBreaker::WordBreaker() : rules_{std::make_unique<Rules>()} {
  UErrorCode error = U_ZERO_ERROR;
  rules_->iterator.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
  HARK_CHECK(U_SUCCESS(error));
}

WordBreaker::~WordBreaker() = default;

/// Words of a text that are told one after the other, with the clause that each is in.
struct WordBreaker::Sentence {
  std::vector<Word> words;
  int clause = 0;
  [[nodiscard]] bool full() const { return words.size() >= kWordsMax; }
};

std::vector<Word> WordBreaker::words_of(std::string_view text) {
  Sentence out;
  out.words.reserve(text.size() / 5);
  const auto foreign = static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
  // To ask the library is dear for each word, and cheap for many.
  if (foreign * kForeignShareMax > text.size()) {
    cut_by_rules(text, 0, out);
    return std::move(out.words);
  }
  std::size_t begin = 0;
  while (begin < text.size() && !out.full()) {
    if (is_space(text[begin])) {
      // A line end of two characters is one.
      if (text[begin] == '\n' || text[begin] == '\r') ++out.clause;
      begin += text.substr(begin, 2) == "\r\n" ? 2 : 1;
      continue;
    }
    const auto end = std::min(text.find_first_of(kSpaces, begin), text.size());
    const auto chunk = text.substr(begin, end - begin);
    if (std::ranges::all_of(chunk, is_plain)) {
      cut_ascii(chunk, begin, out);
    } else {
      cut_by_rules(chunk, begin, out);
    }
    begin = end;
  }
  return std::move(out.words);
}

/// As cut_by_rules(), of what needs no tables and has no spaces.
void WordBreaker::cut_ascii(std::string_view text, std::size_t from, Sentence& out) {
  const auto kind_at = [text](std::size_t i) { return i < text.size() ? kind_of(text[i]) : Ascii::kOther; };
  for (std::size_t begin = 0, end = 0; begin < text.size() && !out.full(); begin = end) {
    end = begin + 1;
    if (kind_of(text[begin]) == Ascii::kOther) {
      if (ends_clause(static_cast<unsigned char>(text[begin]))) ++out.clause;
      continue;
    }
    for (; end < text.size(); ++end) {
      if (kind_of(text[end]) != Ascii::kOther) continue;
      const Ascii before = kind_of(text[end - 1]);
      const bool inside =
          kind_at(end + 1) == before && ((before == Ascii::kLetter && joins_letters(text[end])) ||
                                         (before == Ascii::kDigit && joins_digits(text[end])));
      if (!inside) break;
    }
    std::string word;
    const auto length = std::min<std::size_t>(end - begin, kWordLengthMax);
    for (const char c : text.substr(begin, length)) {
      if (c != '\'') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    out.words.push_back({std::move(word), out.clause, from + begin, from + begin + length});
  }
}

void WordBreaker::cut_by_rules(std::string_view text, std::size_t from, Sentence& out) {
  const auto whole = unicode(text);
  Places places{text};
  auto& breaks = *rules_->iterator;
  breaks.setText(whole);
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE && !out.full();
       begin = end, end = breaks.next()) {
    const UChar32 first = whole.char32At(begin);
    if (breaks.getRuleStatus() == UBRK_WORD_NONE && (first < 0x80 || !is_emoji(first))) {
      if (ends_clause(first)) ++out.clause;
      continue;
    }
    const auto length = std::min(end, whole_characters(whole, begin + kWordLengthMax)) - begin;
    auto word = fold_ascii({whole.getBuffer() + begin, static_cast<std::size_t>(length)});
    if (!word) word = fold(whole.tempSubString(begin, length));
    if (word->empty()) continue;
    const auto first_byte = places.byte_of(begin);
    out.words.push_back(
        {*std::move(word), out.clause, from + first_byte, from + places.byte_of(begin + length)});
  }
  breaks.setText(icu::UnicodeString{});
}

}  // namespace hark::routing
