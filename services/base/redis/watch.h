#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/redis/client.h"

namespace hark::redis {

/// Asks the store once a second whether it answers, so that a process can say when it does not: to operators,
/// and to whoever balances load.
class Watch {
 public:
  /// Since when it does not answer is told after so long, so that a fail-over or a restart is no alarm.
  static constexpr std::chrono::seconds kPatience{3};

  struct Hooks {
    /// The store has been silent for kPatience; `why` is what the client says.
    std::function<void(std::string_view why)> silent;
    /// It answers again, after so long.
    std::function<void(std::chrono::seconds)> back;
  };

  Watch(asio::any_io_executor executor, Client::Options options, Hooks hooks);

  void start();
  /// Call it before the end, and await it.
  Task<> close();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  Task<> ask();
  void note(const Status& answer, SteadyTime now);

  TaskGroup tasks_;
  Client client_;
  Hooks hooks_;
  SteadyTime answered_at_;
  bool told_ = false;
};

}  // namespace hark::redis
