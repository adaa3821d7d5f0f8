// Any text: the ranges cover it without gaps, and something of it is visible if there is anything to see.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "email/core/html_reply.h"
#include "email/core/reply_trim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 65536) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const bool forwarded = (data[0] & 1) != 0;
  if ((data[0] & 2) != 0) {
    const auto visible = hark::email::trim_html_reply(text, forwarded);
    if (visible.find_first_of("\x02\x03") != std::string::npos) std::abort();
    return 0;
  }
  const auto reply = hark::email::trim_reply(text, forwarded);
  std::size_t at = 0;
  for (const auto& range : reply.ranges) {
    if (range.begin != at || range.end <= range.begin) std::abort();
    at = range.end;
  }
  if (at != text.size()) std::abort();
  const bool words = text.find_first_not_of(" \t\r\n") != std::string_view::npos;
  bool printable = false;
  for (const char c : text) printable = printable || (c > ' ' && c < 0x7f);
  if (words && printable && reply.visible(text).empty()) std::abort();
  return 0;
}
