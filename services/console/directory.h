#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/follower.h"
#include "console/ports.h"

namespace hark::console {

/// Everybody who works here, as routing last said: one stream for the whole process. Lives on the console's
/// executor.
class Directory {
 public:
  /// Hears the agents whose records have changed, when the directory has them already; all of them, the first
  /// time and whenever the stream was lost.
  using OnChange = std::function<void(const std::vector<std::string>& ids)>;

  Directory(asio::any_io_executor executor, RoutingPort& routing);

  void follow(OnChange on_change);
  void stop_following() { follower_.stop(); }

  /// False until routing has spoken for the first time.
  [[nodiscard]] bool known() const { return known_; }
  /// Null if there is no such agent.
  [[nodiscard]] const v1::Agent* find(std::string_view id) const;
  [[nodiscard]] const std::map<std::string, v1::Agent, std::less<>>& agents() const { return agents_; }
  /// As routing has just answered, ahead of its news.
  void put(v1::Agent agent);

  /// What pages are shown of everybody.
  [[nodiscard]] v1::ConsoleResponse everybody() const;
  /// Of those of `ids` about whom pages would see something new; without colleagues if there is nothing.
  v1::ConsoleResponse news_of(const std::vector<std::string>& ids);

 private:
  std::vector<std::string> take(v1::WatchAgentsResponse news);

  RoutingPort& routing_;
  Follower<AgentsStream> follower_;
  bool known_ = false;
  std::map<std::string, v1::Agent, std::less<>> agents_;
  /// What pages were last shown of each.
  std::map<std::string, std::string, std::less<>> shown_;
};

}  // namespace hark::console
