#pragma once

#include <set>
#include <string>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "console/core/floor_series.h"
#include "console/directory.h"
#include "console/log_follower.h"
#include "console/session.h"

namespace hark::console {

/// Overviews follow each other no faster, and no slower while somebody looks.
constexpr Duration kOverviewEvery{2'000};
constexpr Duration kOverviewAtLeastEvery{15'000};

/// The whole floor, for supervisors: what waits, who works, and how it went lately. Costs nothing before the
/// first supervisor signs in. Lives on the console's executor.
class Floor {
 public:
  Floor(TaskGroup& tasks, RoutingPort& routing, EventPort& events, const Directory& directory,
        const Clock& clock);

  /// A supervisor has signed in: from now on events are counted, those of the last hours first.
  void watch();
  void stop_watching() { log_.stop(); }
  /// Begins or ends Overview frames for this page.
  void oversee(const SessionPtr& session, bool on);
  /// The page is away, or its session has ended.
  void leave(const SessionPtr& session);

  void on_event(const v1::Event& event);
  void on_agents_changed() { stale(); }

  Task<Result<v1::ConsoleResponse>> series(std::int32_t hours);

 private:
  void stale();
  void count(const v1::Event& event);
  Task<> tell();
  v1::ConsoleResponse overview(v1::SummarizeQueueResponse queue) const;

  TaskGroup& tasks_;
  RoutingPort& routing_;
  const Directory& directory_;
  const Clock& clock_;

  FloorSeries series_;
  TimePoint counted_since_;
  bool counting_ = false;
  LogFollower log_;

  std::set<SessionPtr> overseers_;
  bool telling_ = false;
  bool stale_ = false;
  Notifier changed_;
};

}  // namespace hark::console
