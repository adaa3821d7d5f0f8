#pragma once

#include <chrono>

namespace hark::rpc {

/// A call over gRPC from this process, counted until gRPC's threads are through with it. What they use has
/// one as its first base or member, so that it is let go of last.
class CallInFlight {
 public:
  CallInFlight();
  ~CallInFlight();
  CallInFlight(const CallInFlight&) = delete;
  CallInFlight& operator=(const CallInFlight&) = delete;
};

/// Waits until none is left, or for that long; true if none is. A call holds its channel and uses the event
/// loop of whoever made it for a moment after they have heard of its end, so loops and channels are taken
/// away after this only: where a call is the last in the process to hold a channel, gRPC 1.51 waits on its
/// own thread for that thread, and then uses what it has freed (grpc/grpc#32584).
[[nodiscard]] bool await_calls(std::chrono::milliseconds patience);

}  // namespace hark::rpc
