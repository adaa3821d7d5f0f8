#include "console/core/attachment_rules.h"

#include <algorithm>
#include <array>

#include "base/core/utf8.h"

namespace hark::console {
namespace {

constexpr std::size_t kContentTypeBytesMax = 127;

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; }

/// Characters that change the direction of text (U+202A to U+202E, U+2066 to U+2069): they make "exe" look
/// like "fdp".
bool turns_text(std::string_view at) {
  if (!at.starts_with("\xe2\x80") && !at.starts_with("\xe2\x81")) return false;
  if (at.size() < 3) return false;
  const auto last = static_cast<unsigned char>(at[2]);
  return at[1] == '\x80' ? last >= 0xaa && last <= 0xae : last >= 0xa6 && last <= 0xa9;
}

}  // namespace

std::string clean_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (turns_text(name.substr(i))) {
      i += 2;
      continue;
    }
    const auto c = static_cast<unsigned char>(name[i]);
    if (c >= 0x20 && c != 0x7f) out += name[i];
  }
  if (out.find_first_not_of(". ") == std::string::npos) return "file";
  if (out.size() <= kFileNameBytesMax) return out;
  // Its end tells what it is, so it is cut before that.
  const auto dot = out.rfind('.');
  const auto ending = dot == std::string::npos || out.size() - dot > 16 ? std::string{} : out.substr(dot);
  return std::string{first_bytes(out, kFileNameBytesMax - ending.size())} + ending;
}

std::string clean_content_type(std::string_view type) {
  constexpr std::string_view kMarks{"!#$&-^_.+"};
  std::string out;
  int slashes = 0;
  for (const char given : type.substr(0, type.find(';'))) {
    const char c = given >= 'A' && given <= 'Z' ? static_cast<char>(given - 'A' + 'a') : given;
    if (c == ' ') continue;
    if (c == '/') ++slashes;
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
                      kMarks.find(c) != std::string_view::npos;
    if (!fits) return "application/octet-stream";
    out += c;
  }
  if (slashes != 1 || out.front() == '/' || out.back() == '/' || out.size() > kContentTypeBytesMax)
    return "application/octet-stream";
  return out;
}

Status check_attached(const std::vector<AttachedFile>& files, std::int64_t each_max, std::int64_t all_max) {
  if (files.size() > kAttachmentsMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge,
                 "attachments: a reply carries at most " + std::to_string(kAttachmentsMax) + " files"};
  }
  std::int64_t total = 0;
  for (const auto& file : files) {
    if (file.inlined || file.size_bytes < 0) {
      return Error{Code::kInvalidArgument, Reason::kInvalidField,
                   "attachments: name each file as POST /console/attachments answered it"};
    }
    if (file.size_bytes > each_max) {
      return Error{Code::kInvalidArgument, Reason::kTooLarge,
                   "attachments: a file has at most " + megabytes(each_max)};
    }
    total += file.size_bytes;
    if (total > all_max) {
      return Error{Code::kInvalidArgument, Reason::kTooLarge,
                   "attachments: together they have at most " + megabytes(all_max)};
    }
  }
  return {};
}

}  // namespace hark::console
