#include "email/core/header_text.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/core/utf8.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/transfer_encoding.h"

namespace hark::email {
namespace {

constexpr std::size_t kParametersMax = 100;
constexpr std::size_t kValueBytesMax = 127;  // RFC 6838 §4.2 allows 127 for each half; nobody comes near
constexpr std::size_t kMessageIdsMax = 1000;
constexpr std::size_t kMessageIdBytesMax = 998;  // RFC 5322 §2.1.1: no line is longer

struct EncodedWord {
  std::string_view charset;
  std::string bytes;
  std::size_t end = 0;  // after "?="
};

// =?charset*language?B|Q?text?= at `at` (RFC 2047 §2, RFC 2231 §5).
std::optional<EncodedWord> encoded_word_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kCharsetBytesMax = 60;
  constexpr std::size_t kWordBytesMax = 4096;  // 75 by the rules; some senders never split
  if (!text.substr(at).starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = text.substr(0, at + 2 + kCharsetBytesMax).find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return std::nullopt;
  const char method = ascii_lower(text[charset_end + 1]);
  if ((method != 'b' && method != 'q') || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  std::size_t end = text.substr(0, begin + kWordBytesMax).find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view body = text.substr(begin, end - begin);
  EncodedWord word{.charset = text.substr(at + 2, charset_end - at - 2), .end = end + 2};
  word.charset = word.charset.substr(0, word.charset.find('*'));
  if (method == 'b') {
    word.bytes = decode_base64(body);
  } else {
    std::string spaced{body};
    std::replace(spaced.begin(), spaced.end(), '_', ' ');
    word.bytes = decode_quoted_printable(spaced);
  }
  return word;
}

void drop_controls(std::string& text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string decode_words(std::string_view text, std::string_view charset_hint) {
  std::string out;
  std::string pending;  // bytes of neighbouring words in one charset
  std::string_view pending_charset;
  const auto flush = [&] {
    if (!pending.empty()) out += to_utf8(pending, pending_charset).text;
    pending.clear();
  };
  std::size_t plain = 0;  // start of text that is not part of a word
  for (std::size_t at = text.find("=?"); at != std::string_view::npos;) {
    auto word = encoded_word_at(text, at);
    if (!word) {
      at = text.find("=?", at + 1);
      continue;
    }
    const std::string_view between = text.substr(plain, at - plain);
    const bool neighbours = plain > 0 && ascii_trimmed(between).empty();
    if (!neighbours || !ascii_iequals(pending_charset, word->charset)) flush();
    if (!neighbours) out += to_utf8(between, charset_hint).text;
    pending += word->bytes;
    pending_charset = word->charset;
    plain = word->end;
    at = text.find("=?", plain);
  }
  flush();
  out += to_utf8(text.substr(plain), charset_hint).text;
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out +=
          static_cast<char>(static_cast<unsigned char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2])));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// One parameter in pieces (RFC 2231 §3, §4).
struct Pieces {
  struct Piece {
    std::string bytes;
    bool extended = false;  // percent-encoded; the first also carries charset'language'
  };
  std::optional<std::string> plain;
  std::map<int, Piece> pieces;
};

std::string joined(const Pieces& parameter, std::string_view charset_hint) {
  if (parameter.pieces.empty()) return decode_words(parameter.plain.value_or(""), charset_hint);
  std::string bytes;
  std::string charset;
  bool extended_any = false;
  for (const auto& [number, piece] : parameter.pieces) {
    std::string_view value = piece.bytes;
    if (piece.extended && !extended_any) {
      const std::size_t first = value.find('\'');
      const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = std::string{value.substr(0, first)};
        value.remove_prefix(second + 1);
      }
    }
    extended_any |= piece.extended;
    bytes += piece.extended ? percent_decoded(value) : std::string{value};
  }
  if (!extended_any) return decode_words(bytes, charset_hint);
  return to_utf8(bytes, charset.empty() ? charset_hint : std::string_view{charset}).text;
}

// A value in quotes from `at` (on the quote); backslash escapes only a quote or itself, as Windows paths
// occur.
std::string quoted_value(std::string_view text, std::size_t& at) {
  std::string out;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    out += text[at];
  }
  if (at < text.size()) ++at;
  return out;
}

// Up to the semicolon, which an encoded word may contain.
std::string_view bare_value(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && text[at] != ';') {
    const auto word = text[at] == '=' ? encoded_word_at(text, at) : std::nullopt;
    at = word ? word->end : at + 1;
  }
  return ascii_trimmed(text.substr(begin, at - begin));
}

void keep(std::map<std::string, Pieces, std::less<>>& all, std::string_view raw_name, std::string value) {
  std::string name = ascii_lowered(ascii_trimmed(raw_name));
  Pieces::Piece piece{.bytes = std::move(value)};
  const bool numbered_or_extended = name.find('*') != std::string::npos;
  if (name.ends_with('*')) {
    piece.extended = true;
    name.pop_back();
  }
  int number = 0;
  if (const std::size_t star = name.find('*'); star != std::string::npos) {
    for (const char c : name.substr(star + 1, 4)) number = ascii_digit(c) ? number * 10 + (c - '0') : number;
    name.resize(star);
  }
  if (name.empty()) return;
  auto& parameter = all[name];
  if (numbered_or_extended) {
    parameter.pieces.try_emplace(number, std::move(piece));
  } else if (!parameter.plain) {
    parameter.plain = std::move(piece.bytes);
  }
}

}  // namespace

std::string unfolded(std::string_view raw) {
  raw = ascii_trimmed(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\r' || raw[i] == '\n') {
      while (i + 1 < raw.size() && ascii_space(raw[i + 1])) ++i;
      if (!out.ends_with(' ')) out += ' ';
    } else if (raw[i] != '\0') {
      out += raw[i] == '\t' ? ' ' : raw[i];
    }
  }
  return out;
}

std::string decode_header_text(std::string_view raw, std::string_view charset_hint) {
  std::string text = unfolded(raw);
  if (!is_ascii(text) || text.find("=?") != std::string::npos || text.find('\x1b') != std::string::npos) {
    text = decode_words(text, charset_hint);
  }
  drop_controls(text);
  return text;
}

std::string_view ParameterHeader::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

ParameterHeader parse_parameters(std::string_view raw, std::string_view charset_hint) {
  const std::string text = unfolded(raw);
  ParameterHeader header;
  std::size_t at = std::min(text.find_first_of("; \""), text.size());
  header.value = ascii_lowered(std::string_view{text}.substr(0, at));
  std::erase_if(header.value, [](char c) { return c <= ' ' || c >= 0x7F || c == '<' || c == '>'; });
  header.value.resize(std::min(header.value.size(), kValueBytesMax));
  std::map<std::string, Pieces, std::less<>> all;
  std::vector<std::string> order;
  for (std::size_t seen = 0; at < text.size() && seen < kParametersMax; ++seen) {
    while (at < text.size() && (text[at] == ';' || ascii_space(text[at]))) ++at;
    const std::size_t name_end = std::min(text.find_first_of("=;", at), text.size());
    const std::string_view name = std::string_view{text}.substr(at, name_end - at);
    at = name_end;
    if (at >= text.size() || text[at] == ';') continue;
    ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    const bool quoted = at < text.size() && text[at] == '"';
    std::string value = quoted ? quoted_value(text, at) : std::string{bare_value(text, at)};
    keep(all, name, std::move(value));
  }
  for (const auto& [name, pieces] : all) {
    std::string value = joined(pieces, charset_hint);
    drop_controls(value);
    header.parameters.emplace_back(name, std::move(value));
  }
  return header;
}

std::vector<std::string> parse_message_ids(std::string_view raw) {
  const std::string text = unfolded(raw);
  std::vector<std::string> ids;
  const auto add = [&ids](std::string_view id) {
    std::string clean;
    for (const char c : id) {
      if (static_cast<unsigned char>(c) > 0x20 && c != 0x7F) clean += c;
    }
    if (clean.empty() || clean.size() > kMessageIdBytesMax || ids.size() >= kMessageIdsMax) return;
    if (!is_utf8(clean)) clean = to_utf8(clean, {}).text;
    ids.push_back(std::move(clean));
  };
  if (text.find('<') == std::string::npos) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
      add(std::string_view{text}.substr(at, end - at));
      at = end + 1;
    }
    return ids;
  }
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at)) {
    const std::size_t end = text.find_first_of("<>", at + 1);
    add(std::string_view{text}.substr(at + 1, end == std::string::npos ? end : end - at - 1));
    if (end == std::string::npos) break;
    at = end;
  }
  return ids;
}

}  // namespace hark::email
