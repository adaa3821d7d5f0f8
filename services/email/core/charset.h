#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hark::email {

/// Text that came in some charset, in UTF-8 without U+0000 and without a byte order mark.
struct DecodedText {
  std::string text;
  std::string charset;       // the one it was read by, as a converter's name
  std::size_t replaced = 0;  // places where U+FFFD stands for bytes that had no meaning
  bool guessed = false;      // the declared charset was missing, unknown or did not fit
};

enum class TextKind { kPlain, kHtml };

/// The converter for a charset label as it is written in mails (WHATWG Encoding §4.2 and the names that only
/// mails use, such as utf-7); empty if nothing is known by that name. Case and surrounding space do not
/// matter.
std::string converter_of_label(std::string_view label);

/// The name people know a converter by: "windows-1252" for "ibm-5348_P100-1997".
std::string charset_name(const std::string& converter);

/// Reads bytes as text and never fails. In order, the first that fits without a fault wins: the declared
/// label, UTF-8, a byte order mark, the charset an HTML text names itself, a statistical guess, windows-1252.
/// A declared charset with few faults is kept, each fault shown as U+FFFD.
DecodedText to_utf8(std::string_view bytes, std::string_view label, TextKind kind = TextKind::kPlain);

/// Appends a code point; an invalid one becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace hark::email
