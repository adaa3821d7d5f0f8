#pragma once

#include <string>
#include <string_view>

namespace hark {

/// What a configuration file says of one section alone: nobody else's secrets travel with it. Every line
/// keeps its number; what stands in braces is written anew. Empty: the section is not in it. A text that is
/// no YAML comes back as it is, so that whoever reads it says why.
std::string section_of(std::string_view yaml, std::string_view section);

}  // namespace hark
