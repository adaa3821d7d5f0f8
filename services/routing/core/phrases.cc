#include "routing/core/phrases.h"

#include <algorithm>
#include <iterator>

namespace hark::routing {
namespace {

Error wrong(std::string_view phrase, const char* what) {
  return {Code::kInvalidArgument, Reason::kInvalidField,
          "'" + std::string{phrase.substr(0, 80)} + "' " + what};
}

}  // namespace

Status Phrases::add(std::string_view phrase, int number, WordBreaker& breaker) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < phrase.size()) {
    const auto end = std::min(phrase.find(' ', at), phrase.size());
    auto piece = phrase.substr(at, end - at);
    at = end + 1;
    if (piece.empty()) continue;
    const bool stem = piece.ends_with('*');
    if (stem) piece.remove_suffix(1);
    const auto words = breaker.words_of(piece);
    for (std::size_t i = 0; i < words.size(); ++i)
      tokens.push_back({words[i].text, stem && i + 1 == words.size()});
    if (words.empty() || (stem && tokens.back().text.size() < kStemBytesMin)) {
      return wrong(phrase, "must be words; before a '*' stand at least two letters");
    }
  }
  if (tokens.empty()) return wrong(phrase, "has no word");
  if (tokens.size() > kWordsPerPhraseMax) return wrong(phrase, "has more than 8 words");
  Token first = std::move(tokens.front());
  tokens.erase(tokens.begin());
  (first.stem ? stem_starts_ : exact_starts_).set(start_of(first.text));
  auto& phrases = first.stem ? phrases_of(std::move(first.text)) : exact_[std::move(first.text)];
  phrases.push_back({std::move(tokens), number});
  return {};
}

std::uint16_t Phrases::start_of(std::string_view text) {
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(text[0]) * 256U + second);
}

std::vector<Phrases::Phrase>& Phrases::phrases_of(std::string stem) {
  auto& alike = stems_[start_of(stem)];
  const auto found = std::ranges::find(alike, stem, &Stem::text);
  if (found != alike.end()) return found->phrases;
  const auto shorter =
      std::ranges::find_if(alike, [&](const Stem& one) { return one.text.size() < stem.size(); });
  return alike.insert(shorter, Stem{std::move(stem), {}})->phrases;
}

bool Phrases::fits(const Phrase& phrase, const std::vector<Word>& words, std::size_t begin) {
  if (begin + phrase.rest.size() >= words.size()) return false;
  for (std::size_t i = 0; i < phrase.rest.size(); ++i) {
    const Token& token = phrase.rest[i];
    const std::string& word = words[begin + 1 + i].text;
    if (token.stem ? !word.starts_with(token.text) : word != token.text) return false;
  }
  return true;
}

std::vector<Phrases::Match> Phrases::at(const std::vector<Word>& words, std::size_t begin) const {
  std::vector<Match> out;
  const auto collect = [&](const std::vector<Phrase>& phrases) {
    for (const Phrase& phrase : phrases) {
      if (fits(phrase, words, begin)) out.push_back({phrase.number, phrase.rest.size() + 1});
    }
  };
  const std::string_view word = words[begin].text;
  const auto start = start_of(word);
  if (exact_starts_.test(start)) {
    if (const auto found = exact_.find(word); found != exact_.end()) collect(found->second);
  }
  if (stem_starts_.test(start)) {
    for (const Stem& stem : stems_.find(start)->second) {
      if (word.starts_with(stem.text)) collect(stem.phrases);
    }
  }
  if (out.size() < 2) return out;
  // Whole words came before stems, and longer stems before shorter ones: that order stays among equals.
  std::vector<Match> sorted;
  for (std::size_t words_left = kWordsPerPhraseMax; words_left > 0 && sorted.size() < out.size();
       --words_left) {
    std::ranges::copy_if(out, std::back_inserter(sorted),
                         [&](const Match& m) { return m.words == words_left; });
  }
  return sorted;
}

std::optional<Phrases::Match> Phrases::best_at(const std::vector<Word>& words, std::size_t begin) const {
  const auto found = at(words, begin);
  if (found.empty()) return std::nullopt;
  return found.front();
}

}  // namespace hark::routing
