#pragma once

#include <string>
#include <string_view>

namespace hark::phone {

/// What came from outside, fit to be kept and shown: UTF-8 of at most so many bytes, cut between characters,
/// without control characters but line breaks; what is no UTF-8 becomes '?'.
std::string clean_text(std::string_view text, std::size_t bytes_max);

}  // namespace hark::phone
