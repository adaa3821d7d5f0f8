#pragma once

#include <chrono>

namespace hark {

/// Ctrl-C and SIGTERM, by which a process is asked to end. They are held back from the moment that this is
/// made, in this thread and in all that start later: a thread that did not hold them back would end the whole
/// process on the spot. So it is made before any other thread, the log's among them.
class EndSignals {
 public:
  EndSignals();

  /// The number of one that has come, or comes within that time; 0: none. Each is told once.
  [[nodiscard]] int wait(std::chrono::milliseconds time) const;
};

}  // namespace hark
