#include <gmock/gmock.h>

#include "console/service_fixture.h"

namespace hark::console {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class SupervisorsTest : public ConsoleServiceTest {
 protected:
  static v1::ConsoleRequest take_over(const std::string& reason) {
    v1::ConsoleRequest request;
    request.mutable_take_over()->set_idempotency_key("k1");
    request.mutable_take_over()->set_ticket_id("tkt_1");
    request.mutable_take_over()->set_reason(reason);
    return request;
  }
  /// What a supervisor sees who comes to the floor.
  v1::ConsoleResponse::Overview overseen() {
    const auto page = std::make_shared<Page>();
    v1::ConsoleRequest oversee;
    oversee.mutable_oversee()->set_on(true);
    ask(signed_in(page, "sam"), page, oversee);
    return frames(*page, &v1::ConsoleResponse::has_overview).back().overview();
  }
};

TEST_F(SupervisorsTest, AgentsMayNothingOfThisWhateverTheirPageSends) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  std::vector<v1::ConsoleRequest> all(7);
  all[0].mutable_oversee()->set_on(true);
  all[1].mutable_list_waiting();
  all[2].mutable_get_series();
  all[3] = take_over("because");
  all[4].mutable_reassign()->set_ticket_id("tkt_1");
  all[5].mutable_set_agent_presence()->set_agent_id("ben");
  all[6].mutable_explain()->set_ticket_id("tkt_1");
  for (const auto& request : all)
    EXPECT_EQ(ask(connection, page, request).failed().reason(), "PERMISSION_DENIED");
  EXPECT_TRUE(world.routing.log.empty());
  v1::ConsoleRequest whisper;
  auto& note = *whisper.mutable_command()->mutable_add_note();
  note.set_idempotency_key("k");
  note.set_conversation_id(kOne);
  note.set_text("psst");
  note.set_whisper_to("ben");
  EXPECT_EQ(ask(connection, page, whisper).failed().reason(), "PERMISSION_DENIED");
  v1::ConsoleRequest transfer;
  transfer.mutable_command()->mutable_transfer()->set_idempotency_key("k");
  transfer.mutable_command()->mutable_transfer()->set_by_supervisor(true);
  ask(connection, page, transfer);
  EXPECT_FALSE(world.routing.passed_on.back().by_supervisor());
}

TEST_F(SupervisorsTest, AChangeOfRoleHoldsAtOnce) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page, "sam");
  EXPECT_TRUE(ask(connection, page, take_over("because")).has_done());
  auto sam = world.routing.agents["sam"];
  sam.set_role(v1::ROLE_AGENT);
  world.routing.change_agent(sam);
  settle();
  EXPECT_EQ(ask(connection, page, take_over("because")).failed().reason(), "PERMISSION_DENIED");
}

TEST_F(SupervisorsTest, NothingIsDoneToAnybodyWithoutAReason) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page, "sam");
  v1::ConsoleRequest presence;
  presence.mutable_set_agent_presence()->set_agent_id("ana");
  presence.mutable_set_agent_presence()->set_presence(v1::PRESENCE_AWAY);
  v1::ConsoleRequest reassign;
  reassign.mutable_reassign()->set_idempotency_key("k");
  for (const auto& request : {take_over(" "), presence, reassign})
    EXPECT_EQ(ask(connection, page, request).failed().reason(), "INVALID_FIELD");
  EXPECT_TRUE(world.routing.log.empty());
}

TEST_F(SupervisorsTest, TakesATicketOverAndMovesOneOnTheRecord) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page, "sam");
  EXPECT_EQ(ask(connection, page, take_over("an angry customer")).done().ticket().agent_id(), "sam");
  EXPECT_THAT(world.routing.log, Contains("tkt_1 taken over by sam: an angry customer"));
  v1::ConsoleRequest reassign;
  auto& move = *reassign.mutable_reassign();
  move.set_idempotency_key("k");
  move.set_ticket_id("tkt_1");
  move.set_assignment_token(4);
  move.set_wanted_agent_id("zed");
  move.set_reason("ben knows them");
  EXPECT_EQ(ask(connection, page, reassign).failed().reason(), "AGENT_NOT_FOUND");
  move.set_wanted_agent_id("ben");
  EXPECT_TRUE(ask(connection, page, reassign).has_done());
  const auto& call = world.routing.passed_on.back();
  EXPECT_TRUE(call.by_supervisor());
  EXPECT_EQ(call.agent_id(), "sam");
  EXPECT_EQ(call.assignment_token(), 4);
  EXPECT_EQ(call.reason(), "ben knows them");
}

TEST_F(SupervisorsTest, AnAgentWhosePresenceWasChangedIsToldByWhomAndWhy) {
  const auto sam = std::make_shared<Page>(), ana = std::make_shared<Page>();
  const auto connection = signed_in(sam, "sam");
  signed_in(ana);
  v1::ConsoleRequest request;
  request.mutable_set_agent_presence()->set_agent_id("ana");
  request.mutable_set_agent_presence()->set_presence(v1::PRESENCE_AWAY);
  request.mutable_set_agent_presence()->set_reason("training");
  EXPECT_TRUE(ask(connection, sam, request).has_done());
  EXPECT_THAT(world.routing.log, Contains("presence PRESENCE_AWAY of ana"));
  const auto notice = frames(*ana, &v1::ConsoleResponse::has_notices).back().notices().notices(0);
  EXPECT_EQ(notice.kind(), v1::ConsoleResponse::Notice::KIND_PRESENCE);
  EXPECT_EQ(notice.by_agent_id(), "sam");
  EXPECT_EQ(notice.text(), "training");
}

TEST_F(SupervisorsTest, AWhisperIsSeenByItsAgentAndSupervisorsAlone) {
  world.add_conversation(kOne, "ana");
  const auto sam = std::make_shared<Page>(), ana = std::make_shared<Page>(), ben = std::make_shared<Page>();
  const auto supervisor = signed_in(sam, "sam");
  const auto agent = signed_in(ana);
  const auto colleague = signed_in(ben, "ben");
  v1::ConsoleRequest whisper;
  auto& note = *whisper.mutable_command()->mutable_add_note();
  note.set_idempotency_key("k");
  note.set_conversation_id(kOne);
  note.set_text("offer a discount, @ben");
  note.set_whisper_to("ana");
  for (const auto& [connection, page] : {std::pair{supervisor, sam}, {agent, ana}, {colleague, ben}})
    ask(connection, page, open(kOne));
  EXPECT_TRUE(ask(supervisor, sam, whisper).has_done());
  happens(FakeWorld::event(v1::EVENT_TYPE_NOTED, kOne, 2));
  const auto shown = [](const Page& page) {
    for (const auto& response : page.got) {
      for (const auto& entry : response.conversation().entries()) {
        if (entry.whisper_to() == "ana") return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(shown(*sam));
  EXPECT_TRUE(shown(*ana));
  EXPECT_FALSE(shown(*ben));
  v1::ConsoleRequest back;
  back.mutable_load_timeline()->set_conversation_id(kOne);
  ask(colleague, ben, back);
  ask(colleague, ben, open(kOne));
  EXPECT_FALSE(shown(*ben));
  EXPECT_EQ(frames(*ana, &v1::ConsoleResponse::has_notices).back().notices().notices(0).kind(),
            v1::ConsoleResponse::Notice::KIND_WHISPER);
  EXPECT_EQ(frames(*ben, &v1::ConsoleResponse::has_notices).back().notices().notices_size(), 0);
  v1::ConsoleRequest search;
  search.mutable_search()->set_query("discount");
  ask(colleague, ben, search);
  ask(supervisor, sam, search);
  EXPECT_EQ(world.conversations.searches[0].as_agent_id(), "ben");
  EXPECT_EQ(world.conversations.searches[1].as_agent_id(), "");
}

TEST_F(SupervisorsTest, TheEstimatedWaitOfAllWhoShareALineIsRoutings) {
  world.routing.queue_summary.add_queues()->set_estimated_wait_ms(90'500);
  const auto overview = overseen();
  EXPECT_EQ(overview.total().estimated_wait_seconds(), 90);
  EXPECT_EQ(overview.by_queue_size(), 0);
}

TEST_F(SupervisorsTest, TheEstimatedWaitOfEachQueueIsRoutings) {
  world.routing.queue_summary.add_queues()->set_estimated_wait_ms(90'500);
  auto* claims = world.routing.queue_summary.add_queues();
  claims->mutable_tickets()->set_name("claims");
  claims->set_estimated_wait_ms(-1);
  claims->set_no_estimate(v1::NO_ESTIMATE_NOBODY_THERE);
  claims->set_closed(true);
  claims->set_shard("apac");
  const auto overview = overseen();
  EXPECT_EQ(overview.total().estimated_wait_seconds(), -1);
  ASSERT_EQ(overview.by_queue_size(), 2);
  EXPECT_EQ(overview.by_queue(0).estimated_wait_seconds(), 90);
  EXPECT_EQ(overview.by_queue(1).name(), "claims");
  EXPECT_EQ(overview.by_queue(1).estimated_wait_seconds(), -1);
  EXPECT_EQ(overview.by_queue(1).no_estimate(), v1::NO_ESTIMATE_NOBODY_THERE);
  EXPECT_TRUE(overview.by_queue(1).closed());
  EXPECT_EQ(overview.by_queue(0).shard(), "");
  EXPECT_EQ(overview.by_queue(1).shard(), "apac");
}

TEST_F(SupervisorsTest, SeesTheFloorAndWhatBecomesOfIt) {
  world.routing.queue_summary.mutable_total()->set_waiting(3);
  world.routing.queue_summary.set_sla_at_risk(2);
  world.routing.queue_summary.set_sla_missed(1);
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page, "sam");
  v1::ConsoleRequest oversee;
  oversee.mutable_oversee()->set_on(true);
  EXPECT_TRUE(ask(connection, page, oversee).has_done());
  auto told = frames(*page, &v1::ConsoleResponse::has_overview);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].overview().total().waiting(), 3);
  EXPECT_EQ(told[0].overview().total().estimated_wait_seconds(), -1) << "routing told none";
  EXPECT_EQ(told[0].overview().agents_size(), 3);
  EXPECT_EQ(told[0].overview().sla_at_risk(), 2);
  EXPECT_EQ(told[0].overview().sla_missed(), 1);
  v1::ConsoleRequest waiting;
  waiting.mutable_list_waiting()->set_account_id("support");
  const auto listed = ask(connection, page, waiting).waiting();
  EXPECT_EQ(listed.total(), 7);
  EXPECT_EQ(listed.tickets(0).ticket().account_id(), "support");
  v1::ConsoleRequest why;
  why.mutable_explain()->set_ticket_id("tkt_1");
  EXPECT_EQ(ask(connection, page, why).explanation().ticket_id(), "tkt_1");
}

TEST_F(SupervisorsTest, AMissedTargetIsToldToItsHolderAndToSupervisorsAlone) {
  const auto holder = std::make_shared<Page>();
  const auto other = std::make_shared<Page>();
  const auto supervisor = std::make_shared<Page>();
  const auto connections = {signed_in(holder, "ana"), signed_in(other, "ben"), signed_in(supervisor, "sam")};
  auto event = FakeWorld::event(v1::EVENT_TYPE_SLA, kOne);
  event.set_agent_id("ana");
  event.set_entry_id("ent_sla");
  happens(event);
  const auto told = [](Page& page) {
    int count = 0;
    for (const auto& frame : frames(page, &v1::ConsoleResponse::has_notices)) {
      for (const auto& notice : frame.notices().notices())
        count += notice.kind() == v1::ConsoleResponse::Notice::KIND_SLA;
    }
    return count;
  };
  EXPECT_EQ(told(*holder), 1);
  EXPECT_EQ(told(*other), 0);
  EXPECT_EQ(told(*supervisor), 1);
  EXPECT_EQ(connections.size(), 3u);
}

TEST_F(SupervisorsTest, PlotsTheLastHoursFromTheEventLog) {
  world.routing.queue_summary.mutable_total()->set_waiting(1);
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page, "sam");
  for (const auto type :
       {v1::EVENT_TYPE_ACCEPTED, v1::EVENT_TYPE_ACCEPTED, v1::EVENT_TYPE_ASSIGNED, v1::EVENT_TYPE_REPLIED}) {
    auto event = FakeWorld::event(type, kOne);
    event.set_at_ms(to_ms(clock.now()));
    if (type == v1::EVENT_TYPE_ACCEPTED) event.mutable_ticket()->set_state(v1::TICKET_STATE_QUEUED);
    happens(event);
  }
  v1::ConsoleRequest request;
  request.mutable_get_series()->set_hours(1);
  const auto series = ask(connection, page, request).series();
  ASSERT_EQ(series.steps_size(), 12);
  EXPECT_EQ(series.steps(11).arrived(), 2);
  EXPECT_EQ(series.steps(11).answered(), 1);
  EXPECT_EQ(series.steps(11).waiting(), 1);
  EXPECT_EQ(series.steps(10).waiting(), 0);
  request.mutable_get_series()->set_hours(13);
  EXPECT_EQ(ask(connection, page, request).failed().reason(), "INVALID_FIELD");
}

}  // namespace
}  // namespace hark::console
