#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/redis/client.h"
#include "chat/core/resume.h"
#include "chat/core/tokens.h"
#include "hark/v1/chat.pb.h"

namespace hark::chat {

/// A session in which nobody has written yet lives this long.
constexpr std::chrono::seconds kEmptySessionFor = std::chrono::hours{24};

/// Visitors' sessions in Redis: for each one log of what the visitor may see, with dense offsets. One
/// function per script. Lives on its service's thread; errors are the client's (STORE_UNAVAILABLE,
/// OUTCOME_UNKNOWN, STORE_FULL).
class Store {
 public:
  Store(redis::Client& redis, std::chrono::seconds session_life)
      : redis_{redis}, session_life_{session_life} {}

  /// The secret that all chat processes on this Redis sign with: `candidate` if there was none.
  static Task<Result<std::string>> secret(redis::Client& redis, std::string candidate);

  struct Session {
    LogState log;
    std::int64_t read = 0;
    std::string introduced;      // digest, as introduced() was given it
    bool another_users = false;  // nothing else is set: this user may not see it
  };
  /// Who comes, as the site has signed it; empty: nobody in particular.
  struct User {
    std::string address;
    bool may_take_over = true;  // a session that was nobody's becomes theirs
  };
  /// Finds or makes a session; `epoch` is for a new one. A session that has become a user's is nobody else's.
  Task<Result<Session>> open(const Visitor& visitor, std::string epoch, const User& user);

  struct Appended {
    std::int64_t offset = 0;
    bool fresh = false;
    std::string epoch;
  };
  /// A visitor's own message is one by its client id, an answer by its entry.
  Task<Result<Appended>> append(const Visitor& visitor, const v1::ChatLogRecord& record, std::string epoch);

  struct Item {
    std::int64_t offset = 0;
    v1::ChatLogRecord record;
  };
  struct Page {
    LogState log;  // no epoch: there is no such session any more
    std::int64_t read = 0;
    std::vector<Item> items;
  };
  Task<Result<Page>> read(const Visitor& visitor, std::int64_t after, int limit);

  struct Marks {
    std::int64_t delivered = 0, read = 0;
    std::int64_t told_delivered = 0, told_read = 0;
    std::vector<Item> untold;
  };
  Task<Result<Marks>> mark(const Visitor& visitor, std::int64_t delivered, std::int64_t read);
  Task<Status> told(const Visitor& visitor, std::int64_t delivered, std::int64_t read);
  /// Conversation knows what the visitor says of themselves.
  Task<Status> introduced(const Visitor& visitor, std::string digest);

 private:
  Task<Result<redis::Reply>> run(const redis::Script& script, const Visitor& visitor,
                                 std::vector<std::string> args);

  redis::Client& redis_;
  std::chrono::seconds session_life_;
};

}  // namespace hark::chat
