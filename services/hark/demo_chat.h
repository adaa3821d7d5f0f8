#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace hark {

/// One visitor of the demo's web chat and what they write, in order.
struct DemoVisitor {
  std::string_view name;
  std::string_view email;  // typed into the form; may be empty
  std::vector<std::string_view> messages;
  std::string_view thanks;
};

const std::vector<DemoVisitor>& demo_visitors();

/// Plays one visitor through /ws/chat: writes, waits for an answer, reads it, thanks. Blocking; runs on a
/// thread of its own.
class DemoChat {
 public:
  DemoChat(const DemoVisitor& visitor, std::string host, int port, std::string account);
  ~DemoChat();

  /// Returns when the visitor has thanked, or was told to leave. `pause` waits between two messages.
  Status run(const std::function<void()>& pause);
  /// From another thread: the visitor leaves.
  void leave();

 private:
  struct Line;
  const DemoVisitor& visitor_;
  std::string account_;
  std::unique_ptr<Line> line_;
  std::atomic<bool> left_{false};
};

}  // namespace hark
