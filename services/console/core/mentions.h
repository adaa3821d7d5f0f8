#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::console {

/// Agents that one note can call; further ones are only words.
constexpr std::size_t kMentionsMax = 20;

/// The agents whom a note calls by "@<id>", in order, each once. An '@' inside a word (a mail address) calls
/// nobody, and a full stop after a name is the sentence's, unless an agent is really called so. After them
/// those of `named`: whom the page found called by their names, and showed its person.
std::vector<std::string> mentions_in(std::string_view text, const std::vector<std::string>& named,
                                     const std::function<bool(std::string_view id)>& is_agent);

}  // namespace hark::console
