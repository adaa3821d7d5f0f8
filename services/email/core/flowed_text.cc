#include "email/core/flowed_text.h"

#include <cstddef>

namespace hark::email {
namespace {

struct Line {
  std::size_t depth = 0;
  std::string_view text;
  bool soft = false;
  bool signature = false;
};

Line read_line(std::string_view raw) {
  Line line;
  while (line.depth < raw.size() && raw[line.depth] == '>') ++line.depth;
  line.text = raw.substr(line.depth);
  if (line.text.starts_with(' ')) line.text.remove_prefix(1);
  line.signature = line.text == "-- ";
  line.soft = line.text.ends_with(' ') && !line.signature;
  return line;
}

}  // namespace

std::string undo_flowed(std::string_view text, bool del_sp) {
  std::string out;
  out.reserve(text.size());
  bool joining = false;  // the line before was soft
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const bool last = newline == std::string_view::npos;
    std::string_view raw = text.substr(at, last ? newline : newline - at);
    if (raw.ends_with('\r')) raw.remove_suffix(1);
    at = last ? text.size() : newline + 1;
    Line line = read_line(raw);
    // A change of depth ends a paragraph even if the line before was soft (RFC 3676 §4.5); so does a
    // signature.
    if (joining && (line.depth != depth || line.signature)) {
      out += '\n';
      joining = false;
    }
    if (!joining && line.depth > 0) {
      out.append(line.depth, '>');
      if (!line.text.empty()) out += ' ';
    }
    if (line.soft && del_sp) line.text.remove_suffix(1);
    out += line.text;
    depth = line.depth;
    joining = line.soft && !last;
    if (!line.soft && !last) out += '\n';
  }
  return out;
}

}  // namespace hark::email
