// Holds, channels, wrap-up and preferred agents, as pages ask for them.
#include <gmock/gmock.h>

#include "console/service_fixture.h"

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldsTest : public ConsoleServiceTest {
 protected:
  static v1::ConsoleRequest hold(bool by_supervisor) {
    v1::ConsoleRequest request;
    auto& call = *request.mutable_command()->mutable_put_on_hold();
    call.set_idempotency_key("k1");
    call.set_ticket_id("tkt_1");
    call.set_agent_id("somebody else");
    call.set_state("supplier");
    call.set_by_supervisor(by_supervisor);
    return request;
  }
  /// By whatever means.
  static v1::Event released() {
    auto event = FakeWorld::event(v1::EVENT_TYPE_RELEASED, kOne);
    event.set_agent_id("ana");
    return event;
  }
  void ran_out(const std::string& entry_id) {
    auto& ticket = *world.conversations.stored[kOne].conversation.mutable_ticket();
    ticket.set_hold_due_entry_id(entry_id);
    ticket.set_hold_due_at_ms(1);
    ticket.set_subject("Spare part");
    world.conversations.stored[kOne].conversation.set_customer_name("Oto");
  }
  static std::vector<std::string> told(const Page& page) {
    std::vector<std::string> ids;
    for (const auto& frame : frames(page, &v1::ConsoleResponse::has_notices)) {
      for (const auto& notice : frame.notices().notices()) ids.push_back(notice.id());
    }
    return ids;
  }
};

TEST_F(HoldsTest, AnAgentPutsTheirOwnTicketOnHoldAndASupervisorAnybodys) {
  const auto page = std::make_shared<Page>(), overseer = std::make_shared<Page>();
  const auto ana = signed_in(page);
  EXPECT_EQ(ask(ana, page, hold(true)).done().ticket().hold().state(), "supplier");
  ask(signed_in(overseer, "sam"), overseer, hold(true));
  EXPECT_THAT(world.routing.log,
              ElementsAre("tkt_1 on hold (supplier) by ana", "tkt_1 on hold (supplier) by sam, supervising"));
}

TEST_F(HoldsTest, ReleasesAsTheAgentAndNeverAsRouting) {
  const auto page = std::make_shared<Page>();
  const auto ana = signed_in(page);
  v1::ConsoleRequest request;
  auto& call = *request.mutable_command()->mutable_release();
  call.set_ticket_id("tkt_1");
  EXPECT_EQ(ask(ana, page, request).failed().reason(), "IDEMPOTENCY_KEY_MISSING");
  call.set_idempotency_key("k1");
  call.set_fencing_token(9);
  call.set_by_supervisor(true);
  EXPECT_TRUE(ask(ana, page, request).has_done());
  const auto& sent = world.conversations.commands.back().release();
  EXPECT_EQ(sent.agent_id(), "ana");
  EXPECT_EQ(sent.fencing_token(), 0);
  EXPECT_FALSE(sent.by_supervisor());
}

TEST_F(HoldsTest, PreferredAgentsAreThoseWhoWorkHere) {
  const auto page = std::make_shared<Page>();
  const auto ana = signed_in(page);
  v1::ConsoleRequest request;
  auto& call = *request.mutable_command()->mutable_set_preferred_agents();
  call.set_idempotency_key("k1");
  call.set_conversation_id(kOne);
  call.add_preferred_agent_ids("zed");
  EXPECT_EQ(ask(ana, page, request).failed().reason(), "AGENT_NOT_FOUND");
  call.set_preferred_agent_ids(0, "ben");
  EXPECT_TRUE(ask(ana, page, request).has_done());
  EXPECT_EQ(world.conversations.commands.back().set_preferred_agents().agent_id(), "ana");
}

TEST_F(HoldsTest, AnAgentsChannelsGoWithTheirPresenceAndASupervisorLeavesThem) {
  const auto page = std::make_shared<Page>(), overseer = std::make_shared<Page>();
  const auto ana = signed_in(page);
  v1::ConsoleRequest request;
  request.mutable_set_presence()->set_presence(v1::PRESENCE_AVAILABLE);
  request.mutable_set_presence()->add_channels(v1::CHANNEL_CHAT);
  ask(ana, page, request);
  auto record = world.routing.agents["ana"];
  record.add_channels(v1::CHANNEL_CHAT);
  world.routing.change_agent(record);
  settle();
  v1::ConsoleRequest away;
  away.mutable_set_agent_presence()->set_agent_id("ana");
  away.mutable_set_agent_presence()->set_presence(v1::PRESENCE_AWAY);
  away.mutable_set_agent_presence()->set_reason("training");
  ask(signed_in(overseer, "sam"), overseer, away);
  EXPECT_THAT(world.routing.log, ElementsAre("presence PRESENCE_AVAILABLE of ana CHANNEL_CHAT",
                                             "presence PRESENCE_AWAY of ana CHANNEL_CHAT"));
}

TEST_F(HoldsTest, AWrapUpBeginsByItsAgentsWordAndEndsByASupervisorsWhoSaysWhy) {
  const auto page = std::make_shared<Page>(), overseer = std::make_shared<Page>();
  const auto ana = signed_in(page);
  v1::ConsoleRequest begin, end;
  begin.mutable_begin_wrap_up();
  ask(ana, page, begin);
  end.mutable_end_agent_wrap_up()->set_agent_id("ana");
  end.mutable_end_agent_wrap_up()->set_reason("many wait");
  EXPECT_EQ(ask(ana, page, end).failed().reason(), "PERMISSION_DENIED");
  ask(signed_in(overseer, "sam"), overseer, end);
  EXPECT_THAT(world.routing.log, ElementsAre("wrap-up of ana begins", "wrap-up of ana done by sam"));
  EXPECT_EQ(frames(*page, &v1::ConsoleResponse::has_notices).back().notices().notices(0).text(), "many wait");
}

TEST_F(HoldsTest, ItsHolderIsToldWhenTheTimeOfAHoldHasComeAndNotWhenItEndedOtherwise) {
  const auto page = std::make_shared<Page>();
  world.add_conversation(kOne, "ana");
  signed_in(page);
  happens(released());
  EXPECT_THAT(told(*page), IsEmpty()) << "the customer wrote";
  ran_out("ent_due");
  happens(released());
  happens(released());
  EXPECT_THAT(told(*page), ElementsAre("ent_due"));
}

TEST_F(HoldsTest, WhoSignsInLaterIsToldOfAHoldThatRanOutUnlessTheyHaveSeenIt) {
  world.add_conversation(kOne, "ana");
  ran_out("ent_due");
  const auto page = std::make_shared<Page>(), later = std::make_shared<Page>();
  const auto ana = signed_in(page);
  EXPECT_THAT(told(*page), ElementsAre("ent_due"));
  EXPECT_EQ(frames(*page, &v1::ConsoleResponse::has_notices).back().notices().notices(0).text(),
            "Oto: Spare part");
  v1::ConsoleRequest seen;
  seen.mutable_see_notices()->add_notice_ids("ent_due");
  EXPECT_TRUE(ask(ana, page, seen).has_done());
  signed_in(later);
  EXPECT_THAT(told(*later), IsEmpty());
}

TEST_F(HoldsTest, AHoldThatWasSeenOnAnotherPageDoesNotComeBackHoweverLateThisOneReadsOfIt) {
  const auto page = std::make_shared<Page>();
  world.add_conversation(kOne, "ana");
  signed_in(page);
  world.store.agents["ana"].notices["ent_due"].set_id("ent_due");
  world.store.agents["ana"].seen.insert("ent_due");
  ran_out("ent_due");
  happens(released());
  EXPECT_THAT(told(*page), IsEmpty());
}

TEST_F(HoldsTest, ThePageIsToldOnceWhatItsAgentMayChooseFrom) {
  const auto page = std::make_shared<Page>();
  signed_in(page);
  v1::AgentSessionResponse state;
  state.mutable_agent()->set_id("ana");
  state.mutable_choices()->add_queue_ids("claims");
  world.routing.streams.back()->push(state);
  settle();
  state.clear_choices();
  state.mutable_agent()->set_used_units(3);
  world.routing.streams.back()->push(state);
  settle();
  const auto works = frames(*page, &v1::ConsoleResponse::has_work);
  EXPECT_EQ(works.back().work().agent().used_units(), 3);
  EXPECT_EQ(std::ranges::count_if(works, [](const auto& frame) { return frame.work().has_choices(); }), 1);
  EXPECT_THAT(works.at(works.size() - 2).work().choices().queue_ids(), ElementsAre("claims"));
}

}  // namespace
}  // namespace hark::console
