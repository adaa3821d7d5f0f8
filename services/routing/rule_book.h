#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task.h"
#include "base/config/config.h"
#include "hark/v1/routing_admin_service.pb.h"
#include "routing/convert.h"
#include "routing/redis/store.h"

namespace hark::routing {

/// Longest text that rules can be set with at run time.
constexpr std::size_t kRulesBytesMax = 256 * 1024;

/// Rules under the number of their version.
struct NumberedRules {
  std::int64_t number = 0;
  Rules rules;
};

/// Which rules hold: those of the configuration file, or a version that was set at run time. Every version is
/// kept in the store; the last change holds, whichever side it came from
/// (proto/hark/v1/routing_admin_service.proto).
///
/// Lives on the service's thread. Errors are the store's unless said otherwise.
class RuleBook {
 public:
  /// `of_file` is what `file` says of routing.
  RuleBook(Store& store, Rules of_file, v1::Config file);

  /// For a leader that begins. What the file says becomes a version if it has changed, or if the version in
  /// force cannot be read by this Hark.
  Task<Result<NumberedRules>> open(std::int64_t fencing_token, TimePoint now);

  /// For a leader of another shard than the first, whose leader keeps the versions: the version in force, or
  /// the file's, as number 0, until there is one that can be read.
  Task<Result<NumberedRules>> join();
  /// The number of the version in force; 0: there is none yet.
  Task<Result<std::int64_t>> number_in_force();

  /// The version in force. INTERNAL if it cannot be read.
  Task<Result<NumberedRules>> in_force();

  /// INVALID_FIELD with a line for each problem, or TOO_LARGE.
  [[nodiscard]] Result<Rules> read(std::string_view yaml, std::string_view file_name) const;
  /// Of a text that can be read: what is hardly meant, a line each.
  [[nodiscard]] std::vector<std::string> doubts(std::string_view yaml, std::string_view file_name) const;

  /// The file's text and its digest, as a version to be.
  [[nodiscard]] v1::RoutingVersion version_of_file(TimePoint now) const;
  [[nodiscard]] bool says_the_same_as_file(const v1::RoutingVersion& version) const;
  [[nodiscard]] const std::string& file_digest() const { return file_digest_; }
  [[nodiscard]] const Shards& shards() const { return of_file_.shards; }

 private:
  [[nodiscard]] Result<NumberedRules> numbered(const v1::RoutingVersion& version) const;
  [[nodiscard]] Result<Rules> read(std::string_view yaml, std::string_view file_name,
                                   const ConfigCheck& check) const;
  /// With everything else of the file.
  [[nodiscard]] v1::Config whole(const v1::Config& rules) const;
  [[nodiscard]] ConfigCheck with_file(const ConfigCheck& check) const;

  Store& store_;
  Rules of_file_;
  v1::Config file_;
  std::string file_digest_;
};

}  // namespace hark::routing
