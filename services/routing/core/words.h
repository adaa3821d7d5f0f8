#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hark::routing {

/// One word of a text, as words are compared.
struct Word {
  std::string text;
  /// Counts up at each comma, full stop, line.
  int clause = 0;
  /// Where it stands in its text, in bytes: what was compared of it.
  std::size_t begin = 0, end = 0;
};

/// Words in a row, by the place of the first.
struct Said {
  std::size_t at = 0;
  std::size_t count = 0;
};

/// The words as their text has them, a space between them: "Žądam zwrotu". Without marks that turn the
/// direction of what is shown after them.
std::string as_written(std::string_view text, const std::vector<Word>& words, Said said);

/// Lower case (by Unicode's case folding), without diacritics, apostrophes and compatibility forms: "Ļoti" is
/// "loti", "Ёж" is "еж", "Łódź" is "lodz", "Don't" is "dont".
std::string folded(std::string_view text);

/// Cuts texts into words by Unicode's rules (UAX 29), emoji included. Anything that is not UTF-8 separates
/// words.
///
/// Not thread-safe; costly to make, cheap to use.
class WordBreaker {
 public:
  /// More words than these are not looked at.
  static constexpr std::size_t kWordsMax = 2'000;

  WordBreaker();
  ~WordBreaker();
  WordBreaker(const WordBreaker&) = delete;
  WordBreaker& operator=(const WordBreaker&) = delete;

  std::vector<Word> words_of(std::string_view text);

 private:
  struct Rules;
  struct Sentence;
  /// Cut what stands in a text from this byte on.
  static void cut_ascii(std::string_view text, std::size_t from, Sentence& out);
  void cut_by_rules(std::string_view text, std::size_t from, Sentence& out);
  std::unique_ptr<Rules> rules_;
};

}  // namespace hark::routing
