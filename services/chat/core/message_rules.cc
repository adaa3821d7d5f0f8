#include "chat/core/message_rules.h"

#include <algorithm>

#include "base/core/invalid.h"
#include "base/core/utf8.h"

namespace hark::chat {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }
bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string trimmed(std::string text) {
  while (!text.empty() && is_space(text.back())) text.pop_back();
  const auto start = std::ranges::find_if_not(text, is_space);
  text.erase(text.begin(), start);
  return text;
}

}  // namespace

Status check_client_id(std::string_view id) {
  const bool good = !id.empty() && id.size() <= kClientIdBytesMax &&
                    std::ranges::all_of(id, [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
  if (!good) return invalid("client_id: must be 1 to 64 of A-Z, a-z, 0-9, '-' and '_'");
  return {};
}

Status check_message(std::string_view text, std::size_t files) {
  if (text.size() > kTextBytesMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge,
                 "text: a message has at most 16 KiB; send the rest as another one, or as a file"};
  }
  if (files > kFilesMax) return invalid("files: at most 10 with one message");
  if (text.empty() && files == 0) return invalid("text: is empty");
  return {};
}

std::string plain_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (!is_control(c) || c == '\n' || c == '\t') out += c;
  }
  return trimmed(std::move(out));
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : first_bytes(text, bytes_max)) out += is_control(c) ? ' ' : c;
  return trimmed(std::move(out));
}

}  // namespace hark::chat
