#include "base/core/utf8.h"

namespace hark {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
bool goes_on(std::string_view text, std::size_t at) { return (byte_at(text, at) & 0xC0U) == 0x80U; }

}  // namespace

// Unicode, table 3-7: what the second byte may be depends on the first.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const auto lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + size > text.size()) return 0;
  const auto second = byte_at(text, at + 1);
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (!goes_on(text, at + i)) return 0;
  return size;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_bytes(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && goes_on(text, bytes_max)) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace hark
