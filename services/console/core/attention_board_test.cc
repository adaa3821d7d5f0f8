#include "console/core/attention_board.h"

#include <gmock/gmock.h>

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Said = AttentionBoard::Said;

constexpr TimePoint kNow = from_ms(1'800'000'000'000);

TEST(AttentionBoard, TellsOnlyWhatIsNews) {
  AttentionBoard board;
  EXPECT_TRUE(board.say({"con", "ana", false, false}, true, kNow));
  EXPECT_FALSE(board.say({"con", "ana", false, false}, true, kNow));
  EXPECT_TRUE(board.say({"con", "ana", true, false}, true, kNow));
  EXPECT_FALSE(board.say({"con", "ana", true, false}, true, kNow));
  EXPECT_TRUE(board.say({"con", "ana", false, true}, true, kNow));
  EXPECT_FALSE(board.say({"con", "ana", false, true}, true, kNow)) << "gone already";
}

TEST(AttentionBoard, ShowsEverybodyElseOnTheConversation) {
  AttentionBoard board;
  board.say({"con", "ana", false, false}, true, kNow);
  board.say({"con", "", true, false}, false, kNow);
  board.say({"com", "ben", false, false}, true, kNow);
  EXPECT_THAT(board.on("con", "ana"), ElementsAre(Said{"con", "", true, false}));
  EXPECT_THAT(board.on("con", "ben"),
              ElementsAre(Said{"con", "", true, false}, Said{"con", "ana", false, false}));
  EXPECT_THAT(board.on("co", "ben"), IsEmpty());
}

TEST(AttentionBoard, EndsWhatOthersDoNotSayAgainAndTypingThatIsNotTypedOn) {
  AttentionBoard board;
  board.say({"con", "ana", true, false}, true, kNow);
  board.say({"con", "", true, false}, false, kNow);
  EXPECT_THAT(board.expire(kNow + kAttentionHolds - Duration{1}), IsEmpty());
  EXPECT_THAT(board.expire(kNow + kAttentionHolds),
              ElementsAre(Said{"con", "", false, true}, Said{"con", "ana", false, false}));
  EXPECT_THAT(board.on("con", "x"), ElementsAre(Said{"con", "ana", false, false})) << "still has it open";
}

}  // namespace
}  // namespace hark::console
