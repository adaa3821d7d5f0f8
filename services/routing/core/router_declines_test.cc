#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Asking : Center {
  explicit Asking(Duration again = 60s) : Center{settings(again)} { begin(); }
  static Settings settings(Duration again) {
    Settings settings = test_settings();
    settings.declined_again = again;
    return settings;
  }
  void decline() { tell(OfferDeclined{last_offer.id, last_offer.agent_id}); }
};

TEST(Declines, WhenEverybodyHasDeclinedTheyAreAskedAgainAfterTheTime) {
  Asking c;
  c.agent("ana");
  c.agent("ben");
  c.queue("t1");
  c.decline();
  EXPECT_THAT(c.made(), ElementsAre("t1>ben"));
  c.wait(10s);
  c.decline();
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"),
            "waits: everybody who is available has declined it (ana, ben); they are asked again 60 s after "
            "the last "
            "of them");
  EXPECT_EQ(c.router.explain_fully("t1", 10)->asked_again_at, c.now + 60s);
  c.wait(59s);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(1s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_THAT(c.all<DeclinesForgotten>(), ElementsAre(DeclinesForgotten{"t1"}));
  c.decline();
  EXPECT_THAT(c.made(), ElementsAre("t1>ben")) << "once each, as before";
}

TEST(Declines, EachRoundOfThemWaitsTwiceAsLongUpToAnHour) {
  Asking c;
  c.agent("ana");
  c.queue("t1");
  for (const auto pause : {60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s}) {
    c.decline();
    EXPECT_EQ(c.router.explain_fully("t1", 10)->asked_again_at, c.now + pause);
    EXPECT_THAT(c.router.explain("t1"), HasSubstr(std::to_string(pause.count()) + " s after the last"));
    c.wait(pause - 1s);
    EXPECT_THAT(c.made(), IsEmpty());
    c.wait(1s);
    EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  }
}

TEST(Declines, APauseThatIsLongerThanTheLongestDoesNotGrow) {
  Asking c{7200s};
  c.agent("ana");
  c.queue("t1");
  for (int round = 0; round < 2; ++round) {
    c.decline();
    EXPECT_EQ(c.router.explain_fully("t1", 10)->asked_again_at, c.now + 7200s);
    c.wait(7200s);
    EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  }
}

TEST(Declines, AreNotForgottenWhileSomebodyElseIsAvailable) {
  Asking c;
  c.agent("ben");
  c.queue("other");
  c.accept_and_confirm(c.last_offer, 1);
  c.agent("ana");
  c.queue("t1");
  c.decline();
  c.wait(100s);
  EXPECT_THAT(c.made(), IsEmpty()) << "ben will have room";
  EXPECT_THAT(c.router.explain("t1"), HasSubstr("1 without room, 1 declined it"));
  c.tell(PresenceChanged{"ben", Presence::kAway});
  c.wait(60s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Declines, OverNightAreForgottenOnceAndWhoeverComesFirstIsAsked) {
  Asking c;
  c.agent("ana");
  c.queue("t1");
  c.decline();
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.wait(60s);
  EXPECT_THAT(c.all<DeclinesForgotten>(), SizeIs(1));
  EXPECT_EQ(c.router.next_deadline(), std::nullopt) << "nothing is looked at over and over";
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Declines, WhoGaveItAwayIsAskedAgainAsWellAndNewsOfItsCustomerDoNotChangeThat) {
  Asking c;
  c.agent("ana");
  Work work = Center::work("t1");
  work.declined_by = {"ana"};
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(60s);
  ASSERT_THAT(c.made(), ElementsAre("t1>ana"));
  Work news = c.router.ticket("t1")->work;
  news.priority = 7;
  c.tell(TicketQueued{news});
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
}

TEST(Declines, AreForGoodWhereTheRulesSaySo) {
  Asking c{0s};
  c.agent("ana");
  c.queue("t1");
  c.decline();
  c.wait(24h);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.explain("t1"), HasSubstr("nobody is asked again, it waits for somebody else"));
}

}  // namespace
}  // namespace hark::routing
