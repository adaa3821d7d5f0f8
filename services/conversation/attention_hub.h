#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/async/notifier.h"
#include "hark/v1/attention_service.pb.h"

namespace hark::conversation {

/// Passes on who looks and who types, among the streams of this process (AttentionRelay: and of others): to
/// everyone but who said it. Keeps nothing; what a reader is too slow for is dropped. Lives on the service's
/// thread.
class AttentionHub {
 public:
  static constexpr std::size_t kQueuedMax = 1'000;

  /// One stream's queue. Owned by the stream; unsubscribes when it goes away.
  struct Subscription {
    explicit Subscription(const asio::any_io_executor& executor) : arrived{executor} {}
    std::deque<v1::Attention> queue;
    Notifier arrived;
  };

  explicit AttentionHub(asio::any_io_executor executor) : executor_{std::move(executor)} {}

  std::shared_ptr<Subscription> subscribe() {
    auto subscription = std::make_shared<Subscription>(executor_);
    subscriptions_.push_back(subscription);
    return subscription;
  }

  void tell(const v1::Attention& attention, const Subscription* from) {
    std::erase_if(subscriptions_, [&](const std::weak_ptr<Subscription>& weak) {
      const auto subscription = weak.lock();
      if (!subscription) return true;
      if (subscription.get() == from || subscription->queue.size() >= kQueuedMax) return false;
      subscription->queue.push_back(attention);
      subscription->arrived.notify_all();
      return false;
    });
  }

 private:
  asio::any_io_executor executor_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
};

}  // namespace hark::conversation
