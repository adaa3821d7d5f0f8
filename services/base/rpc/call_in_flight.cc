#include "base/rpc/call_in_flight.h"

#include <atomic>
#include <cstdint>
#include <thread>

namespace hark::rpc {
namespace {

constinit std::atomic<std::int64_t> in_flight{0};

}  // namespace

CallInFlight::CallInFlight() { in_flight.fetch_add(1, std::memory_order_relaxed); }
CallInFlight::~CallInFlight() { in_flight.fetch_sub(1, std::memory_order_release); }

bool await_calls(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  // Looked at again and again: whoever ends the last call must touch nothing after it, a lock of ours
  // included.
  for (const auto give_up = Clock::now() + patience; in_flight.load(std::memory_order_acquire) > 0;) {
    if (Clock::now() >= give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace hark::rpc
