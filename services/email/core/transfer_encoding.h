#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

/// How a part's bytes are spelled (RFC 2045 §6). Identity stands for 7bit, 8bit, binary and for every word
/// that names no encoding.
enum class TransferEncoding : std::uint8_t { kIdentity, kBase64, kQuotedPrintable, kUuencode };

/// Reads a Content-Transfer-Encoding value as senders write it: "quoted printable;", "x-uuencode", "8 bit".
TransferEncoding transfer_encoding_of(std::string_view header_value);

/// Decodes leniently, in linear time and without failing: junk in base64 is skipped, text after its padding
/// is left out unless it is more base64, broken quoted-printable escapes stand for themselves.
std::string decode_transfer(std::string_view bytes, TransferEncoding encoding);

std::string decode_base64(std::string_view bytes);
std::string decode_quoted_printable(std::string_view bytes);

/// A file that stood uuencoded in a text (POSIX uuencode), and where.
struct UuencodedFile {
  std::string file_name;  // as written
  std::string content;
  std::size_t begin = 0;  // of the "begin" line
  std::size_t end = 0;    // after the "end" line
};

/// The uuencoded files in a text, each with a "begin <mode> <name>" and an "end" line and no broken line
/// between.
std::vector<UuencodedFile> find_uuencoded(std::string_view text);

}  // namespace hark::email
