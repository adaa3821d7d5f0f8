#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace hark {

/// The placeholders of a message template, each once and without braces: {{1}}, {{2}} ... in the order of
/// their numbers, or named ones in the order in which they appear. Errors: INVALID_FIELD for braces without
/// end, names that are none, numbers with gaps, and numbers and names together.
Result<std::vector<std::string>> placeholders_of(std::string_view text);

/// The text with values in place of its placeholders, which all have one.
std::string fill_in(std::string_view text, const std::map<std::string, std::string, std::less<>>& values);

}  // namespace hark
