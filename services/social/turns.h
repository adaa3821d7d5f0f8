#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/async/task.h"
#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "social/core/network.h"
#include "social/redis/store.h"

namespace hark::social {

/// An account that the network lets nothing through for is left alone for this long, then asked once again.
constexpr Duration kPause = std::chrono::minutes{5};
/// Longer waits for an account's turn are not waited for here.
constexpr Duration kTurnPatience = std::chrono::seconds{5};
/// But by who has handed a file over, which would be for nothing: nobody's place is further away than that.
constexpr Duration kLongTurnPatience = std::chrono::seconds{10};

/// When accounts may ask their networks: at their pace and after the silence that was asked for, both of all
/// processes together, and not while they are paused here. Lives on its service's thread.
class Turns {
 public:
  Turns(Store& store, const Clock& clock, Metrics& metrics);

  /// Waits for the account's next turn, and takes it; unless that is further away than `patience`, or cannot
  /// be known: then it says when to come back.
  Task<std::optional<TimePoint>> wait(const Account& account, Duration patience);
  /// Until when nothing is to be sent at all.
  [[nodiscard]] std::optional<TimePoint> paused_until(const Account& account) const;
  /// The network's silences and locks.
  Task<> obey(const Account& account, Verdict verdict);

 private:
  void pause(const Account& account, std::string_view why);

  Store& store_;
  const Clock& clock_;
  std::map<std::string, TimePoint, std::less<>> paused_until_;
  Counter pauses_;
  Counter waits_;
};

}  // namespace hark::social
