// A page that loses its connection, and what it gets when it is back.
#include <gmock/gmock.h>

#include "console/service_fixture.h"

namespace hark::console {
namespace {

using ::testing::ElementsAre;

class ResumeTest : public ConsoleServiceTest {
 protected:
  /// Offsets are dense over everything after SignedIn.
  static std::int64_t last_offset(const Page& page) {
    std::int64_t last = 0;
    for (const auto& response : page.got) {
      if (response.has_signed_in()) continue;
      EXPECT_EQ(response.offset(), last + 1);
      last = response.offset();
    }
    return last;
  }
};

// FIELD 34: a reconnect misses events, and an agent answers without seeing a colleague's reply.
TEST_F(ResumeTest, AReconnectMissesNoEventThatAColleagueCaused) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  ask(connection, page, open(kOne));
  const auto offset = last_offset(*page);
  service.disconnect(connection);

  auto& reply = world.conversations.add_inbound(kOne, "a colleague answers");
  reply.set_kind(v1::ENTRY_KIND_REPLY);
  happens(FakeWorld::event(v1::EVENT_TYPE_REPLIED, kOne, 2));

  const auto back = std::make_shared<Page>();
  const auto answer = ask(connect(back), back, come_back(told_at_sign_in(*page), offset));
  ASSERT_TRUE(answer.signed_in().resumed());
  EXPECT_EQ(answer.signed_in().epoch(), told_at_sign_in(*page).epoch());
  bool shown = false;
  auto expected = offset;
  for (const auto& response : back->got) {
    if (response.has_signed_in()) continue;
    EXPECT_EQ(response.offset(), ++expected) << "goes on without a gap";
    for (const auto& entry : response.conversation().entries())
      shown = shown || entry.content().text() == "a colleague answers";
  }
  EXPECT_TRUE(shown);
  happens(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2));
  EXPECT_EQ(back->got.back().offset(), expected + 1) << "and is told further on";
}

// FIELD 30: a chat exists but no agent sees it until reload.
TEST_F(ResumeTest, WorkThatArrivesWhileAPageIsAwayIsSeenWithoutAReload) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  service.disconnect(connection);
  settle();
  world.add_conversation(kOne, "ana");
  const auto back = std::make_shared<Page>();
  EXPECT_TRUE(
      ask(connect(back), back, come_back(told_at_sign_in(*page), last_offset(*page))).signed_in().resumed());
  ASSERT_NE(last_work(*back), nullptr);
  EXPECT_EQ(last_work(*back)->assigned(0).id(), kOne);
}

TEST_F(ResumeTest, AnswersThatWereOnTheirWayArriveOverTheNextConnection) {
  world.add_conversation(kOne);
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  const auto offset = last_offset(*page);
  Notifier gate{context.get_executor()};
  world.conversations.hold_reads = &gate;
  auto request = open(kOne);
  request.set_request_id(77);
  service.receive(connection, request);
  settle();
  service.disconnect(connection);
  world.conversations.hold_reads = nullptr;
  gate.notify_all();
  settle();
  const auto back = std::make_shared<Page>();
  ask(connect(back), back, come_back(told_at_sign_in(*page), offset));
  const auto answers = frames(*back, &v1::ConsoleResponse::has_conversation);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].request_id(), 77);
}

TEST_F(ResumeTest, APageThatIsAwayForTooLongOrMissedTooMuchBeginsAnewVisibly) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  service.disconnect(connection);
  const auto back = std::make_shared<Page>();
  const auto second = connect(back);
  auto answer = ask(second, back, come_back(told_at_sign_in(*page), 99));
  EXPECT_FALSE(answer.signed_in().resumed());
  EXPECT_NE(answer.signed_in().epoch(), told_at_sign_in(*page).epoch());
  EXPECT_EQ(frames(*back, &v1::ConsoleResponse::has_directory).size(), 1U);
  EXPECT_EQ(last_offset(*back), back->got.back().offset());

  auto unknown = told_at_sign_in(*back);
  unknown.set_epoch("of another server");
  const auto third = std::make_shared<Page>();
  EXPECT_FALSE(ask(connect(third), third, come_back(unknown, 0)).signed_in().resumed());
}

TEST_F(ResumeTest, WhatAPageHasIsNotKeptForIt) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  const auto offset = last_offset(*page);
  v1::ConsoleRequest heard;
  heard.mutable_heard()->set_offset(offset);
  const auto told = page->got.size();
  service.receive(connection, heard);
  settle();
  EXPECT_EQ(page->got.size(), told) << "no answer";
  service.disconnect(connection);
  const auto early = std::make_shared<Page>(), back = std::make_shared<Page>();
  const auto session = told_at_sign_in(*page);
  EXPECT_TRUE(ask(connect(back), back, come_back(session, offset)).signed_in().resumed());
  EXPECT_FALSE(ask(connect(early), early, come_back(session, offset - 1)).signed_in().resumed());
}

TEST_F(ResumeTest, AnotherAgentCannotGoOnWithSomebodysSession) {
  const auto page = std::make_shared<Page>();
  const auto ana = signed_in(page);
  const auto other = std::make_shared<Page>();
  signed_in(other, "ben");
  auto stolen = come_back(told_at_sign_in(*page), 0);
  stolen.mutable_sign_in()->set_session_token(told_at_sign_in(*other).session_token());
  const auto thief = std::make_shared<Page>();
  const auto answer = ask(connect(thief), thief, stolen);
  EXPECT_EQ(answer.signed_in().agent().id(), "ben");
  EXPECT_FALSE(answer.signed_in().resumed());
  EXPECT_TRUE(page->farewells.empty());
}

TEST_F(ResumeTest, TheServerLearnsLateThatTheOldConnectionIsDeadAndTheSessionGoesOn) {
  const auto page = std::make_shared<Page>();
  const auto old = signed_in(page);
  const auto back = std::make_shared<Page>();
  const auto fresh = connect(back);
  EXPECT_TRUE(ask(fresh, back, come_back(told_at_sign_in(*page), last_offset(*page))).signed_in().resumed());
  EXPECT_THAT(page->farewells, ElementsAre(Farewell::kDone));
  service.disconnect(old);
  settle();
  v1::ConsoleRequest list;
  list.mutable_list_conversations();
  EXPECT_TRUE(ask(fresh, back, list).has_conversations());
  EXPECT_EQ(service.sessions(), 1U);
}

TEST_F(ResumeTest, RoutingIsToldAtOnceThatAPageIsAway) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  ASSERT_EQ(world.routing.streams.size(), 1U);
  service.disconnect(connection);
  settle();
  EXPECT_EQ(world.routing.streams[0].use_count(), 1) << "nobody reads it any more";
  const auto back = std::make_shared<Page>();
  ask(connect(back), back, come_back(told_at_sign_in(*page), last_offset(*page)));
  ASSERT_EQ(world.routing.streams.size(), 2U);
  EXPECT_EQ(world.routing.streams[1]->hello.presence(), v1::PRESENCE_UNSPECIFIED) << "it is what it became";
}

}  // namespace
}  // namespace hark::console
