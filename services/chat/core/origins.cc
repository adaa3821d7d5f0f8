#include "chat/core/origins.h"

#include <algorithm>

namespace hark::chat {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool origin_listed(std::span<const std::string> allowed, std::string_view origin) {
  return std::ranges::any_of(allowed, [origin](std::string_view entry) {
    return entry == "*" || std::ranges::equal(entry, origin, {}, lower, lower);
  });
}

}  // namespace hark::chat
