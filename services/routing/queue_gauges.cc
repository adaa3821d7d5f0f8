#include "routing/queue_gauges.h"

#include <algorithm>
#include <chrono>

namespace hark::routing {
namespace {

double in_seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

QueueGauges::Of QueueGauges::make(const std::string& queue) {
  const auto gauge = [&](std::string_view name, std::string_view help) {
    return metrics_.gauge(name, help, {{"queue", queue}});
  };
  const auto agents = [&](std::string_view state) {
    return metrics_.gauge("hark_routing_queue_agents", "Agents who serve the queue, by what they do now",
                          {{"queue", queue}, {"state", state}});
  };
  return {gauge("hark_routing_queue_waiting", "Tickets without a holder"),
          gauge("hark_routing_queue_offered", "Of those, before an agent as an offer"),
          gauge("hark_routing_queue_at_risk", "Of those, waiting longer than routing.answer_target_seconds"),
          gauge("hark_routing_queue_oldest_seconds", "For how long the oldest ticket has waited"),
          gauge("hark_routing_queue_estimated_wait_seconds",
                "Of a ticket that came now; -1 while nobody is there, it is closed, or too few were served"),
          agents("ready"),
          agents("busy"),
          agents("wrapping_up"),
          agents("away"),
          agents("offline"),
          gauge("hark_routing_queue_open", "1 within its hours, or if it has none; 0 outside them")};
}

void QueueGauges::show(const Of& gauges, const QueueView& queue, TimePoint now) {
  const QueueGroup& tickets = queue.tickets;
  gauges.waiting.set(tickets.waiting);
  gauges.offered.set(tickets.offered);
  gauges.at_risk.set(tickets.at_risk);
  gauges.oldest.set(tickets.waiting == 0 ? 0 : in_seconds(std::max(now - tickets.oldest_since, Duration{0})));
  gauges.estimated_wait.set(queue.estimate.wait ? in_seconds(*queue.estimate.wait) : -1);
  gauges.ready.set(queue.ready);
  gauges.busy.set(queue.busy);
  gauges.wrapping_up.set(queue.wrapping_up);
  gauges.away.set(queue.away);
  gauges.offline.set(queue.offline);
  gauges.open.set(queue.closed ? 0 : 1);
}

void QueueGauges::show(const std::vector<QueueView>& queues, TimePoint now) {
  for (const QueueView& queue : queues) {
    const std::string id = queue.id.empty() ? "none" : queue.id;
    auto at = shown_.find(id);
    if (at == shown_.end()) at = shown_.emplace(id, make(id)).first;
    show(at->second, queue, now);
  }
  for (const auto& [id, gauges] : shown_) {
    const bool there = std::ranges::any_of(
        queues, [&](const QueueView& queue) { return queue.id == id || (queue.id.empty() && id == "none"); });
    if (!there) show(gauges, {}, now);
  }
}

}  // namespace hark::routing
