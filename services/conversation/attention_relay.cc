#include "conversation/attention_relay.h"

#include "conversation/redis/keys.h"

namespace hark::conversation {

AttentionRelay::AttentionRelay(TaskGroup& tasks, AttentionHub& hub, redis::Client& redis,
                               redis::Client& blocking, std::string process)
    : tasks_{tasks},
      hub_{hub},
      subscription_{hub.subscribe()},
      bulletin_{tasks, redis, blocking, {keys::attention(), kAttentionLotsKept, std::move(process)}} {}

void AttentionRelay::start() {
  // What was missed is said again soon.
  bulletin_.start([this](std::string_view lot) { take(lot); }, [] {});
  tasks_.spawn("attention to other processes", send());
}

Task<> AttentionRelay::send() {
  auto& queue = subscription_->queue;
  for (;;) {
    if (queue.empty()) {
      co_await subscription_->arrived.wait();
      continue;
    }
    v1::AttentionLot lot;
    for (auto& attention : queue) *lot.add_attention() = std::move(attention);
    queue.clear();
    co_await bulletin_.post(lot.SerializeAsString());
    co_await sleep_for(kAttentionGathers);
  }
}

void AttentionRelay::take(std::string_view bytes) {
  v1::AttentionLot lot;
  if (!lot.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  for (const auto& attention : lot.attention()) hub_.tell(attention, subscription_.get());
}

}  // namespace hark::conversation
