#include "base/web/blob_headers.h"

#include <algorithm>
#include <array>

#include "base/core/utf8.h"

namespace hark::web {
namespace {

constexpr std::size_t kNameBytesMax = 255;
/// Pictures, and the sound of calls: a browser runs nothing of them.
constexpr std::array<std::string_view, 8> kInlineTypes{"image/png", "image/jpeg", "image/gif", "image/webp",
                                                       "audio/wav", "audio/mpeg", "audio/ogg", "audio/mp4"};

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// attr-char of RFC 8187.
bool is_attr_char(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view{"!#$&+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_attr_char(byte)) {
      out.push_back(c);
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// No separators, no control characters, not hidden, not endless, never cut inside a character.
std::string safe_name(std::string_view name) {
  name = first_bytes(name, kNameBytesMax);
  std::string out;
  for (const char c : name) {
    const bool bad = static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == ':';
    out.push_back(bad ? '_' : c);
  }
  while (!out.empty() && (out.front() == '.' || out.front() == ' ')) out.erase(out.begin());
  return out.empty() ? "file" : out;
}

std::string ascii_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    out.push_back(static_cast<unsigned char>(c) >= 0x7f || c == '"' || c == '%' ? '_' : c);
  return out;
}

}  // namespace

BlobHeaders blob_headers(std::string_view type, std::string_view name, bool inline_wanted) {
  const auto wanted_type = lower(type.substr(0, type.find(';')));
  const bool shown = std::find(kInlineTypes.begin(), kInlineTypes.end(), wanted_type) != kInlineTypes.end();
  const auto file = safe_name(name);
  BlobHeaders headers;
  headers.content_type = shown ? wanted_type : "application/octet-stream";
  headers.content_disposition = std::string{shown && inline_wanted ? "inline" : "attachment"} +
                                "; filename=\"" + ascii_name(file) + "\"; filename*=UTF-8''" +
                                percent_encode(file);
  return headers;
}

}  // namespace hark::web
