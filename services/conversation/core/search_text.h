#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::conversation {

/// Words beyond these are not looked for.
constexpr std::size_t kQueryWordsMax = 10;
/// Of a text, what lies beyond is not looked into: a search must not hold up whoever writes meanwhile.
constexpr std::size_t kSearchedTextBytesMax = 8U << 10;

/// What somebody looks for: words, each of which must begin a word of what is searched, in any case and
/// without regard to accents ("berzins" finds "B\u0113rzi\u0146\u0161").
class SearchQuery {
 public:
  explicit SearchQuery(std::string_view text);

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const { return words_.size(); }

  /// True when every word was found.
  [[nodiscard]] static bool complete(const std::vector<bool>& found);

  /// Marks in `found` (of size()) which words begin one of this text's. The place of the first such word in
  /// the text, in bytes; nullopt if there is none.
  std::optional<std::size_t> look_into(std::string_view text, std::vector<bool>& found) const;

 private:
  std::vector<std::string> words_;
};

/// Some words of the text around a place in it, on one line.
std::string excerpt_around(std::string_view text, std::size_t place);

}  // namespace hark::conversation
