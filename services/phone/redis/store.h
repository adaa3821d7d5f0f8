#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/time.h"
#include "base/redis/client.h"

namespace hark::phone {

/// A call as it is kept: its bytes, and which state of it they are.
struct StoredCall {
  std::int64_t version = 0;
  std::string bytes;
};

/// What phone has to remember by itself: calls, who may go on with one, how often somebody was called back.
/// Errors are the client's (STORE_UNAVAILABLE, OUTCOME_UNKNOWN).
class Store {
 public:
  explicit Store(redis::Client& redis) : redis_{redis} {}

  /// A later state that is kept already stays.
  Task<Status> save(std::string account, std::string call, StoredCall state, bool over);
  Task<Result<std::optional<StoredCall>>> load(std::string account, std::string call);
  /// Ids of calls that are not over.
  Task<Result<std::vector<std::string>>> live(std::string account);

  /// Who rings back from this number within that time goes on with this call.
  Task<Status> may_go_on(std::string account, std::string number, std::string reference,
                         std::chrono::seconds within);
  /// The reference of the call that a caller goes on with; empty if there is none.
  Task<Result<std::string>> goes_on_with(std::string account, std::string number);
  Task<Status> answered(std::string account, std::string number);

  /// How often the customer was called back for this entry; with `once_more` counted one higher first.
  Task<Result<int>> tries(std::string account, std::string entry, bool once_more);

 private:
  redis::Client& redis_;
};

}  // namespace hark::phone
