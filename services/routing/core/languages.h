#pragma once

#include <string>
#include <string_view>

namespace hark::routing {

/// Whether triage may find that a text is in this language: "lv".
bool is_language(std::string_view code);

/// How triage writes the language that somebody may have meant: "en" for "english", "EN", "eng" and "en-GB".
/// Empty if no language is known by that.
std::string meant_language(std::string_view text);

/// What is wrong with a language in a configuration, and what would be right; empty if nothing is.
std::string language_problem(std::string_view text);

}  // namespace hark::routing
