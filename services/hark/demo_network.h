#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/core/result.h"

namespace hark {

/// Customers of the demo who write on Telegram, and the network itself: their messages come as signed
/// webhooks to /webhooks/<account>, and on the loopback's port 7479, where the default configuration looks
/// for it, stands its Bot API, which takes answers and gives out the photos that they sent.
class DemoNetwork {
 public:
  DemoNetwork(std::string host, int port, std::string account, int api_port);
  ~DemoNetwork();

  /// Everybody writes; whoever is answered reads it and thanks, once. Returns when told to leave, or with
  /// what went wrong. Blocking; runs on a thread of its own. `pause` waits between two messages.
  Status run(const std::function<void()>& pause);
  /// From another thread.
  void leave();

 private:
  struct Line;
  std::unique_ptr<Line> line_;
};

}  // namespace hark
