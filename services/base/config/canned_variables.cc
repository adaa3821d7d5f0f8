#include "base/config/canned_variables.h"

#include <algorithm>
#include <array>

namespace hark {
namespace {

constexpr std::array<std::string_view, 4> kVariables{"customer_name", "agent_name", "subject",
                                                     "account_name"};

}  // namespace

std::vector<std::string> variable_problems(std::string_view text) {
  std::vector<std::string> problems;
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    const auto end = text.find("}}", at);
    if (end == std::string_view::npos) {
      problems.push_back("'" + std::string{text.substr(at, 20)} + "' has no closing }}");
      break;
    }
    const auto name = text.substr(at + 2, end - at - 2);
    if (std::ranges::find(kVariables, name) != kVariables.end()) continue;
    problems.push_back("{{" + std::string{name.substr(0, 40)} +
                       "}} is unknown; there are {{customer_name}}, {{agent_name}}, {{subject}} and "
                       "{{account_name}}");
  }
  return problems;
}

}  // namespace hark
