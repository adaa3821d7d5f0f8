#include "hark/end_signals.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

namespace hark {
namespace {

sigset_t both() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGINT);
  sigaddset(&out, SIGTERM);
  return out;
}

}  // namespace

EndSignals::EndSignals() {
  const sigset_t held_back = both();
  pthread_sigmask(SIG_BLOCK, &held_back, nullptr);
}

int EndSignals::wait(std::chrono::milliseconds time) const {
  const sigset_t wanted = both();
  const timespec at_most{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
  return std::max(sigtimedwait(&wanted, nullptr, &at_most), 0);
}

}  // namespace hark
