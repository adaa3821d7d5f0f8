// What agents keep, what they are told of each other, and how their sessions end.
#include <gmock/gmock.h>

#include "console/service_fixture.h"

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AgentsTest : public ConsoleServiceTest {
 protected:
  static v1::ConsoleRequest save(std::int64_t revision, const std::string& text) {
    v1::ConsoleRequest request;
    auto& draft = *request.mutable_save_draft()->mutable_draft();
    draft.set_conversation_id(kOne);
    draft.set_entry_id("ent_1");
    draft.set_revision(revision);
    draft.set_text(text);
    return request;
  }
  static v1::ConsoleRequest note(const std::string& text, const std::string& whisper_to = {}) {
    v1::ConsoleRequest request;
    auto& call = *request.mutable_command()->mutable_add_note();
    call.set_idempotency_key("k");
    call.set_conversation_id(kOne);
    call.set_text(text);
    call.set_whisper_to(whisper_to);
    return request;
  }
  static v1::ConsoleRequest sign_out(bool everywhere) {
    v1::ConsoleRequest request;
    request.mutable_sign_out()->set_everywhere(everywhere);
    return request;
  }
};

// FIELD 33: a draft is lost when another agent changes the ticket, at a merge or a refresh.
TEST_F(AgentsTest, ADraftSurvivesARefreshAndAColleaguesChangeOfTheTicket) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  ask(connection, page, open(kOne));
  const auto kept = ask(connection, page, save(0, "Labdien")).draft_kept();
  EXPECT_FALSE(kept.conflict());
  EXPECT_EQ(kept.draft().revision(), 1);
  world.conversations.stored[kOne].conversation.mutable_ticket()->set_agent_id("ben");
  happens(FakeWorld::event(v1::EVENT_TYPE_TRANSFERRED, kOne));

  const auto fresh = std::make_shared<Page>();
  const auto opened = ask(signed_in(fresh), fresh, open(kOne)).conversation();
  ASSERT_EQ(opened.drafts_size(), 1);
  EXPECT_EQ(opened.drafts(0).text(), "Labdien");
  const auto other = std::make_shared<Page>();
  EXPECT_EQ(ask(signed_in(other, "ben"), other, open(kOne)).conversation().drafts_size(), 0);
}

TEST_F(AgentsTest, TwoTabsDoNotClobberEachOthersDraft) {
  world.add_conversation(kOne, "ana");
  const auto one = std::make_shared<Page>(), two = std::make_shared<Page>();
  const auto first = signed_in(one), second = signed_in(two);
  ask(first, one, save(0, "from one"));
  const auto told = frames(*two, &v1::ConsoleResponse::has_draft_kept);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].draft_kept().draft().text(), "from one");
  const auto behind = ask(second, two, save(0, "from two")).draft_kept();
  EXPECT_TRUE(behind.conflict());
  EXPECT_EQ(behind.draft().text(), "from one");
  EXPECT_FALSE(ask(second, two, save(1, "from two")).draft_kept().conflict());
}

TEST_F(AgentsTest, ADraftIsGoneEverywhereOnceItWasSent) {
  world.add_conversation(kOne, "ana");
  const auto one = std::make_shared<Page>(), two = std::make_shared<Page>();
  const auto first = signed_in(one);
  signed_in(two);
  ask(first, one, save(0, "to be sent"));
  two->got.clear();
  v1::ConsoleRequest reply;
  reply.mutable_command()->mutable_reply()->set_idempotency_key("k");
  reply.mutable_command()->mutable_reply()->set_entry_id("ent_1");
  EXPECT_TRUE(ask(first, one, reply).has_done());
  const auto told = frames(*two, &v1::ConsoleResponse::has_draft_kept);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].draft_kept().draft().text().empty());
  EXPECT_EQ(ask(first, one, open(kOne)).conversation().drafts_size(), 0);
}

TEST_F(AgentsTest, ADraftComesAlongWhenItsCustomerIsMergedIntoAnother) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  ask(connection, page, save(0, "Labdien"));
  world.add_conversation(kTwo, "ana").conversation.add_merged_customer_ids(kOne);
  const auto opened = ask(connection, page, open(kTwo)).conversation();
  ASSERT_EQ(opened.drafts_size(), 1);
  EXPECT_EQ(opened.drafts(0).text(), "Labdien");
  EXPECT_EQ(opened.drafts(0).conversation_id(), kTwo);
  auto goes_on = save(opened.drafts(0).revision(), "Labdien!");
  goes_on.mutable_save_draft()->mutable_draft()->set_conversation_id(kTwo);
  EXPECT_FALSE(ask(connection, page, goes_on).draft_kept().conflict());
  EXPECT_EQ(ask(connection, page, open(kTwo)).conversation().drafts_size(), 1);
}

TEST_F(AgentsTest, RefusesADraftThatIsTooLargeOrOfNoConversation) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  EXPECT_EQ(ask(connection, page, save(0, std::string(300 * 1024, 'x'))).failed().reason(), "TOO_LARGE");
  auto nowhere = save(0, "x");
  nowhere.mutable_save_draft()->mutable_draft()->set_conversation_id("nowhere");
  EXPECT_EQ(ask(connection, page, nowhere).failed().reason(), "INVALID_FIELD");
}

TEST_F(AgentsTest, AMentionIsBeforeTheAgentAtOnceOrWhenTheySignInUntilItIsSeen) {
  world.add_conversation(kOne, "ana");
  const auto ana = std::make_shared<Page>(), ben = std::make_shared<Page>();
  const auto author = signed_in(ana);
  const auto reader = signed_in(ben, "ben");
  auto words = note("@ben and @Samuel Rivers, look; not me@ana");
  words.mutable_command()->mutable_add_note()->add_mentions("sam");
  EXPECT_TRUE(ask(author, ana, words).has_done());
  auto told = frames(*ben, &v1::ConsoleResponse::has_notices);
  ASSERT_THAT(told, SizeIs(2)) << "none at sign-in, then this one";
  EXPECT_EQ(told[0].notices().notices_size(), 0);
  const auto& notice = told[1].notices().notices(0);
  EXPECT_EQ(notice.kind(), v1::ConsoleResponse::Notice::KIND_MENTION);
  EXPECT_EQ(notice.by_agent_id(), "ana");
  EXPECT_EQ(notice.conversation_id(), kOne);

  // The log tells every console of the same note.
  auto event = FakeWorld::event(v1::EVENT_TYPE_NOTED, kOne, 2);
  event.set_detail("ben sam");
  happens(event);
  EXPECT_THAT(frames(*ben, &v1::ConsoleResponse::has_notices), SizeIs(2)) << "the same notice is told once";

  const auto sam = std::make_shared<Page>();
  signed_in(sam, "sam");
  EXPECT_EQ(frames(*sam, &v1::ConsoleResponse::has_notices).at(0).notices().notices(0).id(), notice.id());
  v1::ConsoleRequest see;
  see.mutable_see_notices()->add_notice_ids(notice.id());
  EXPECT_TRUE(ask(reader, ben, see).has_done());
  const auto later = std::make_shared<Page>();
  signed_in(later, "ben");
  EXPECT_EQ(frames(*later, &v1::ConsoleResponse::has_notices).at(0).notices().notices_size(), 0);
}

TEST_F(AgentsTest, IsOfferedAnotherWayForAReplyThatItsVisitorDoesNotFetch) {
  auto& conversation = world.conversations.stored["con_1"].conversation;
  conversation.set_id("con_1");
  conversation.add_addresses()->set_address("chat:site:v1");
  auto& known = *conversation.add_addresses();
  known.set_address("mailto:ana@x.lv");
  const auto page = std::make_shared<Page>();
  signed_in(page);
  v1::Event event;
  event.set_type(v1::EVENT_TYPE_UNFETCHED);
  event.set_conversation_id("con_1");
  event.set_entry_id("ent_1");
  event.set_agent_id("ana");
  happens(event);
  EXPECT_THAT(frames(*page, &v1::ConsoleResponse::has_notices), SizeIs(1))
      << "nobody vouches for the address";

  known.set_verified(true);
  happens(event);
  const auto told = frames(*page, &v1::ConsoleResponse::has_notices);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].notices().notices(0).kind(), v1::ConsoleResponse::Notice::KIND_UNFETCHED);
  EXPECT_EQ(told[1].notices().notices(0).text(), "mailto:ana@x.lv");

  const auto colleague = std::make_shared<Page>();
  signed_in(colleague, "ben");
  conversation.mutable_ticket()->set_state(v1::TICKET_STATE_ASSIGNED);
  conversation.mutable_ticket()->set_agent_id("ben");
  happens(event);
  EXPECT_THAT(frames(*colleague, &v1::ConsoleResponse::has_notices), SizeIs(2)) << "who holds the ticket";
}

TEST_F(AgentsTest, HearsOfUnfetchedRepliesThatWereToldWhileThereWasNoConsoleUnlessTheyAreFetchedByNow) {
  const auto follows = std::ranges::find_if(world.events.streams, [](const auto& stream) {
    return stream->request.types_size() == 1 && stream->request.types(0) == v1::EVENT_TYPE_UNFETCHED;
  });
  ASSERT_NE(follows, world.events.streams.end());
  EXPECT_EQ((*follows)->request.since_ms(), to_ms(clock.now() - kUnfetchedLookBack));

  auto& stored = world.add_conversation(kOne, "ana");
  auto& known = *stored.conversation.add_addresses();
  known.set_address("mailto:ana@x.lv");
  known.set_verified(true);
  auto event = FakeWorld::event(v1::EVENT_TYPE_UNFETCHED, kOne);
  for (const auto* id : {"ent_fetched", "ent_waits"}) {
    auto& reply = stored.entries.emplace_back();
    reply.set_id(id);
    reply.set_delivery(reply.id() == "ent_waits" ? v1::DELIVERY_STATE_SENT : v1::DELIVERY_STATE_READ);
    reply.set_sequence(static_cast<std::int64_t>(stored.entries.size()));
    event.set_entry_id(reply.id());
    happens(event);
  }
  const auto page = std::make_shared<Page>();
  signed_in(page);
  const auto notices = frames(*page, &v1::ConsoleResponse::has_notices).at(0).notices();
  ASSERT_EQ(notices.notices_size(), 1);
  EXPECT_EQ(notices.notices(0).entry_id(), "ent_waits");
}

TEST_F(AgentsTest, TellsWhoElseIsHereAndWhoTypes) {
  world.add_conversation(kOne);
  const auto ana = std::make_shared<Page>(), ben = std::make_shared<Page>();
  const auto first = signed_in(ana);
  const auto second = signed_in(ben, "ben");
  EXPECT_EQ(ask(first, ana, open(kOne)).conversation().attention_size(), 0);
  const auto opened = ask(second, ben, open(kOne)).conversation();
  ASSERT_EQ(opened.attention_size(), 1);
  EXPECT_EQ(opened.attention(0).agent_id(), "ana");
  ana->got.clear();
  v1::ConsoleRequest type;
  type.mutable_type()->set_conversation_id(kOne);
  type.mutable_type()->set_typing(true);
  type.mutable_type()->set_account_id("web");
  ask(second, ben, type);
  auto told = frames(*ana, &v1::ConsoleResponse::has_attention);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].attention().typing());
  EXPECT_EQ(world.attention.streams.at(0)->told.back().account_id(), "web") << "for the customer's chat";

  v1::Attention customer;
  customer.set_conversation_id(kOne);
  customer.set_typing(true);
  world.attention.streams.at(0)->push(customer);
  settle();
  EXPECT_EQ(ana->got.back().attention().agent_id(), "");
  EXPECT_TRUE(ben->got.back().attention().typing());
  service.disconnect(second);
  settle();
  EXPECT_TRUE(ana->got.back().attention().gone());
  EXPECT_EQ(ana->got.back().attention().agent_id(), "ben");
}

TEST_F(AgentsTest, SigningOutEndsTheTokenAndEveryTabThatHasIt) {
  const auto page = std::make_shared<Page>(), tab = std::make_shared<Page>(),
             phone = std::make_shared<Page>();
  const auto connection = signed_in(page);
  const auto token = told_at_sign_in(*page).session_token();
  v1::ConsoleRequest by_token;
  by_token.mutable_sign_in()->set_session_token(token);
  ask(connect(tab), tab, by_token);
  signed_in(phone);
  EXPECT_TRUE(ask(connection, page, sign_out(false)).has_done());
  EXPECT_THAT(page->farewells, ElementsAre(Farewell::kDone));
  EXPECT_THAT(tab->farewells, ElementsAre(Farewell::kSignInAgain));
  EXPECT_THAT(phone->farewells, IsEmpty()) << "signed in by itself";
  const auto late = std::make_shared<Page>();
  EXPECT_EQ(ask(connect(late), late, by_token).failed().reason(), "UNAUTHENTICATED");
  by_token.mutable_sign_in()->set_session_token(told_at_sign_in(*tab).session_token());
  EXPECT_EQ(ask(connect(late), late, by_token).failed().reason(), "UNAUTHENTICATED")
      << "of the same session, though given later";
}

TEST_F(AgentsTest, SigningOutEverywhereOrANewPasswordEndsEverySession) {
  const auto page = std::make_shared<Page>(), phone = std::make_shared<Page>();
  const auto connection = signed_in(page);
  signed_in(phone);
  v1::ConsoleRequest by_token;
  by_token.mutable_sign_in()->set_session_token(told_at_sign_in(*phone).session_token());
  EXPECT_TRUE(ask(connection, page, sign_out(true)).has_done()) << "whoever asks is answered first";
  settle();
  EXPECT_THAT(phone->farewells, ::testing::Each(Farewell::kSignInAgain));
  EXPECT_FALSE(phone->farewells.empty());
  const auto late = std::make_shared<Page>();
  EXPECT_EQ(ask(connect(late), late, by_token).failed().reason(), "UNAUTHENTICATED");

  const auto again = std::make_shared<Page>();
  signed_in(again);
  auto agent = world.routing.agents["ana"];
  agent.set_session_generation(9);
  world.routing.change_agent(agent);
  settle();
  EXPECT_THAT(again->farewells, ElementsAre(Farewell::kSignInAgain));
}

TEST_F(AgentsTest, ASessionThatRoutingKnowsToBeOverEndsThoughTheDirectoryLagsBehind) {
  const auto page = std::make_shared<Page>();
  signed_in(page);
  v1::ConsoleRequest by_token;
  by_token.mutable_sign_in()->set_session_token(told_at_sign_in(*page).session_token());
  world.routing.agents["ana"].set_session_generation(9);  // and nobody who watches has heard of it
  const auto tab = std::make_shared<Page>();
  ask(connect(tab), tab, by_token);
  settle();
  EXPECT_THAT(tab->farewells, ElementsAre(Farewell::kSignInAgain));
}

// FIELD 35: a reconnect storm takes the service down because presence is broadcast to all about all.
TEST_F(AgentsTest, PresenceGoesOutAsDifferencesAndOnlyWhenSomethingIsDifferent) {
  const auto page = std::make_shared<Page>();
  signed_in(page);
  auto told = frames(*page, &v1::ConsoleResponse::has_directory);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].directory().full());
  EXPECT_EQ(told[0].directory().colleagues_size(), 3);
  EXPECT_EQ(told[0].directory().colleagues(1).name(), "Ben");
  page->got.clear();
  auto ben = world.routing.agents["ben"];
  ben.set_presence(v1::PRESENCE_AVAILABLE);
  world.routing.change_agent(ben);
  settle();
  told = frames(*page, &v1::ConsoleResponse::has_directory);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_FALSE(told[0].directory().full());
  ASSERT_EQ(told[0].directory().colleagues_size(), 1);
  EXPECT_EQ(told[0].directory().colleagues(0).presence(), v1::PRESENCE_AVAILABLE);
  world.routing.change_agent(ben);
  settle();
  EXPECT_THAT(frames(*page, &v1::ConsoleResponse::has_directory), SizeIs(1)) << "nothing new";
  ben.set_used_units(3);
  world.routing.change_agent(ben);
  settle();
  EXPECT_THAT(frames(*page, &v1::ConsoleResponse::has_directory), SizeIs(1))
      << "how busy somebody is changes with each ticket of everybody's";
}

TEST_F(AgentsTest, AFloodOfFramesIsRefusedAndThenTheConnectionIsClosed) {
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  v1::ConsoleRequest list;
  list.mutable_list_quarantine();
  int refused = 0;
  for (int i = 0; i < kFramesAtOnce; ++i) {
    if (ask(connection, page, list).has_failed()) ++refused;
  }
  EXPECT_EQ(refused, 1) << "signing in was a frame as well";
  EXPECT_THAT(page->farewells, IsEmpty());
  EXPECT_EQ(ask(connection, page, list).failed().reason(), "OVERLOADED");
  for (int i = 0; i < kRefusalsAtOnce; ++i) service.receive(connection, list);
  ASSERT_FALSE(page->farewells.empty());
  EXPECT_EQ(page->farewells[0], Farewell::kSignInAgain);
  clock.advance(Duration{1'000});
  const auto patient = std::make_shared<Page>();
  signed_in(patient);
}

TEST_F(AgentsTest, NamesEveryWayToReachTheCustomerAndWhoTheyWaitFor) {
  auto& item = world.add_conversation(kOne, "ana");
  item.conversation.clear_open_obligations();
  auto& address = *item.conversation.add_addresses();
  address.set_address("mailto:c@x.lv");
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  EXPECT_THAT(last_work(*page)->waiting_on_customer(), ElementsAre(kOne));
  const auto opened = ask(connection, page, open(kOne)).conversation();
  ASSERT_EQ(opened.reply_options_size(), 1);
  EXPECT_EQ(opened.reply_options(0).account_id(), "support");
  EXPECT_EQ(opened.reply_options(0).address(), "mailto:c@x.lv");
}

TEST_F(AgentsTest, AReplyNamesOnlyFilesThatAreThere) {
  world.add_conversation(kOne, "ana");
  const auto page = std::make_shared<Page>();
  const auto connection = signed_in(page);
  v1::ConsoleRequest request;
  auto& reply = *request.mutable_command()->mutable_reply();
  reply.set_idempotency_key("k");
  auto& file = *reply.add_attachments();
  file.set_file_name("a.pdf");
  file.mutable_blob()->set_id(std::string(64, 'c'));
  file.mutable_blob()->set_size_bytes(5);
  EXPECT_EQ(ask(connection, page, request).failed().reason(), "BLOB_NOT_FOUND");
  EXPECT_TRUE(world.conversations.commands.empty());
  world.blobs.pieces[file.blob().id()] = {"12345"};
  EXPECT_TRUE(ask(connection, page, request).has_done());
}

TEST_F(AgentsTest, OpensAConversationByOneOfItsTickets) {
  world.add_conversation(kOne);
  world.conversations.stored["tkt_1"] = world.conversations.stored[kOne];
  const auto page = std::make_shared<Page>();
  const auto opened = ask(signed_in(page), page, open("tkt_1"));
  EXPECT_EQ(opened.conversation().conversation().id(), kOne);
}

TEST_F(AgentsTest, WhatIsWantedOfACallIsWantedByWhoSignedInAndWhoIsAskedIsTold) {
  const auto page = std::make_shared<Page>(), bens = std::make_shared<Page>();
  const auto connection = signed_in(page);
  signed_in(bens, "ben");
  v1::ConsoleRequest request;
  request.mutable_control_call()->set_entry_id("ent_1");
  request.mutable_control_call()->set_action(v1::ControlCallRequest::ACTION_CONSULT);
  request.mutable_control_call()->set_agent_id("ben");
  request.mutable_control_call()->set_by_agent_id("sam");
  EXPECT_TRUE(ask(connection, page, request).has_done());
  EXPECT_TRUE(ask(connection, page, request).has_done());
  ASSERT_EQ(world.phone.wishes.size(), 2U);
  EXPECT_EQ(world.phone.wishes[0].by_agent_id(), "ana");
  int notices = 0;
  for (const auto& frame : frames(*bens, &v1::ConsoleResponse::has_notices))
    for (const auto& notice : frame.notices().notices()) {
      ++notices;
      EXPECT_EQ(notice.kind(), v1::ConsoleResponse::Notice::KIND_CONSULT);
      EXPECT_EQ(notice.by_agent_id(), "ana");
      EXPECT_EQ(notice.conversation_id(), "con_of_ent_1");
      EXPECT_EQ(notice.text(), "+37120000000");
    }
  EXPECT_EQ(notices, 1) << "asked twice for want of an answer, it is one notice";
  world.phone.refusal =
      Error{Code::kFailedPrecondition, Reason::kIllegalTransition, "ben is on another call"};
  EXPECT_EQ(ask(connection, page, request).failed().message(), "ben is on another call");
}

}  // namespace
}  // namespace hark::console
