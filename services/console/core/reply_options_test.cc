#include "console/core/reply_options.h"

#include <gmock/gmock.h>

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<AccountOffered> kAccounts{{"support", ChannelKind::kEmail},
                                            {"sales", ChannelKind::kEmail},
                                            {"web", ChannelKind::kChat},
                                            {"shop", ChannelKind::kChat}};

TEST(ReplyWays, JoinEveryAddressWithEveryAccountOfItsChannelVerifiedOnesFirst) {
  EXPECT_THAT(reply_ways({{"mailto:a@x.lv", false}, {"mailto:b@x.lv", true}}, kAccounts),
              ElementsAre(ReplyWay{ChannelKind::kEmail, "support", "mailto:b@x.lv", true},
                          ReplyWay{ChannelKind::kEmail, "sales", "mailto:b@x.lv", true},
                          ReplyWay{ChannelKind::kEmail, "support", "mailto:a@x.lv", false},
                          ReplyWay{ChannelKind::kEmail, "sales", "mailto:a@x.lv", false}));
}

TEST(ReplyWays, ReachAVisitorOnlyFromTheChatThatKnowsThem) {
  EXPECT_THAT(reply_ways({{"chat:shop:v1", false}}, kAccounts),
              ElementsAre(ReplyWay{ChannelKind::kChat, "shop", "chat:shop:v1", false}));
}

TEST(ReplyWays, AreNoneWhereNoAccountSpeaksTheChannel) {
  EXPECT_THAT(reply_ways({{"tel:+37120000000", true}, {"telegram:1", true}, {"nonsense", true}}, kAccounts),
              IsEmpty());
}

TEST(VerifiedWayOff, IsTheFirstVerifiedWayOnAnotherChannel) {
  const std::vector<AccountOffered> accounts{{"site", ChannelKind::kChat}, {"support", ChannelKind::kEmail}};
  const auto ways =
      reply_ways({{"chat:site:v1", true}, {"mailto:typed@x.lv", false}, {"mailto:ana@x.lv", true}}, accounts);
  ASSERT_TRUE(verified_way_off(ChannelKind::kChat, ways));
  EXPECT_EQ(verified_way_off(ChannelKind::kChat, ways)->address, "mailto:ana@x.lv");
  EXPECT_FALSE(verified_way_off(ChannelKind::kChat, reply_ways({{"mailto:typed@x.lv", false}}, accounts)));
}

}  // namespace
}  // namespace hark::console
