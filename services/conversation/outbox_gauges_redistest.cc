#include "conversation/outbox_gauges.h"

#include <gmock/gmock.h>

#include "conversation/service_fixture.h"

namespace hark::conversation {
namespace {

using ::testing::HasSubstr;

class OutboxGaugesTest : public OutboxTest {
 protected:
  std::string page() {
    tasks().spawn("look", gauges_.look());
    run_until_idle();
    return metrics_.text();
  }
  OutboxGauges gauges_{*service_, metrics_};
};

TEST_F(OutboxGaugesTest, ShowWhatWaitsByAccountUntilItIsSent) {
  clock_.advance(std::chrono::seconds{90});
  ASSERT_EQ(lease("l1").size(), 1U) << "leased is not sent";
  std::string shown = page();
  EXPECT_THAT(shown, HasSubstr("hark_conversation_outbox_waiting{account=\"support\",channel=\"email\"} 1"));
  EXPECT_THAT(shown,
              HasSubstr("hark_conversation_outbox_oldest_seconds{account=\"support\",channel=\"email\"} 90"));
  EXPECT_THAT(shown, HasSubstr("hark_conversation_outbox_waiting{account=\"site\",channel=\"chat\"} 0"));
  ASSERT_TRUE(report("l1", v1::DELIVERY_STATE_SENT).ok());
  shown = page();
  EXPECT_THAT(shown, HasSubstr("hark_conversation_outbox_waiting{account=\"support\",channel=\"email\"} 0"));
  EXPECT_THAT(shown,
              HasSubstr("hark_conversation_outbox_oldest_seconds{account=\"support\",channel=\"email\"} 0"));
}

}  // namespace
}  // namespace hark::conversation
