#include "console/service.h"

#include <gmock/gmock.h>

#include "console/frame_fit.h"
#include "console/service_fixture.h"

namespace hark::console {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ConsoleServiceTest, SignsInByPasswordThenByTokenAndTellsTheServersTime) {
  const auto page = std::make_shared<Page>();
  const auto session = connect(page);
  const auto answer = ask(session, page, sign_in(" Ana ", "right"));
  ASSERT_TRUE(answer.has_signed_in());
  EXPECT_EQ(answer.signed_in().agent().id(), "ana");
  EXPECT_EQ(answer.signed_in().now_ms(), 1'800'000'000'000);
  v1::ConsoleRequest by_token;
  by_token.mutable_sign_in()->set_session_token(answer.signed_in().session_token());
  const auto other = std::make_shared<Page>();
  EXPECT_EQ(ask(connect(other), other, by_token).signed_in().agent().id(), "ana");
  clock.advance(std::chrono::hours{12});
  const auto late = std::make_shared<Page>();
  EXPECT_EQ(ask(connect(late), late, by_token).failed().reason(), "UNAUTHENTICATED");
}

TEST_F(ConsoleServiceTest, TellsWhatAccountsCanSendAsItIsNow) {
  const auto rules = [&] {
    const auto page = std::make_shared<Page>();
    return ask(connect(page), page, sign_in("ana", "right")).signed_in().setup().sending_rules_size();
  };
  EXPECT_EQ(rules(), 0);
  world.conversations.sending_rules.add_rules()->set_account_id("support");
  EXPECT_EQ(rules(), 0);  // asked a moment ago
  clock.advance(kSendingRulesFor);
  EXPECT_EQ(rules(), 1);
}

TEST_F(ConsoleServiceTest, SaysTheSameForAWrongPasswordAndAnUnknownLoginAndSlowsGuessing) {
  const auto page = std::make_shared<Page>();
  const auto session = connect(page);
  const auto wrong = ask(session, page, sign_in("ana", "wrong")).failed();
  const auto unknown = ask(session, page, sign_in("zed", "wrong")).failed();
  EXPECT_EQ(wrong.reason(), "UNAUTHENTICATED");
  EXPECT_EQ(wrong.message(), unknown.message());
  for (int i = 0; i < kSignInFailuresFree; ++i) ask(session, page, sign_in("ana", "wrong"));
  EXPECT_EQ(ask(session, page, sign_in("ana", "right")).failed().reason(), "OVERLOADED");
  clock.advance(Duration{2'000});
  EXPECT_TRUE(ask(session, page, sign_in("ana", "right")).has_signed_in());
}

TEST_F(ConsoleServiceTest, TellsItsObserverWhoTriedToSignIn) {
  const auto page = std::make_shared<Page>();
  const auto session = connect(page);
  ask(session, page, sign_in("Ana", "wrong"));
  ask(session, page, sign_in("ana", "right"));
  EXPECT_THAT(seen, ElementsAre("1 sessions", "ana from 10.0.0.1: UNAUTHENTICATED", "ana from 10.0.0.1: ok"));
}

TEST_F(ConsoleServiceTest, RefusesEverythingBeforeSignIn) {
  world.add_conversation(kOne);
  const auto page = std::make_shared<Page>();
  EXPECT_EQ(ask(connect(page), page, open(kOne)).failed().reason(), "UNAUTHENTICATED");
  EXPECT_EQ(world.conversations.timeline_reads.size(), 0U);
}

TEST_F(ConsoleServiceTest, TellsAnAgentTheirWorkAfterSignInAndWhenItMoves) {
  world.add_conversation(kOne, "ana");
  world.add_conversation(kTwo);
  const auto page = std::make_shared<Page>();
  signed_in(page);
  ASSERT_NE(last_work(*page), nullptr);
  ASSERT_EQ(last_work(*page)->assigned_size(), 1);
  EXPECT_EQ(last_work(*page)->assigned(0).id(), kOne);

  v1::AgentSessionResponse state;
  *state.mutable_agent() = world.routing.agents["ana"];
  state.add_offers()->set_id("off_1");
  world.routing.streams.back()->push(state);
  settle();
  EXPECT_EQ(last_work(*page)->offers(0).id(), "off_1");
  state.mutable_offers(0)->set_id("off_2");
  world.routing.streams.back()->push(state);
  settle();
  EXPECT_EQ(last_work(*page)->offers_size(), 2) << "a frame says what is new";
  state.clear_offers();
  state.add_gone_offer_ids("off_1");
  world.routing.streams.back()->push(state);
  settle();
  ASSERT_EQ(last_work(*page)->offers_size(), 1);
  EXPECT_EQ(last_work(*page)->offers(0).id(), "off_2");

  auto& ticket = *world.conversations.stored[kTwo].conversation.mutable_ticket();
  ticket.set_agent_id("ana");
  ticket.set_state(v1::TICKET_STATE_ASSIGNED);
  auto assigned = FakeWorld::event(v1::EVENT_TYPE_ASSIGNED, kTwo);
  assigned.set_agent_id("ana");
  happens(assigned);
  EXPECT_EQ(last_work(*page)->assigned_size(), 2);

  world.conversations.stored[kOne].conversation.mutable_ticket()->set_state(v1::TICKET_STATE_RESOLVED);
  world.conversations.stored[kOne].conversation.mutable_ticket()->clear_agent_id();
  happens(FakeWorld::event(v1::EVENT_TYPE_RESOLVED, kOne));
  ASSERT_EQ(last_work(*page)->assigned_size(), 1);
  EXPECT_EQ(last_work(*page)->assigned(0).id(), kTwo);
}

TEST_F(ConsoleServiceTest, TellsOnlyThePagesThatHaveAConversationOpenOrHold) {
  world.add_conversation(kOne, "ben");
  const auto ana = std::make_shared<Page>(), ben = std::make_shared<Page>(), idle = std::make_shared<Page>();
  const auto session = signed_in(ana);
  signed_in(ben, "ben");
  signed_in(idle);
  const auto opened = ask(session, ana, open(kOne));
  ASSERT_TRUE(opened.has_conversation());
  EXPECT_EQ(opened.conversation().entries_size(), 1);

  for (auto* page : {ana.get(), ben.get(), idle.get()}) page->got.clear();
  world.conversations.add_inbound(kOne, "again");
  happens(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2));
  ASSERT_EQ(ana->got.size(), 1U);
  EXPECT_EQ(ana->got[0].request_id(), 0);
  ASSERT_EQ(ana->got[0].conversation().entries_size(), 1) << "only what is new";
  EXPECT_EQ(ana->got[0].conversation().entries(0).sequence(), 2);
  ASSERT_EQ(ben->got.size(), 1U);
  EXPECT_EQ(ben->got[0].conversation().entries_size(), 0) << "held but not open: no entries";
  EXPECT_EQ(ben->got[0].conversation().conversation().last_sequence(), 2);
  EXPECT_TRUE(idle->got.empty());

  v1::ConsoleRequest close;
  close.mutable_close()->set_conversation_id(kOne);
  ask(session, ana, close);
  ana->got.clear();
  happens(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2));
  EXPECT_TRUE(ana->got.empty());
}

TEST_F(ConsoleServiceTest, ShowsObligationsThatAReplySettled) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  ask(signed_in(page), page, open(kOne));
  page->got.clear();
  auto& item = world.conversations.stored[kOne];
  item.entries[0].set_obligation(v1::OBLIGATION_STATE_ANSWERED);
  auto& reply = item.entries.emplace_back();
  reply.set_sequence(2);
  reply.set_id("ent_2");
  happens(FakeWorld::event(v1::EVENT_TYPE_REPLIED, kOne, 2));
  ASSERT_EQ(page->got.size(), 1U);
  ASSERT_EQ(page->got[0].conversation().entries_size(), 2);
  EXPECT_EQ(page->got[0].conversation().entries(0).obligation(), v1::OBLIGATION_STATE_ANSWERED);
}

TEST_F(ConsoleServiceTest, ReadsAgainWhatChangesWhileItReadsAndNeverTellsItOutOfOrder) {
  world.add_conversation(kOne);
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  Notifier gate{context.get_executor()};
  world.conversations.hold_reads = &gate;
  ask(session, page, open(kOne));
  gate.notify_all();  // the conversation is there; now its feed reads
  settle();
  world.conversations.add_inbound(kOne, "meanwhile");
  happens(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2));
  world.conversations.hold_reads = nullptr;
  page->got.clear();
  gate.notify_all();
  settle();
  ASSERT_EQ(page->got.size(), 2U);
  EXPECT_EQ(page->got[0].conversation().conversation().last_sequence(), 1);
  EXPECT_EQ(page->got[1].conversation().conversation().last_sequence(), 2);
}

TEST_F(ConsoleServiceTest, TellsAllObligationsWhereAPageHasAnEntryThatItsConversationDidNotCount) {
  const auto& known = world.add_conversation(kOne, "ana");
  auto& stored = world.conversations.stored[kOne];
  stored.conversation.add_addresses()->set_address("chat:site:1");
  const auto before = stored.conversation;
  const auto arrives = [&](std::int64_t sequence) {
    auto event = FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, sequence);
    event.set_ticket_id(known.conversation.ticket().id());
    *event.mutable_entry() = world.conversations.add_inbound(kOne, "more");
    event.mutable_entry()->mutable_sender()->set_address("chat:site:1");
    return event;
  };
  const auto between = arrives(2);
  stored.conversation = before;  // read a moment before its entries
  const auto page = std::make_shared<Page>();
  const auto opened = ask(signed_in(page), page, open(kOne)).conversation();
  ASSERT_EQ(opened.entries_size(), 2);
  ASSERT_EQ(opened.conversation().open_obligations_size(), 1);
  page->got.clear();
  happens(between);
  EXPECT_TRUE(page->got.empty()) << "it is before the page";
  stored.conversation.set_last_sequence(2);
  happens(arrives(3));
  ASSERT_EQ(page->got.size(), 1U);
  EXPECT_FALSE(page->got[0].conversation().only_new_obligations());
  EXPECT_EQ(page->got[0].conversation().conversation().open_obligations_size(), 3);
}

TEST_F(ConsoleServiceTest, ShowsAMessageThatItsEventCarriesWithoutAskingForIt) {
  const auto& known = world.add_conversation(kOne, "ana");
  auto& address = *world.conversations.stored[kOne].conversation.add_addresses();
  address.set_address("chat:site:1");
  const auto page = std::make_shared<Page>();
  ask(signed_in(page), page, open(kOne));
  page->got.clear();
  const auto reads = world.conversations.timeline_reads.size();
  for (const std::int64_t sequence : {2, 3}) {
    auto event = FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, sequence);
    event.set_ticket_id(known.conversation.ticket().id());
    auto& entry = *event.mutable_entry();
    entry = world.conversations.add_inbound(kOne, "more");
    entry.mutable_sender()->set_address("chat:site:1");
    happens(event);
  }
  happens(
      FakeWorld::event(v1::EVENT_TYPE_NOTED, kOne, 3));  // has to be asked for, and nothing is missing then
  ASSERT_EQ(page->got.size(), 3U);
  EXPECT_EQ(world.conversations.timeline_reads.size(), reads + 1);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& told = page->got[i].conversation();
    ASSERT_EQ(told.entries_size(), 1);
    EXPECT_EQ(told.entries(0).sequence(), i == 0 ? 2 : 3);
    EXPECT_EQ(told.conversation().last_sequence(), i == 0 ? 2 : 3);
    EXPECT_EQ(told.only_new_obligations(), i < 2) << "what was read is told in full";
    EXPECT_EQ(told.conversation().open_obligations_size(), i < 2 ? 1 : 3);
  }
}

TEST_F(ConsoleServiceTest, ShowsAMessageThatCameWhileTheConversationWasRead) {
  world.add_conversation(kOne);
  auto& address = *world.conversations.stored[kOne].conversation.add_addresses();
  address.set_address("chat:site:1");
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  Notifier gate{context.get_executor()};
  world.conversations.hold_reads = &gate;
  ask(session, page, open(kOne));
  gate.notify_all();  // the conversation is there; now its feed reads
  settle();
  auto event = FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 2);
  event.mutable_entry()->set_sequence(2);
  event.mutable_entry()->mutable_sender()->set_address("chat:site:1");
  happens(event);
  world.conversations.hold_reads = nullptr;
  page->got.clear();
  gate.notify_all();
  settle();
  ASSERT_EQ(page->got.size(), 2U);
  EXPECT_EQ(page->got[0].conversation().conversation().last_sequence(), 1);
  EXPECT_EQ(page->got[1].conversation().conversation().last_sequence(), 2);
  ASSERT_EQ(page->got[1].conversation().entries_size(), 1);
}

TEST_F(ConsoleServiceTest, SendsFreshStateToEveryOpenConversationAfterTheLogWasLost) {
  world.add_conversation(kOne);
  const auto page = std::make_shared<Page>();
  ask(signed_in(page), page, open(kOne));
  page->got.clear();
  const auto logs = world.events.streams.size();
  world.events.streams.back()->end();
  world.conversations.add_inbound(kOne, "missed by the log");
  settle();
  while (world.events.streams.size() == logs) context.run_one();
  settle();
  ASSERT_FALSE(page->got.empty());
  bool fresh = false;
  for (const auto& response : page->got) {
    fresh = fresh || (response.has_conversation() && response.conversation().entries_size() == 2);
  }
  EXPECT_TRUE(fresh);
}

TEST_F(ConsoleServiceTest, ComesBackToEverythingThatItFollowsWhenItsServicesRestart) {
  const auto page = std::make_shared<Page>();
  signed_in(page, "sam");  // a supervisor: the floor follows the log as well
  const auto logs = world.events.streams.size();
  EXPECT_EQ(logs, 4U) << "for open conversations, calls for attention, unfetched replies, the floor";
  const Status restarts = Error{Code::kUnavailable, Reason::kShuttingDown, "restarts"};
  for (const auto& stream : world.events.streams) stream->end(restarts);
  world.routing.watches.back()->end(restarts);
  world.routing.streams.back()->end(restarts);
  world.attention.streams.back()->end(restarts);
  context.restart();
  while (world.events.streams.size() < 2 * logs || world.routing.watches.size() < 2 ||
         world.routing.streams.size() < 2 || world.attention.streams.size() < 2) {
    context.run_one();
  }
  settle();
  EXPECT_EQ(world.events.streams.size(), 2 * logs) << "each once";
}

TEST_F(ConsoleServiceTest, ReportsAConversationThatIsNotThereAndDoesNotFollowIt) {
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  EXPECT_EQ(ask(session, page, open(kTwo)).failed().reason(), "CONVERSATION_NOT_FOUND");
  EXPECT_EQ(ask(session, page, open("con_nonsense")).failed().reason(), "INVALID_FIELD");
  EXPECT_TRUE(session->session->open.empty());
}

TEST_F(ConsoleServiceTest, FillsInTheAgentAndNeverPassesAFenceOn) {
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  v1::ConsoleRequest request;
  auto& transfer = *request.mutable_command()->mutable_transfer();
  transfer.set_idempotency_key("k1");
  transfer.set_agent_id("ben");
  transfer.set_fencing_token(99);
  EXPECT_TRUE(ask(session, page, request).has_done());
  ASSERT_EQ(world.routing.passed_on.size(), 1U);
  EXPECT_EQ(world.routing.passed_on[0].agent_id(), "ana");
  EXPECT_EQ(world.routing.passed_on[0].fencing_token(), 0);
}

TEST_F(ConsoleServiceTest, StartsAMailInTheNameOfWhoIsSignedIn) {
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  v1::ConsoleRequest request;
  auto& start = *request.mutable_command()->mutable_start();
  start.set_idempotency_key("k1");
  start.set_agent_id("ben");
  EXPECT_EQ(ask(session, page, request).done().entry().kind(), v1::ENTRY_KIND_STARTED);
  EXPECT_EQ(world.conversations.commands.at(0).start().agent_id(), "ana");
}

TEST_F(ConsoleServiceTest, WithdrawsACallBackInTheNameOfWhoIsSignedInAndForAReason) {
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  v1::ConsoleRequest request;
  auto& withdraw = *request.mutable_command()->mutable_withdraw_callback();
  withdraw.set_idempotency_key("k1");
  withdraw.set_agent_id("ben");
  EXPECT_EQ(ask(session, page, request).failed().reason(), "INVALID_FIELD");
  withdraw.set_reason("they wrote that it is done");
  EXPECT_TRUE(ask(session, page, request).has_done());
  EXPECT_EQ(world.conversations.commands.at(0).withdraw_callback().agent_id(), "ana");
}

TEST_F(ConsoleServiceTest, RequiresAnIdempotencyKeyForEveryCommand) {
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  std::vector<v1::ConsoleRequest::Command> all(8);
  all[0].mutable_reply();
  all[1].mutable_add_note();
  all[2].mutable_resolve();
  all[3].mutable_reopen();
  all[4].mutable_waive_obligation();
  all[6].mutable_start();
  all[5].mutable_transfer();
  all[7].mutable_withdraw_callback();
  for (const auto& command : all) {
    v1::ConsoleRequest request;
    *request.mutable_command() = command;
    EXPECT_EQ(ask(session, page, request).failed().reason(), "IDEMPOTENCY_KEY_MISSING");
  }
  v1::ConsoleRequest empty;
  empty.mutable_command();
  EXPECT_EQ(ask(session, page, empty).failed().reason(), "INVALID_FIELD");
  EXPECT_TRUE(world.conversations.commands.empty());
}

TEST_F(ConsoleServiceTest, PassesARefusalOnAndShowsWhatThePageHadMissed) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  ask(session, page, open(kOne));
  world.conversations.add_inbound(kOne, "newer");
  world.conversations.refusal = Error{Code::kAborted, Reason::kNewerEntries, "the customer wrote again"};
  page->got.clear();
  v1::ConsoleRequest request;
  request.mutable_command()->mutable_reply()->set_idempotency_key("k");
  const auto answer = ask(session, page, request);
  EXPECT_EQ(answer.failed().reason(), "NEWER_ENTRIES");
  EXPECT_EQ(answer.failed().message(), "the customer wrote again");
  bool shown = false;
  for (const auto& response : page->got) shown = shown || response.conversation().entries_size() == 2;
  EXPECT_TRUE(shown);
}

TEST_F(ConsoleServiceTest, AcceptsDeclinesAndSetsPresenceForTheAgentWhoSignedIn) {
  world.routing.offers["off_1"].set_id("off_1");
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  v1::ConsoleRequest accept, decline, presence;
  accept.mutable_accept_offer()->set_offer_id("off_1");
  EXPECT_EQ(ask(session, page, accept).done().assignment_token(), 7);
  accept.mutable_accept_offer()->set_offer_id("off_2");
  EXPECT_EQ(ask(session, page, accept).failed().reason(), "OFFER_EXPIRED");
  decline.mutable_decline_offer()->set_offer_id("off_1");
  decline.mutable_decline_offer()->set_reason("lunch");
  ask(session, page, decline);
  presence.mutable_set_presence()->set_presence(v1::PRESENCE_AVAILABLE);
  ask(session, page, presence);
  EXPECT_THAT(world.routing.log,
              ElementsAre("accept off_1 by ana", "accept off_2 by ana", "decline off_1 by ana: lunch",
                          "presence PRESENCE_AVAILABLE of ana"));
}

TEST_F(ConsoleServiceTest, WhoSitsBeforeAPageIsNotGoneBecauseRoutingWasAway) {
  world.routing.agents["ana"].set_presence(v1::PRESENCE_AVAILABLE);
  const auto page = std::make_shared<Page>();
  signed_in(page);
  world.routing.streams.at(0)->end();
  world.routing.agents["ana"].set_presence(v1::PRESENCE_OFFLINE);
  while (world.routing.streams.size() < 2) context.run_one();
  settle();
  EXPECT_EQ(world.routing.streams.at(1)->hello.agent_id(), "ana");
  EXPECT_THAT(world.routing.log, Contains("presence PRESENCE_AVAILABLE of ana"));
}

TEST_F(ConsoleServiceTest, WhatAnAgentBecameWhileRoutingWasAwayIsNewerThanWhatThePageKnew) {
  world.routing.agents["ana"].set_presence(v1::PRESENCE_AVAILABLE);
  const auto page = std::make_shared<Page>();
  signed_in(page);
  world.routing.streams.at(0)->end();
  world.routing.agents["ana"].set_presence(v1::PRESENCE_AWAY);
  while (world.routing.streams.size() < 2) context.run_one();
  settle();
  EXPECT_EQ(world.routing.streams.at(1)->hello.presence(), v1::PRESENCE_UNSPECIFIED);
  EXPECT_THAT(world.routing.log, IsEmpty());
}

TEST_F(ConsoleServiceTest, SendsAPageToTheSignInFormWhenItsAgentIsGone) {
  const auto page = std::make_shared<Page>();
  signed_in(page);
  world.routing.streams.at(0)->end(Error{Code::kNotFound, Reason::kAgentNotFound, "gone"});
  settle();
  EXPECT_THAT(page->farewells, ElementsAre(Farewell::kSignInAgain));
}

TEST_F(ConsoleServiceTest, LetsGoOfEverythingWhenThePageLeaves) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  ask(session, page, open(kOne));
  service.disconnect(session);
  settle();
  page->got.clear();
  happens(FakeWorld::event(v1::EVENT_TYPE_ACCEPTED, kOne, 1));
  EXPECT_TRUE(page->got.empty());
  EXPECT_EQ(service.sessions(), 0U);
  EXPECT_EQ(world.routing.streams.size(), 1U) << "no new stream for a page that left";
}

TEST_F(ConsoleServiceTest, PagesBackWithoutTheConversationsState) {
  world.add_conversation(kOne);
  for (int i = 0; i < 150; ++i) world.conversations.add_inbound(kOne, "more");
  const auto page = std::make_shared<Page>();
  const auto session = signed_in(page);
  const auto opened = ask(session, page, open(kOne)).conversation();
  ASSERT_EQ(opened.entries_size(), 100);
  v1::ConsoleRequest back;
  back.mutable_load_timeline()->set_conversation_id(kOne);
  back.mutable_load_timeline()->set_before_sequence(opened.entries(0).sequence());
  const auto older = ask(session, page, back).conversation();
  ASSERT_EQ(older.entries_size(), 51);
  EXPECT_EQ(older.entries(0).sequence(), 1);
  EXPECT_EQ(older.entries(50).sequence(), 51);
}

TEST(FrameFit, KeepsTheNewestEntriesAndCutsEndlessBodiesWithARemark) {
  google::protobuf::RepeatedPtrField<v1::Entry> entries;
  for (int i = 1; i <= 10; ++i) {
    auto& entry = *entries.Add();
    entry.set_sequence(i);
    for (int j = 0; j < 50'000; ++j) *entry.mutable_content()->mutable_text() += "\u0101";
    entry.mutable_content()->set_html(std::string(100'000, 'h'));
  }
  fit_into_frame(entries);
  ASSERT_EQ(entries.size(), 3);
  EXPECT_EQ(entries[2].sequence(), 10);
  EXPECT_EQ(entries[2].content().text().size(), kShownTextBytesMax);
  EXPECT_TRUE(entries[2].content().html().empty());
  EXPECT_THAT(entries[2].content().remarks(0), HasSubstr("64 KiB"));
  google::protobuf::RepeatedPtrField<v1::Entry> none;
  fit_into_frame(none);
  EXPECT_EQ(none.size(), 0);
}

}  // namespace
}  // namespace hark::console
