#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hark::chat {

/// May a page of this origin use a chat with this list? "*" lets any; letters' case does not matter. An
/// origin is "https://shop.example.com", as browsers write it: no path, no default port.
bool origin_listed(std::span<const std::string> allowed, std::string_view origin);

}  // namespace hark::chat
