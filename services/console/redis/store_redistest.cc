#include "console/redis/store.h"

#include <gmock/gmock.h>

#include "base/testing/redis_fixture.h"

namespace hark::console {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr TimePoint kNow = from_ms(1'800'000'000'000);
const std::string kConversation = "con_1";

class AgentStoreTest : public hark::testing::RedisTest {
 protected:
  AgentStore::KeptDraft keep(const std::string& entry_id, std::int64_t base, const std::string& text) {
    v1::Draft draft;
    draft.set_conversation_id(kConversation);
    draft.set_entry_id(entry_id);
    draft.set_revision(base);
    draft.set_text(text);
    return *run(store.keep_draft("ana", draft, kNow));
  }
  static v1::ConsoleResponse::Notice notice(const std::string& id, std::int64_t at_ms) {
    v1::ConsoleResponse::Notice notice;
    notice.set_id(id);
    notice.set_at_ms(at_ms);
    return notice;
  }

  RedisAgentStore store{client()};
};

TEST_F(AgentStoreTest, KeepsADraftOverARestartOfTheServer) {
  const auto kept = keep("ent_1", 0, "Labdien");
  EXPECT_FALSE(kept.conflict);
  kill_server();
  start_server();
  auto read = run(store.drafts("ana", kConversation));
  if (!read.ok()) read = run(store.drafts("ana", kConversation));  // the old connection was still tried
  ASSERT_TRUE(read.ok()) << read.error().message;
  const auto& drafts = *read;
  ASSERT_THAT(drafts, SizeIs(1));
  EXPECT_EQ(drafts[0].text(), "Labdien");
  EXPECT_EQ(drafts[0].entry_id(), "ent_1");
  EXPECT_EQ(drafts[0].conversation_id(), kConversation);
  EXPECT_EQ(drafts[0].revision(), kept.draft.revision());
  EXPECT_EQ(drafts[0].saved_at_ms(), to_ms(kNow));
  EXPECT_THAT(*run(store.drafts("ben", kConversation)), IsEmpty());
}

TEST_F(AgentStoreTest, LetsTheNewestRevisionWinSoThatTwoTabsDoNotClobberEachOther) {
  const auto first = keep("ent_1", 0, "one tab");
  const auto second = keep("ent_1", first.draft.revision(), "one tab goes on");
  const auto behind = keep("ent_1", first.draft.revision(), "the other tab");
  EXPECT_TRUE(behind.conflict);
  EXPECT_EQ(behind.draft.text(), "one tab goes on");
  EXPECT_EQ(behind.draft.revision(), second.draft.revision());
  EXPECT_TRUE(keep("ent_1", 0, "a third tab").conflict);
  const auto repeated = keep("ent_1", first.draft.revision(), "one tab goes on");
  EXPECT_FALSE(repeated.conflict) << "its answer was lost, and it said the same again";
}

TEST_F(AgentStoreTest, DoesNotLetALateTabBringBackWhatWasSent) {
  const auto draft = keep("ent_1", 0, "to be sent");
  const auto dropped = *run(store.drop_draft("ana", kConversation, "ent_1"));
  EXPECT_GT(dropped.revision(), draft.draft.revision());
  const auto late = keep("ent_1", draft.draft.revision(), "to be sent, and more");
  EXPECT_TRUE(late.conflict);
  EXPECT_TRUE(late.draft.text().empty());
  EXPECT_THAT(*run(store.drafts("ana", kConversation)), IsEmpty());
  EXPECT_FALSE(keep("ent_1", dropped.revision(), "something new").conflict);
}

TEST_F(AgentStoreTest, RemovesAnEmptiedDraftAndKeepsOthersOfTheConversation) {
  const auto answer = keep("ent_1", 0, "answer");
  keep("", 0, "note");
  EXPECT_FALSE(keep("ent_1", answer.draft.revision(), "").conflict);
  const auto left = *run(store.drafts("ana", kConversation));
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].text(), "note");
}

TEST_F(AgentStoreTest, RefusesMoreDraftsThanItKeeps) {
  for (int i = 0; i < kDraftsPerConversationMax; ++i) keep("ent_" + std::to_string(i), 0, "text");
  v1::Draft one_more;
  one_more.set_conversation_id(kConversation);
  one_more.set_text("note");
  EXPECT_EQ(run(store.keep_draft("ana", one_more, kNow)).error().reason, Reason::kOverloaded);
}

TEST_F(AgentStoreTest, KeepsNoticesUntilTheyAreSeenAndNeverTwice) {
  EXPECT_EQ(*run(store.add_notice("ana", notice("b", 2))), NoticeIs::kNew);
  EXPECT_EQ(*run(store.add_notice("ana", notice("a", 1))), NoticeIs::kNew);
  EXPECT_EQ(*run(store.add_notice("ana", notice("a", 1))), NoticeIs::kUnseen);
  auto unseen = *run(store.notices("ana"));
  ASSERT_THAT(unseen, SizeIs(2));
  EXPECT_EQ(unseen[0].id(), "a");
  EXPECT_TRUE(run(store.see_notices("ana", {"a", "unknown"})).ok());
  EXPECT_EQ(*run(store.add_notice("ana", notice("a", 1))), NoticeIs::kSeen)
      << "seen, and told again by another console";
  unseen = *run(store.notices("ana"));
  ASSERT_THAT(unseen, SizeIs(1));
  EXPECT_EQ(unseen[0].id(), "b");
}

TEST_F(AgentStoreTest, ForgetsTheOldestNoticesBeyondTheMost) {
  for (int i = 0; i < kNoticesMax + 3; ++i)
    ASSERT_EQ(*run(store.add_notice("ana", notice(std::to_string(i), i))), NoticeIs::kNew);
  const auto unseen = *run(store.notices("ana"));
  ASSERT_THAT(unseen, SizeIs(kNoticesMax));
  EXPECT_EQ(unseen[0].id(), "3");
}

TEST_F(AgentStoreTest, RemembersAnEndedSessionUntilItsTokenWouldHaveExpired) {
  EXPECT_FALSE(*run(store.session_ended("ana", "S1")));
  EXPECT_TRUE(run(store.end_session("ana", "S1", kNow + Duration{10}, kNow)).ok());
  EXPECT_TRUE(*run(store.session_ended("ana", "S1")));
  EXPECT_FALSE(*run(store.session_ended("ben", "S1")));
  EXPECT_TRUE(run(store.end_session("ana", "S2", kNow + Duration{99}, kNow + Duration{10})).ok());
  EXPECT_FALSE(*run(store.session_ended("ana", "S1"))) << "expired: the token is refused without it";
}

}  // namespace
}  // namespace hark::console
