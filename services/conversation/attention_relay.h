#pragma once

#include "base/redis/bulletin.h"
#include "conversation/attention_hub.h"

namespace hark::conversation {

/// How long what is said gathers before it goes to the other processes: at most so many writes a second.
constexpr std::chrono::milliseconds kAttentionGathers{100};
/// Gathered lots that are kept for a process that reads slowly.
constexpr int kAttentionLotsKept = 100;

/// Carries attention between the hubs of several processes of conversation. It is one more reader of the hub,
/// with the same limit: of what is said faster than it writes (1,000 in 100 ms), the rest stays in this
/// process.
class AttentionRelay {
 public:
  AttentionRelay(TaskGroup& tasks, AttentionHub& hub, redis::Client& redis, redis::Client& blocking,
                 std::string process);

  void start();

 private:
  Task<> send();
  void take(std::string_view lot);

  TaskGroup& tasks_;
  AttentionHub& hub_;
  std::shared_ptr<AttentionHub::Subscription> subscription_;
  redis::Bulletin bulletin_;
};

}  // namespace hark::conversation
