#pragma once

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
};

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
  static void cut_ascii(std::string_view text, Sentence& out);
  void cut_by_rules(std::string_view text, Sentence& out);
  std::unique_ptr<Rules> rules_;
};

}  // namespace hark::routing
