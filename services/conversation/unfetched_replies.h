#pragma once

#include <boost/asio/steady_timer.hpp>

#include "conversation/core/unfetched.h"
#include "conversation/event_hub.h"
#include "conversation/service.h"

namespace hark::conversation {

/// Replies of one partition that are told of at once; what is more follows right after.
constexpr int kUnfetchedAtOnce = 100;

/// Watches over replies that lie ready for customers who stay away, and has an UNFETCHED event told of each
/// when Settings.offer_switch_after is over. Woken by events and by one timer; what a restart missed is found
/// in the store. Several processes may watch: the store tells each reply once.
class UnfetchedReplies {
 public:
  UnfetchedReplies(TaskGroup& tasks, Conversations& service, EventHub& events);

  /// Begins, if there is something to watch for.
  void start();

 private:
  Task<> watch_events();
  Task<> tell();
  void look_everywhere();

  TaskGroup& tasks_;
  Conversations& service_;
  EventHub& events_;
  UnfetchedWatch watch_;
  std::shared_ptr<EventHub::Subscription> subscription_;
  asio::steady_timer timer_;
};

}  // namespace hark::conversation
