#pragma once

#include <filesystem>
#include <string>

#include "base/core/result.h"

namespace hark::redis {

/// The Redis that `hark up` keeps for itself: a redis-server in a process group of its own, listening on a
/// unix socket in the data folder alone, that fsyncs every write before it answers (appendonly, appendfsync
/// always).
///
/// It outlives a killed hark: start() adopts a server that still runs on the same folder instead of starting
/// a second one.
class PrivateServer {
 public:
  struct Options {
    std::filesystem::path
        folder;  // made if it is not there; holds socket, pid file, log and the append-only files
    bool fsync_always = true;  // tests that need no durability turn it off
  };

  /// Returns when the server answers and has loaded its files. Errors: STORE_UNAVAILABLE with the last lines
  /// of its log.
  static Result<PrivateServer> start(const Options& options);

  PrivateServer(PrivateServer&& other) noexcept;
  PrivateServer& operator=(PrivateServer&&) = delete;
  ~PrivateServer();  // leaves the server running; stop() ends it

  /// Saves and ends the server, and waits for that.
  void stop();

  /// Whether the server's process is there. One that was killed is started again by start().
  [[nodiscard]] bool alive() const;

  [[nodiscard]] std::string url() const { return "unix:" + socket_.string(); }
  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] bool adopted() const { return adopted_; }

 private:
  PrivateServer(std::filesystem::path socket, int pid, bool adopted)
      : socket_{std::move(socket)}, pid_{pid}, adopted_{adopted} {}

  std::filesystem::path socket_;
  int pid_ = 0;
  bool adopted_ = false;
};

}  // namespace hark::redis
