#include "email/core/message_id.h"

#include <algorithm>

#include "base/core/ids.h"
#include "email/core/ascii.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

/// Crockford's alphabet with the letters that he reads as digits; 'u' is not in it.
bool is_base32(char c) { return ascii_digit(c) || (ascii_alpha(c) && ascii_lower(c) != 'u'); }

bool is_bracket_or_quote(char c) { return c == '<' || c == '>' || c == '"' || c == '\''; }

}  // namespace

std::string clean_message_id(std::string_view id) {
  std::string out;
  for (const char c : id.substr(0, kMessageIdLength)) {
    // White space inside comes from folding in the wrong place; control characters are never part of an id.
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7f) out += c;
  }
  const auto first = std::find_if_not(out.begin(), out.end(), is_bracket_or_quote);
  out.erase(out.begin(), first);
  while (!out.empty() && is_bracket_or_quote(out.back())) out.pop_back();
  return out;
}

std::optional<std::string> as_thread_token(std::string_view text) {
  if (text.size() != kThreadTokenLength || !std::all_of(text.begin(), text.end(), is_base32))
    return std::nullopt;
  auto token = ascii_lowered(text);
  for (auto& c : token) c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
  return token;
}

std::optional<std::string> token_of_own_message_id(std::string_view id) {
  const auto left = id.substr(0, id.find('@'));
  if (left.size() == id.size() || left.size() != kIdBodyLength + 1 + kThreadTokenLength) return std::nullopt;
  const auto name = left.substr(0, kIdBodyLength);
  if (left[kIdBodyLength] != '.' || !std::all_of(name.begin(), name.end(), is_base32)) return std::nullopt;
  return as_thread_token(left.substr(kIdBodyLength + 1));
}

}  // namespace hark::email
