#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/phrases.h"

namespace hark::routing {

/// What the words of a text say about the mood of who wrote it.
struct Mood {
  /// -100 to 100.
  int sentiment = 0;
  bool complaint = false;
  bool urgent = false;
  /// Places that said something.
  int found = 0;
  /// The words that did, each once; at most kEvidenceMax of each kind.
  std::vector<Said> of_sentiment, of_complaint, of_urgency;

  static constexpr std::size_t kEvidenceMax = 3;
};

/// At this sentiment and below, a customer counts as displeased.
constexpr int kNegativeSentiment = -30;

/// The words of one language (lexicon/README.md has the format). Made once; reading it needs no lock.
class Lexicon {
 public:
  /// INVALID_FIELD, with "line 12: " in front.
  static Result<Lexicon> parse(std::string_view text, WordBreaker& breaker);
  /// What another lexicon has as well.
  Status add(std::string_view text, WordBreaker& breaker);

  [[nodiscard]] Mood mood_of(const std::vector<Word>& words) const;

 private:
  [[nodiscard]] bool negated(const std::vector<Word>& words, std::size_t at) const;
  [[nodiscard]] int intensity_percent(const std::vector<Word>& words, std::size_t at) const;
  struct Weighed {
    int weight = 0;
    std::size_t words = 0;
  };
  [[nodiscard]] std::optional<Weighed> weigh(const std::vector<Word>& words, std::size_t at) const;

  Phrases sentiment_, negation_, intensifiers_, complaint_, urgent_;
  std::vector<std::string> negating_prefixes_;
};

/// The lexicons that are built in.
class Lexicons {
 public:
  explicit Lexicons(WordBreaker& breaker);
  /// By the lexicon of the language; if none is known ("") by the one that finds most. Nothing is found in a
  /// language that has no lexicon.
  [[nodiscard]] Mood mood_of(const std::vector<Word>& words, std::string_view language) const;

 private:
  std::map<std::string, Lexicon, std::less<>> by_language_;
};

}  // namespace hark::routing
