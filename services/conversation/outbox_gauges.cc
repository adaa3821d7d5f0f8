#include "conversation/outbox_gauges.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/async/notifier.h"
#include "base/core/ids.h"

namespace hark::conversation {
namespace {

constexpr std::chrono::milliseconds kLookEvery{15'000};

std::string_view name_of(v1::Channel channel) {
  switch (channel) {
    case v1::CHANNEL_EMAIL:
      return "email";
    case v1::CHANNEL_CHAT:
      return "chat";
    case v1::CHANNEL_SOCIAL:
      return "social";
    default:
      return "phone";
  }
}

}  // namespace

OutboxGauges::OutboxGauges(Conversations& service, Metrics& metrics) : service_{service} {
  for (const auto& [id, account] : service.settings().accounts) {
    const std::string_view channel = name_of(account.channel);
    account_ids_.push_back(id);
    gauges_.push_back({metrics.gauge("hark_conversation_outbox_waiting",
                                     "Messages of ours that are neither sent nor given up",
                                     {{"channel", channel}, {"account", id}}),
                       metrics.gauge("hark_conversation_outbox_oldest_seconds",
                                     "For how long the oldest of them has waited",
                                     {{"channel", channel}, {"account", id}})});
  }
}

Task<> OutboxGauges::watch() {
  for (;;) {
    co_await look();
    co_await sleep_for(kLookEvery);
  }
}

Task<> OutboxGauges::look() {
  const TimePoint now = service_.clock().now();
  std::vector<std::int64_t> waiting(account_ids_.size());
  std::vector<TimePoint> oldest(account_ids_.size(), now);
  for (std::uint16_t p = 0; p < service_.store().partitions(); ++p) {
    const auto found = co_await service_.store().outbox(now, p, account_ids_);
    if (!found.ok()) co_return;
    for (std::size_t i = 0; i < found->size(); ++i) {
      waiting[i] += (*found)[i].waiting;
      if (const auto made = time_of((*found)[i].oldest_entry_id); made.ok())
        oldest[i] = std::min(oldest[i], *made);
    }
  }
  for (std::size_t i = 0; i < gauges_.size(); ++i) {
    gauges_[i].waiting.set(static_cast<double>(waiting[i]));
    gauges_[i].oldest.set(std::chrono::duration<double>(now - oldest[i]).count());
  }
}

}  // namespace hark::conversation
