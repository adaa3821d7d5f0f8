#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::email {

/// Unfolds (RFC 5322 §2.2.3): a line break and the blanks after it become one space; blanks at both ends go.
std::string unfolded(std::string_view raw);

/// A header value as people read it: unfolded, RFC 2047 words decoded (a character split over neighbouring
/// words is put together again, words are read wherever they stand), raw 8-bit bytes read as UTF-8 or by
/// `charset_hint`. No control characters remain.
std::string decode_header_text(std::string_view raw, std::string_view charset_hint = {});

/// A value with parameters (RFC 2045 §5.1): Content-Type, Content-Disposition.
struct ParameterHeader {
  std::string value;  // lower case
  std::vector<std::pair<std::string, std::string>>
      parameters;  // names in lower case, values decoded to UTF-8

  /// The parameter's value, or empty.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

/// Reads the parameters with RFC 2231 continuations and charsets in any order, RFC 2047 words, unquoted
/// values with blanks and missing semicolons. The first of two equal parameters wins; `name*` wins over
/// `name`.
ParameterHeader parse_parameters(std::string_view raw, std::string_view charset_hint = {});

/// Ids in angle brackets, in order (RFC 5322 §3.6.4); a value without any bracket is read as words.
std::vector<std::string> parse_message_ids(std::string_view raw);

}  // namespace hark::email
