#include "console/core/mentions.h"

#include <algorithm>

namespace hark::console {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool fits_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/// Whether an '@' after this begins a name. Bytes of other scripts count as letters.
bool ends_word(char c) { return !fits_id(lower(c)) && c != '@' && static_cast<unsigned char>(c) < 0x80; }

}  // namespace

std::vector<std::string> mentions_in(std::string_view text, const std::vector<std::string>& named,
                                     const std::function<bool(std::string_view id)>& is_agent) {
  std::vector<std::string> out;
  const auto call = [&](std::string id) {
    const bool room = out.size() < kMentionsMax;
    if (room && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  };
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && !ends_word(text[at - 1])) continue;
    std::string id;
    for (std::size_t i = at + 1; i < text.size() && fits_id(lower(text[i])); ++i) id += lower(text[i]);
    while (!id.empty() && !is_agent(id)) {
      const char last = id.back();
      if (last != '.' && last != '-' && last != '_') id.clear();
      if (!id.empty()) id.pop_back();
    }
    if (!id.empty()) call(std::move(id));
  }
  for (const auto& id : named) {
    if (is_agent(id)) call(id);
  }
  return out;
}

}  // namespace hark::console
