#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::email {

/// One piece of HTML. Names in lower case, text and attribute values with their character references decoded.
struct HtmlToken {
  enum class Kind { kText, kOpen, kClose };
  Kind kind = Kind::kText;
  std::string text;  // of kText
  std::string name;  // of kOpen and kClose
  std::vector<std::pair<std::string, std::string>> attributes;

  [[nodiscard]] std::string_view attribute(std::string_view attribute_name) const;
};

/// Reads HTML piece by piece as browsers do (WHATWG HTML §13.2.5, the states that matter), in linear time, on
/// any bytes. Comments, doctypes and processing instructions are passed over; what stands inside script,
/// style, title, textarea, iframe, noembed, noframes and xmp is passed over with them. No tree is built: a
/// tree builder takes quadratic time and unbounded depth on hostile nesting (100 kB of "<div>" hold gumbo for
/// eleven seconds).
class HtmlTokens {
 public:
  explicit HtmlTokens(std::string_view html) : html_{html} {}

  /// The next piece into `token`; false at the end.
  bool next(HtmlToken& token);

 private:
  bool read_markup(HtmlToken& token);
  void read_attributes(HtmlToken& token);
  void skip_raw_text(std::string_view name);
  void skip_comment();

  std::string_view html_;
  std::size_t at_ = 0;
};

/// Decodes character references: all numeric ones, the names of HTML 4 and "apos".
std::string decode_references(std::string_view text, bool in_attribute = false);

}  // namespace hark::email
