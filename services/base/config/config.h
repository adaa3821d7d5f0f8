#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "hark/v1/config.pb.h"

namespace hark {

/// Largest configuration file, deepest nesting and most values in it. A file past them is refused before it
/// is built.
constexpr std::size_t kConfigBytesMax = 1 << 20;
constexpr int kConfigDepthMax = 16;
constexpr int kConfigValuesMax = 50'000;
/// Problems listed in one error; more are counted.
constexpr std::size_t kConfigProblemsMax = 50;

/// One thing that is wrong with a configuration, for example {"agents[2].skills[0]", "'x=9': levels go from 1
/// to 5"}.
struct ConfigProblem {
  std::string field;
  std::string what;
  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};
/// What a service finds wrong with its part of a configuration, beyond what validate() knows.
using ConfigCheck = std::function<std::vector<ConfigProblem>(const v1::Config&)>;

/// What holds without a configuration file, and for every value that a file leaves out.
v1::Config default_config();

/// Reads a configuration file (YAML 1.2, one document, no anchors, aliases or tags) over the defaults. A list
/// in the file replaces the default list; within an item of a list, what is left out has the default of its
/// kind.
///
/// On failure (INVALID_ARGUMENT, INVALID_FIELD) the message lists everything that is wrong at once, a line
/// each: `file:line: field: what is wrong`. `file_name` is only for these messages.
Result<v1::Config> read_config(std::string_view yaml, std::string_view file_name,
                               const ConfigCheck& more = {});

/// The same for a file on disk; NOT_FOUND if it cannot be opened.
Result<v1::Config> read_config_file(const std::string& path, const ConfigCheck& more = {});

/// For `hark config check`: fails as read_config does. What `doubtful` finds is allowed, but hardly meant: it
/// is returned as such messages, a line each.
Result<std::string> doubts_of_config(std::string_view yaml, std::string_view file_name,
                                     const ConfigCheck& more, const ConfigCheck& doubtful);
/// The same for a file on disk.
Result<std::string> doubts_of_config_file(const std::string& path, const ConfigCheck& more,
                                          const ConfigCheck& doubtful);

/// What read_config checks beyond the types: ranges, addresses, names, duplicates. For configurations changed
/// by flags.
std::vector<ConfigProblem> validate(const v1::Config& config);

enum class Secrets { kShown, kHidden };

/// The configuration as YAML that read_config reads back, each field under its comment from config.proto.
/// With hidden secrets every password that is set reads "(hidden)".
std::string to_yaml(const v1::Config& config, Secrets secrets);

/// `hark config default`: the defaults, complete and commented.
std::string default_yaml();

}  // namespace hark
