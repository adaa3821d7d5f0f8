#include "base/config/checks.h"

#include <algorithm>

#include "base/config/names.h"

namespace hark {
namespace {

constexpr std::size_t kSecretBytesMin = 16;

/// "billing" or "language:lv=5".
std::string skill_problem(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const bool named = !name.empty() && name.size() <= 64 && is_lower_or_digit(name.front()) &&
                     std::ranges::all_of(name, [](char c) {
                       return is_lower_or_digit(c) || c == ':' || c == '-' || c == '_' || c == '.';
                     });
  if (!named) return "a skill is written like billing or language:lv=5 (a-z, 0-9, ':', '-', '_', '.')";
  if (equals == std::string_view::npos) return "";
  const std::string_view level = text.substr(equals + 1);
  if (level.size() != 1 || level[0] < '1' || level[0] > '5') return "levels go from 1 to 5";
  return "";
}

}  // namespace

void Checks::add(std::string field, std::string what) {
  problems_.push_back({std::move(field), std::move(what)});
}

void Checks::range(const std::string& field, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    add(field, std::to_string(value) + " is out of range; it goes from " + std::to_string(least) + " to " +
                   std::to_string(most));
  }
}

void Checks::one_of(const std::string& field, std::string_view value,
                    std::initializer_list<std::string_view> choices) {
  if (std::ranges::find(choices, value) != choices.end()) return;
  std::string all;
  for (const std::string_view choice : choices) all += (all.empty() ? "" : ", ") + std::string{choice};
  add(field, "'" + std::string{value} + "' is not one of " + all);
}

void Checks::required(const std::string& field, const std::string& value) {
  if (value.empty()) add(field, "is missing");
}

void Checks::secret(const std::string& field, const std::string& value) {
  if (value.size() < kSecretBytesMin)
    add(field, "is too short to be a secret; it has at least 16 characters");
}

void Checks::identity(std::map<std::string, std::string>& seen, const std::string& path,
                      const std::string& id) {
  if (id.empty()) {
    add(path + ".id", "is missing");
  } else if (!is_name(id)) {
    add(path + ".id", "'" + id + "' is no id: " + std::string{kNameRule});
  } else if (const auto [first, fresh] = seen.emplace(id, path); !fresh) {
    add(path + ".id", "'" + id + "' is taken by " + first->second);
  }
}

void Checks::skill(const std::string& field, const std::string& text) {
  if (const std::string problem = skill_problem(text); !problem.empty())
    add(field, "'" + text + "': " + problem);
}

void Checks::gateway(const std::string& field, const std::string& url) {
  const auto host = std::string_view{url}.substr(std::min(url.size(), url.find("://") + 3));
  const bool plain = url.starts_with("http://") && is_loopback(host.substr(0, host.find(':')));
  if (!is_endpoint(host, false) || !(url.starts_with("https://") || plain)) {
    add(field, "'" + url +
                   "' is no gateway; write it like https://host or https://host:port "
                   "(http only on this machine)");
  }
}

}  // namespace hark
