#include "routing/queue_gauges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr TimePoint t0 = from_ms(1'700'000'000'000);

QueueView busy_queue(const std::string& id) {
  QueueView view;
  view.id = id;
  view.tickets = {7, 2, t0 - 90s, 3};
  view.ready = 1;
  view.wrapping_up = 4;
  view.closed = true;
  view.estimate.wait = 2500ms;
  return view;
}

TEST(QueueGauges, ShowEachQueueUnderItsIdAndTheOneWithoutAsNone) {
  Metrics metrics;
  QueueGauges gauges{metrics};
  gauges.show({busy_queue("claims"), QueueView{}}, t0);
  const std::string page = metrics.text();
  for (const char* line :
       {"hark_routing_queue_waiting{queue=\"claims\"} 7", "hark_routing_queue_offered{queue=\"claims\"} 2",
        "hark_routing_queue_at_risk{queue=\"claims\"} 3",
        "hark_routing_queue_oldest_seconds{queue=\"claims\"} 90",
        "hark_routing_queue_estimated_wait_seconds{queue=\"claims\"} 2.5",
        "hark_routing_queue_agents{queue=\"claims\",state=\"ready\"} 1",
        "hark_routing_queue_agents{queue=\"claims\",state=\"wrapping_up\"} 4",
        "hark_routing_queue_open{queue=\"claims\"} 0", "hark_routing_queue_open{queue=\"none\"} 1",
        "hark_routing_queue_waiting{queue=\"none\"} 0",
        "hark_routing_queue_estimated_wait_seconds{queue=\"none\"} -1"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

TEST(QueueGauges, AQueueThatIsGoneHasNothingWaitingAndNobody) {
  Metrics metrics;
  QueueGauges gauges{metrics};
  gauges.show({busy_queue("claims")}, t0);
  gauges.show({}, t0 + 5s);
  const std::string page = metrics.text();
  EXPECT_THAT(page, HasSubstr("hark_routing_queue_waiting{queue=\"claims\"} 0"));
  EXPECT_THAT(page, HasSubstr("hark_routing_queue_oldest_seconds{queue=\"claims\"} 0"));
  EXPECT_THAT(page, HasSubstr("hark_routing_queue_agents{queue=\"claims\",state=\"ready\"} 0"));
}

TEST(QueueGauges, ATicketThatBeganToWaitInTheFutureHasNotWaited) {
  Metrics metrics;
  QueueGauges gauges{metrics};
  QueueView view = busy_queue("claims");
  view.tickets.oldest_since = t0 + 1s;
  gauges.show({view}, t0);
  EXPECT_THAT(metrics.text(), HasSubstr("hark_routing_queue_oldest_seconds{queue=\"claims\"} 0"));
}

}  // namespace
}  // namespace hark::routing
