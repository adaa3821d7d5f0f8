#include "conversation/core/search_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "base/core/utf8.h"

namespace hark::conversation {
namespace {

constexpr std::size_t kExcerptBefore = 40;
constexpr std::size_t kExcerptBytes = 160;
/// Of a word, in characters: a longer one is data, and is compared by its beginning.
constexpr std::int32_t kWordCharactersMax = 64;

/// The word without case, accents and compatibility forms.
std::string fold(std::string_view word) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const auto* nfd = icu::Normalizer2::getNFDInstance(error);
  auto text = icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())});
  text.truncate(kWordCharactersMax);
  if (U_FAILURE(error)) return std::string{word};
  text = nfd->normalize(nfkc->normalize(text, error), error);
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const auto c = text.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) bare.append(c);
  }
  std::string out;
  bare.toUTF8String(out);
  return out;
}

/// The word as it is, if it is plain: nothing to fold but capitals. Most are, and ICU takes its time.
std::optional<std::string_view> fold_plain(std::string_view word,
                                           std::array<char, kWordCharactersMax>& room) {
  word = word.substr(0, room.size());
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if ((static_cast<unsigned char>(c) & 0x80) != 0) return std::nullopt;
    room[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return std::string_view{room.data(), word.size()};
}

/// A letter, a digit, or an accent on one.
bool in_word(UChar32 c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  return u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK;
}

/// Every word of the text with its place; stops when `take` says so.
template <class Take>
void each_word(std::string_view text, const Take& take) {
  const auto length = static_cast<std::int32_t>(text.size());
  std::int32_t at = 0, begin = -1;
  while (at <= length) {
    const auto here = at;
    UChar32 c = -1;
    if (at < length) {
      U8_NEXT(text.data(), at, length, c);
    } else {
      ++at;
    }
    const bool word = c >= 0 && in_word(c);
    if (word && begin < 0) begin = here;
    if (word || begin < 0) continue;
    const auto place = static_cast<std::size_t>(begin);
    if (!take(text.substr(place, static_cast<std::size_t>(here) - place), place)) return;
    begin = -1;
  }
}

}  // namespace

SearchQuery::SearchQuery(std::string_view text) {
  each_word(text, [this](std::string_view word, std::size_t) {
    auto folded = fold(word);
    if (!folded.empty() && std::ranges::find(words_, folded) == words_.end())
      words_.push_back(std::move(folded));
    return words_.size() < kQueryWordsMax;
  });
}

bool SearchQuery::complete(const std::vector<bool>& found) {
  return std::ranges::all_of(found, [](bool one) { return one; });
}

std::optional<std::size_t> SearchQuery::look_into(std::string_view text, std::vector<bool>& found) const {
  std::optional<std::size_t> first;
  std::array<char, kWordCharactersMax> room;
  std::string folded_at_length;
  each_word(text.substr(0, kSearchedTextBytesMax), [&](std::string_view word, std::size_t place) {
    auto plain = fold_plain(word, room);
    if (!plain) plain = folded_at_length = fold(word);
    const auto folded = *plain;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (!folded.starts_with(words_[i])) continue;
      found[i] = true;
      if (!first) first = place;
    }
    return true;
  });
  return first;
}

std::string excerpt_around(std::string_view text, std::size_t place) {
  auto begin = place > kExcerptBefore ? place - kExcerptBefore : 0;
  begin = first_bytes(text, begin).size();
  if (begin > 0) {
    const auto space = text.find_first_of(" \n\t", begin);
    if (space != std::string_view::npos && space < place) begin = space + 1;
  }
  const auto end = std::max(begin, first_bytes(text, begin + kExcerptBytes).size());
  std::string out = begin > 0 ? "\u2026 " : "";
  for (const char c : text.substr(begin, end - begin)) {
    const bool space = static_cast<unsigned char>(c) <= 0x20;
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  if (end < text.size()) out += " \u2026";
  return out;
}

}  // namespace hark::conversation
