#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "base/async/task_group.h"
#include "base/core/time.h"
#include "console/feeds.h"
#include "console/session.h"

namespace hark::console {

/// The work of each signed-in agent: keeps a stream to routing open for every page that is there and tells it
/// its offers, its presence and the conversations that the agent holds. Lives on the console's executor.
class Desk {
 public:
  Desk(TaskGroup& tasks, RoutingPort& routing, ConversationPort& conversation, Feeds& feeds,
       const Clock& clock);

  /// From sign-in on, and when a page that was away is back.
  void sit_down(const SessionPtr& session);
  /// The page is away, or its session has ended.
  void leave(const SessionPtr& session);

  /// Reads again what the agents concerned hold.
  void on_event(const v1::Event& event);
  /// Events may have been missed.
  void read_all_again();

  /// What the agent holds was read; `first`: for the first time since sign-in.
  std::function<void(const SessionPtr& session, bool first)> on_read;

 private:
  void follow_routing(const SessionPtr& session);
  void on_state(const SessionPtr& session, v1::AgentSessionResponse state);
  void stay(const Session& session, v1::Presence presence);
  Task<> set_presence(v1::SetPresenceRequest request);
  void read_again(const SessionPtr& session);
  void start_reading(const SessionPtr& session);
  Task<> read_work(SessionPtr session);
  Task<Status> read_all(SessionPtr session);
  Task<Status> read_some(SessionPtr session);
  void send_work(Session& session) const;

  TaskGroup& tasks_;
  RoutingPort& routing_;
  ConversationPort& conversation_;
  Feeds& feeds_;
  const Clock& clock_;
  std::unordered_multimap<std::string, SessionPtr> sessions_;
};

}  // namespace hark::console
