#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/core/result.h"
#include "routing/core/words.h"

namespace hark::routing {

/// Looks for many phrases at once in a row of words. A word of a phrase with '*' at its end stands for all
/// that begin so.
class Phrases {
 public:
  static constexpr std::size_t kWordsPerPhraseMax = 8;
  /// Of a word with '*', folded: shorter ones would stand for too much.
  static constexpr std::size_t kStemBytesMin = 2;

  /// Phrases may share a number. INVALID_FIELD if there is no word in it, or it is too long, or a stem is too
  /// short.
  Status add(std::string_view phrase, int number, WordBreaker& breaker);

  struct Match {
    int number = 0;
    std::size_t words = 0;
  };
  /// All that begin at this word: most words first, of as many the more literal first.
  [[nodiscard]] std::vector<Match> at(const std::vector<Word>& words, std::size_t begin) const;
  /// The first of those.
  [[nodiscard]] std::optional<Match> best_at(const std::vector<Word>& words, std::size_t begin) const;

  [[nodiscard]] bool empty() const { return exact_.empty() && stems_.empty(); }

 private:
  struct Token {
    std::string text;
    bool stem = false;
  };
  struct Phrase {
    std::vector<Token> rest;
    int number = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Stem {
    std::string text;
    std::vector<Phrase> phrases;
  };

  static bool fits(const Phrase& phrase, const std::vector<Word>& words, std::size_t begin);
  /// Its first two bytes: most words begin like nothing that is looked for, and need not be looked up.
  static std::uint16_t start_of(std::string_view text);
  std::vector<Phrase>& phrases_of(std::string stem);

  std::unordered_map<std::string, std::vector<Phrase>, Hash, std::equal_to<>> exact_;
  /// By how they begin; longer ones first.
  std::unordered_map<std::uint16_t, std::vector<Stem>> stems_;
  std::bitset<65'536> exact_starts_;
  std::bitset<65'536> stem_starts_;
};

}  // namespace hark::routing
