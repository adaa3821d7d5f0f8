#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark {

/// What is wrong with the {{variables}} of a canned reply, a line each: unknown ones, and braces without
/// their end. The page that fills them in knows the same ones.
std::vector<std::string> variable_problems(std::string_view text);

}  // namespace hark
