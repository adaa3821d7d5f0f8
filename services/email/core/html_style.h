#pragma once

#include <string>
#include <string_view>

namespace hark::email {

/// What of a style attribute may be shown: declarations whose property is on a list (colours, fonts, sizes,
/// spacing, borders) and whose value is plain words, numbers and colours. No url() or other function, no
/// escapes, no comments, no positioning, no negative margins.
std::string filtered_style(std::string_view style);

}  // namespace hark::email
