#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/config.h"

namespace hark {

/// What is wrong with a configuration so far, and what several of its sections check alike. Fields are named
/// as the file names them.
class Checks {
 public:
  void add(std::string field, std::string what);
  [[nodiscard]] std::vector<ConfigProblem> take() { return std::move(problems_); }

  void range(const std::string& field, std::int64_t value, std::int64_t least, std::int64_t most);
  void one_of(const std::string& field, std::string_view value,
              std::initializer_list<std::string_view> choices);
  void required(const std::string& field, const std::string& value);
  void secret(const std::string& field, const std::string& value);
  /// An id of its own among those `seen`, which are by id, with where they stand.
  void identity(std::map<std::string, std::string>& seen, const std::string& path, const std::string& id);
  void skill(const std::string& field, const std::string& text);
  /// What carries secrets goes over TLS, or stays on this machine.
  void gateway(const std::string& field, const std::string& url);

 private:
  std::vector<ConfigProblem> problems_;
};

/// `accounts` of the configuration.
void validate_accounts(const v1::Config& config, Checks& checks);

}  // namespace hark
