#include "email/core/transfer_encoding.h"

#include <array>

#include "email/core/ascii.h"

namespace hark::email {
namespace {

constexpr std::int8_t kJunk = -1;
constexpr std::size_t kUuencodedFilesMax = 100;

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(kJunk);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kBase64Values = base64_values();

std::int8_t base64_value(char c) { return kBase64Values[static_cast<unsigned char>(c)]; }

// After the padding: another padded run of base64 (some senders pad every line), or a footer that a list
// added?
bool more_base64_follows(std::string_view rest) {
  rest = ascii_trimmed(rest.substr(0, 200));
  const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
  if (line.size() < 4 || line.size() % 4 != 0) return false;
  for (const char c : line) {
    if (base64_value(c) == kJunk && c != '=') return false;
  }
  return true;
}

std::string_view next_line(std::string_view text, std::size_t& at) {
  const std::size_t end = text.find('\n', at);
  std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
  at = end == std::string_view::npos ? text.size() : end + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

int uu_value(char c) { return c >= ' ' && c <= '`' ? (c - ' ') & 0x3F : -1; }

// One line of uuencode: a length character and groups of four. Trailing spaces may have been lost on the way.
bool append_uu_line(std::string_view line, std::string& out) {
  if (line.empty()) return true;
  const int size = uu_value(line.front());
  if (size < 0) return false;
  line.remove_prefix(1);
  const std::size_t groups = (static_cast<std::size_t>(size) + 2) / 3;
  if (line.size() > groups * 4 + 2) return false;
  std::size_t left = static_cast<std::size_t>(size);
  for (std::size_t group = 0; group < groups; ++group) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t i = group * 4 + k;
      const int value = i < line.size() ? uu_value(line[i]) : 0;
      if (value < 0) return false;
      bits = (bits << 6) | static_cast<std::uint32_t>(value);
    }
    for (int shift = 16; shift >= 0 && left > 0; shift -= 8, --left) {
      out += static_cast<char>(static_cast<unsigned char>(bits >> shift));
    }
  }
  return true;
}

// "begin 644 name.txt"
std::optional<std::string_view> name_of_begin_line(std::string_view line) {
  if (!line.starts_with("begin ")) return std::nullopt;
  line.remove_prefix(6);
  std::size_t digits = 0;
  while (digits < line.size() && line[digits] >= '0' && line[digits] <= '7') ++digits;
  if (digits < 3 || digits > 4 || digits + 1 >= line.size() || line[digits] != ' ') return std::nullopt;
  return ascii_trimmed(line.substr(digits + 1));
}

std::string decode_uuencode(std::string_view bytes) {
  auto files = find_uuencoded(bytes);
  if (!files.empty()) return std::move(files.front().content);
  return std::string{bytes};
}

}  // namespace

TransferEncoding transfer_encoding_of(std::string_view value) {
  std::string word;
  for (const char c : value.substr(0, 64)) {
    if (c == ';' || c == '(') break;
    if (ascii_alpha(c) || ascii_digit(c)) word += ascii_lower(c);
  }
  if (word == "base64" || word == "b64") return TransferEncoding::kBase64;
  if (word == "quotedprintable" || word == "qp") return TransferEncoding::kQuotedPrintable;
  if (word == "uuencode" || word == "xuuencode" || word == "uue" || word == "xuue")
    return TransferEncoding::kUuencode;
  return TransferEncoding::kIdentity;
}

std::string decode_base64(std::string_view bytes) {
  std::string out;
  out.resize(bytes.size() / 4 * 3 + 3);
  std::size_t written = 0;
  std::uint32_t bits = 0;
  int held = 0;  // characters in `bits`
  const auto flush = [&] {
    if (held >= 2) out[written++] = static_cast<char>(static_cast<unsigned char>(bits >> (6 * held - 8)));
    if (held >= 3) out[written++] = static_cast<char>(static_cast<unsigned char>(bits >> (6 * held - 16)));
    bits = 0;
    held = 0;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::int8_t value = base64_value(bytes[i]);
    if (value == kJunk) {
      if (bytes[i] != '=' || held < 2) continue;
      flush();
      while (i + 1 < bytes.size() && bytes[i + 1] == '=') ++i;
      if (!more_base64_follows(bytes.substr(i + 1))) break;
      continue;
    }
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if (++held < 4) continue;
    out[written++] = static_cast<char>(static_cast<unsigned char>(bits >> 16));
    out[written++] = static_cast<char>(static_cast<unsigned char>(bits >> 8));
    out[written++] = static_cast<char>(static_cast<unsigned char>(bits));
    bits = 0;
    held = 0;
  }
  flush();
  out.resize(written);
  return out;
}

std::string decode_quoted_printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t stop = std::min(bytes.find('=', i), bytes.size());
    out.append(bytes, i, stop - i);
    i = stop;
    if (i >= bytes.size()) break;
    if (i + 2 < bytes.size() && hex_value(bytes[i + 1]) >= 0 && hex_value(bytes[i + 2]) >= 0) {
      out += static_cast<char>(
          static_cast<unsigned char>(hex_value(bytes[i + 1]) << 4 | hex_value(bytes[i + 2])));
      i += 3;
      continue;
    }
    // A soft break: "=" and nothing but blanks to the end of the line, or to the end of all.
    std::size_t end = i + 1;
    while (end < bytes.size() && (bytes[end] == ' ' || bytes[end] == '\t')) ++end;
    if (end < bytes.size() && bytes[end] == '\r') ++end;
    if (end >= bytes.size()) break;
    if (bytes[end] == '\n') {
      i = end + 1;
    } else {
      out += '=';
      ++i;
    }
  }
  return out;
}

std::vector<UuencodedFile> find_uuencoded(std::string_view text) {
  std::vector<UuencodedFile> found;
  if (text.find("begin ") == std::string_view::npos) return found;
  std::size_t at = 0;
  while (at < text.size() && found.size() < kUuencodedFilesMax) {
    const std::size_t begin = at;
    const auto name = name_of_begin_line(next_line(text, at));
    if (!name) continue;
    UuencodedFile file{.file_name = std::string{*name}, .begin = begin};
    bool ended = false;
    while (at < text.size()) {
      const std::string_view line = next_line(text, at);
      if ((ended = line == "end")) break;
      if (!append_uu_line(line, file.content)) break;
    }
    file.end = at;
    if (ended && !file.content.empty()) found.push_back(std::move(file));
  }
  return found;
}

std::string decode_transfer(std::string_view bytes, TransferEncoding encoding) {
  switch (encoding) {
    case TransferEncoding::kBase64:
      return decode_base64(bytes);
    case TransferEncoding::kQuotedPrintable:
      return decode_quoted_printable(bytes);
    case TransferEncoding::kUuencode:
      return decode_uuencode(bytes);
    case TransferEncoding::kIdentity:
      break;
  }
  return std::string{bytes};
}

}  // namespace hark::email
