#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.h"
#include "base/redis/client.h"
#include "social/core/item.h"

namespace hark::social {

/// What social has to remember by itself: when customers last wrote, how far each answer has come, under
/// which id the network knows it, and when each account may ask its network again. One function per script;
/// errors are the client's (STORE_UNAVAILABLE, OUTCOME_UNKNOWN).
class Store {
 public:
  explicit Store(redis::Client& redis) : redis_{redis} {}

  Task<Status> heard(std::string account, std::string address, TimePoint at);

  /// A message whose files were fetched has been taken; should its webhook come again, they need not be.
  Task<Status> took_files(std::string account, std::string native_id);
  Task<Result<bool>> has_files(std::string account, std::string native_id);

  struct Begun {
    int pieces_done = 0;
    bool go = false;            // false: a piece was begun before, and nobody knows whether it went out
    bool another_went = false;  // a private answer to that comment, or perhaps
    std::optional<TimePoint> heard_at;
  };
  struct Begin {
    std::string entry_id;
    std::string address;
    bool repeatable = false;
    std::size_t pieces = 0;       // that there are, up to this one
    std::string private_to = {};  // the comment that it answers privately, which can be done once
    bool last = true;
    std::vector<std::string> echoes = {};  // by which the network's news of it is known; of a public answer
  };
  /// Durable before the piece's first byte leaves, so that a crash between is seen.
  Task<Result<Begun>> begin(std::string account, Begin piece);

  /// How far the answer has come, without beginning anything; `go` as of begin().
  Task<Result<Begun>> look(std::string account, std::string entry_id, std::string address, bool repeatable);

  struct Settled {
    std::string entry_id;
    std::string address;
    bool sent = false;  // false: it certainly was not
    bool last = false;
    std::string native_id;
  };
  Task<Status> settle(std::string account, Settled piece, TimePoint now);

  struct Turn {
    bool taken = false;
    TimePoint at;  // also of a turn that is not taken
  };
  /// The account's next turn to ask its network, all processes together; not taken if it is further away than
  /// `patience`.
  Task<Result<Turn>> turn(std::string account, int per_second, TimePoint now, Duration patience);
  /// The network wants to hear nothing of the account until then.
  Task<Status> silence(std::string account, TimePoint now, TimePoint until);

  struct Reached {
    std::string entry_id;
    bool last_piece = false;
  };
  Task<Result<std::vector<Reached>>> reached(std::string account, Progress progress);
  /// Conversation knows that these are read: nothing more is to be heard of them.
  Task<Status> forget_read(std::string account, std::string address, std::vector<Reached> answers);

 private:
  Task<Result<redis::Reply>> run(const redis::Script& script, std::string_view account,
                                 std::vector<std::string> args);

  redis::Client& redis_;
};

}  // namespace hark::social
