#include "email/core/message_id.h"

#include <algorithm>

#include "base/core/ids.h"
#include "email/core/words.h"

namespace hark::email {
namespace {

/// Crockford's alphabet with the letters that he reads as digits; 'u' is not in it.
bool is_base32(char c) { return is_digit(c) || (is_alpha(c) && to_lower(c) != 'u'); }

bool is_bracket_or_quote(char c) { return c == '<' || c == '>' || c == '"' || c == '\''; }

}  // namespace

std::string clean_message_id(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, kMessageIdBytesMax)) {
    // White space inside comes from folding in the wrong place; control characters are never part of an id.
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) out += c;
  }
  const auto first = std::find_if_not(out.begin(), out.end(), is_bracket_or_quote);
  out.erase(out.begin(), first);
  while (!out.empty() && is_bracket_or_quote(out.back())) out.pop_back();
  return out;
}

std::vector<std::string> message_ids_in(std::string_view header) {
  std::vector<std::string> ids;
  const auto add = [&](std::string_view raw) {
    if (auto id = clean_message_id(raw); !id.empty()) ids.push_back(std::move(id));
  };
  while (!header.empty() && ids.size() < kMessageIdsReadMax) {
    if (header.front() == '<') {
      // An id whose '>' is missing ends where the next one begins.
      const auto end = std::min(
          header.find_first_of("><", std::min(header.find_first_not_of('<'), header.size())), header.size());
      add(header.substr(0, end));
      header.remove_prefix(end);
    } else if (is_space(header.front()) || header.front() == ',' || header.front() == '>') {
      header.remove_prefix(1);
    } else {
      const auto end = std::min(header.find_first_of(" \t\r\n,<"), header.size());
      const auto word = header.substr(0, end);
      if (contains(word, "@")) add(word);
      header.remove_prefix(end);
    }
  }
  return ids;
}

std::optional<std::string> as_thread_token(std::string_view text) {
  if (text.size() != kThreadTokenLength || !std::all_of(text.begin(), text.end(), is_base32))
    return std::nullopt;
  return lower(text);
}

std::optional<std::string> token_of_own_message_id(std::string_view id) {
  const auto left = id.substr(0, id.find('@'));
  if (left.size() == id.size() || left.size() != kIdBodyLength + 1 + kThreadTokenLength) return std::nullopt;
  const auto name = left.substr(0, kIdBodyLength);
  if (left[kIdBodyLength] != '.' || !std::all_of(name.begin(), name.end(), is_base32)) return std::nullopt;
  return as_thread_token(left.substr(kIdBodyLength + 1));
}

}  // namespace hark::email
