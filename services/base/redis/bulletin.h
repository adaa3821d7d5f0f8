#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/async/task_group.h"
#include "base/redis/client.h"

namespace hark::redis {

/// Short news from each process to all others on the same Redis: what one posts, the others hear, in order.
///
/// Not for what must arrive. A post is lost when Redis does not take it; who comes late, reads too slowly or
/// loses the connection goes on from the newest one and is told of the gap. Lives on its service's thread.
class Bulletin {
 public:
  struct Options {
    /// The stream that it lives in.
    std::string key;
    /// Posts that are kept for a process that reads slowly.
    int kept_max = 1'000;
    /// Unlike any other's: who posts does not hear it.
    std::string process;
  };
  using OnPost = std::function<void(std::string_view post)>;
  /// Some posts may have been missed; also told once at the start.
  using OnGap = std::function<void()>;

  /// `blocking`: a client of its own, since its reads wait at the server.
  Bulletin(TaskGroup& tasks, Client& redis, Client& blocking, Options options)
      : tasks_{tasks}, redis_{redis}, blocking_{blocking}, options_{std::move(options)} {}

  /// Begins to listen.
  void start(OnPost on_post, OnGap on_gap);
  /// Returns when Redis has taken it, or has not.
  Task<> post(std::string text);

 private:
  Task<> listen();
  Task<std::string> newest();

  TaskGroup& tasks_;
  Client& redis_;
  Client& blocking_;
  Options options_;
  OnPost on_post_;
  OnGap on_gap_;
};

}  // namespace hark::redis
