#include "routing/core/words.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

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

}  // namespace

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

std::vector<Word> WordBreaker::words_of(std::string_view text) {
  const auto whole = unicode(text);
  auto& breaks = *rules_->iterator;
  breaks.setText(whole);
  std::vector<Word> out;
  out.reserve(text.size() / 5);
  int clause = 0;
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE && out.size() < kWordsMax;
       begin = end, end = breaks.next()) {
    const UChar32 first = whole.char32At(begin);
    if (breaks.getRuleStatus() == UBRK_WORD_NONE && (first < 0x80 || !is_emoji(first))) {
      if (ends_clause(first)) ++clause;
      continue;
    }
    const auto length = std::min(end - begin, kWordLengthMax);
    auto word = fold_ascii({whole.getBuffer() + begin, static_cast<std::size_t>(length)});
    if (!word) word = fold(whole.tempSubString(begin, length));
    if (!word->empty()) out.push_back({*std::move(word), clause});
  }
  breaks.setText(icu::UnicodeString{});
  return out;
}

}  // namespace hark::routing
