#include "routing/study/traffic.h"

#include <gmock/gmock.h>

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Traffic, ReadsEveryName) {
  const auto read = parse_traffic(
      "channel=chat,per_hour=90,handle=300,shape=2,patience=60,react=3,account=site,language=lv,topic="
      "billing,"
      "topic=loans,tier=gold,skills=billing=3+language:lv,priority=-5,units=2");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->work.channel, Channel::kChat);
  EXPECT_EQ(read->per_hour, 90);
  EXPECT_EQ(read->handling, 300s);
  EXPECT_EQ(read->handling_shape, 2);
  EXPECT_EQ(read->patience, 60s);
  EXPECT_EQ(read->reaction, 3s);
  EXPECT_EQ(read->work.account_id, "site");
  EXPECT_EQ(read->work.language, "lv");
  EXPECT_EQ(read->work.topics, (std::vector<std::string>{"billing", "loans"}));
  EXPECT_EQ(read->work.customer_tier, "gold");
  EXPECT_EQ(read->work.required_skills, (std::vector<Skill>{{"billing", 3}, {"language:lv", 1}}));
  EXPECT_EQ(read->work.priority, -5);
  EXPECT_EQ(read->work.units, 2);
}

TEST(Traffic, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view text) { return parse_traffic(text).error().message; };
  EXPECT_THAT(wrong("channel=fax"), HasSubstr("'fax' is not one of"));
  EXPECT_THAT(wrong("per_hour=0"), HasSubstr("per_hour: '0' must be a whole number from 1"));
  EXPECT_THAT(wrong("handle=4m"), HasSubstr("handle: '4m'"));
  EXPECT_THAT(wrong("pace=3"), HasSubstr("'pace' is not known; known are channel"));
  EXPECT_THAT(wrong("patience"), HasSubstr("'patience' has no value"));
}

TEST(Traffic, AgentsAreMadeAfterTheGivenOnesInTurn) {
  const auto made = staff({{"ana", {}, 1}, {"ben", {}, 2}}, 5);
  ASSERT_EQ(made.size(), 5U);
  EXPECT_EQ(made[2].id, "ana.2");
  EXPECT_EQ(made[3].id, "ben.2");
  EXPECT_EQ(made[4].id, "ana.3");
  EXPECT_EQ(made[3].capacity_units, 2);
}

}  // namespace
}  // namespace hark::routing
