#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/async/task_group.h"
#include "base/redis/bulletin.h"

namespace hark::chat {

/// Announcements that are kept for a process that reads slowly; one that lags further looks at everything.
constexpr int kNewsKeptMax = 10'000;

/// Wakes the other chat processes on the same Redis when a visitor's log has grown: the process that takes an
/// answer is not always the one that the visitor's page is connected to.
///
/// A wake-up and nothing more: what there is to say is in the log. Announcements that come close together go
/// out together. Lives on its service's thread.
class News {
 public:
  /// Told whose log has grown by another process; empty: anybody's, some announcements were missed.
  using OnNews = std::function<void(std::string_view address)>;

  /// `blocking`: a client of its own, since its reads wait at the server. `process`: unlike any other's.
  News(TaskGroup& tasks, redis::Client& redis, redis::Client& blocking, std::string process);

  /// Begins to listen.
  void start(OnNews on_news);
  /// Tells the others. Returns at once.
  void announce(std::string_view address);

 private:
  Task<> send_gathered();

  TaskGroup& tasks_;
  redis::Bulletin bulletin_;
  std::set<std::string, std::less<>> gathered_;
  bool sending_ = false;
};

}  // namespace hark::chat
