#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/core/result.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace hark {

/// One customer of the demo who calls, and the exchange that their call comes through: agents' phones are
/// answered after two seconds of ringing, since nobody's desk has one. What Hark asks of it is done at once.
/// Speaks PhoneService.PhoneEvents.
class DemoCall {
 public:
  DemoCall(std::shared_ptr<grpc::Channel> channel, std::string account);
  ~DemoCall();

  /// Calls, waits for an agent, talks for a while and hangs up; called back, they answer. Returns when told
  /// to leave. Blocking; runs on a thread of its own.
  Status run();
  /// From another thread. Whatever call goes on is hung up.
  void leave();
  /// From another thread: whether Hark has the call, which is waited for.
  bool wait_until_heard(std::chrono::milliseconds most);

 private:
  Status play();

  struct Line;
  std::unique_ptr<Line> line_;
};

}  // namespace hark
