#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Settings silent_after(Duration time) {
  Settings settings = test_settings();
  settings.channels[static_cast<std::size_t>(Channel::kEmail)].idle_after = time;
  return settings;
}

TEST(Capacity, AWokenConversationComesBackBeforeAnyNewOfferAndNeverOnTop) {
  Center c{silent_after(1min)};
  c.begin();
  c.agent("ana", {}, 2);
  for (const char* id : {"t1", "t2"}) {
    c.queue(id);
    c.accept_and_confirm(c.last_offer, 1);
  }
  c.fall_quiet("t1");
  c.wait(59s);
  EXPECT_EQ(c.router.agent("ana")->used_units, 2);
  c.wait(1s);
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
  EXPECT_EQ(c.router.explain("t1"), "held by ana, its customer is silent");
  c.queue("t3");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t4");
  c.write_again("t1");
  EXPECT_EQ(c.router.agent("ana")->used_units, 2) << "nothing on top";
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kWaking);
  c.tell(TicketClosed{"t2"});
  EXPECT_THAT(c.made(), IsEmpty()) << "the room is t1's";
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kActive);
  c.tell(TicketClosed{"t3"});
  EXPECT_THAT(c.made(), ElementsAre("t4>ana"));
}

/// Chats, then a mail, for an agent with room for far more.
struct OneWithACap : Center {
  OneWithACap(int own, int everybodys) : Center{at_most(everybodys)} {
    begin();
    AgentProfile ana{"ana", {}, 10};
    ana.caps[static_cast<std::size_t>(Channel::kChat)] = own;
    tell(AgentUpserted{ana});
    tell(AgentConnected{"ana", Presence::kAvailable});
    for (const char* id : {"c1", "c2", "c3"}) {
      chat(id);
      if (!made().empty()) accept_and_confirm(last_offer, 1);
    }
  }
  static Settings at_most(int chats) {
    Settings settings = test_settings();
    settings.channels[static_cast<std::size_t>(Channel::kChat)].tickets_max = chats;
    return settings;
  }
  void chat(const char* id) {
    Work chat = work(id);
    chat.channel = Channel::kChat;
    tell(TicketQueued{chat});
  }
  [[nodiscard]] std::vector<std::string> held() const { return router.agent("ana")->ticket_ids; }
};

TEST(Capacity, AnAgentsOwnCapHoldsForItsChannelAloneAndIsTold) {
  OneWithACap c{2, 0};
  EXPECT_THAT(c.held(), ElementsAre("c1", "c2"));
  EXPECT_THAT(c.router.explain("c3"), HasSubstr("at the most of this channel"));
  EXPECT_EQ(c.router.explain_fully("c3", 1)->candidates.at(0).text,
            "has 2 of at most 2 chat tickets (a cap of their own)");
  c.queue("mail");
  EXPECT_THAT(c.made(), ElementsAre("mail>ana"));
  c.tell(TicketClosed{"c1"});
  EXPECT_THAT(c.made(), ElementsAre("c3>ana"));
}

TEST(Capacity, OfAnAgentsCapAndEverybodysTheLowerHolds) {
  EXPECT_THAT((OneWithACap{2, 1}.held()), ElementsAre("c1"));
  EXPECT_THAT((OneWithACap{1, 2}.held()), ElementsAre("c1"));
  EXPECT_THAT((OneWithACap{0, 2}.held()), ElementsAre("c1", "c2"));
}

TEST(Capacity, ALoweredCapTakesOffersBackAndLeavesWork) {
  OneWithACap c{3, 0};
  AgentProfile ana = c.router.agent("ana")->profile;
  ana.caps[static_cast<std::size_t>(Channel::kChat)] = 4;
  c.tell(AgentUpserted{ana});
  c.chat("c4");
  EXPECT_THAT(c.made(), ElementsAre("c4>ana"));
  ana.caps[static_cast<std::size_t>(Channel::kChat)] = 1;
  c.tell(AgentUpserted{ana});
  EXPECT_THAT(c.router.offers_to("ana"), IsEmpty());
  EXPECT_THAT(c.held(), ElementsAre("c1", "c2", "c3"));
}

TEST(Capacity, AnAcceptedOffersUnitsAreNotFreeForAWokenConversationWhileItIsAssigned) {
  Center c{silent_after(1s)};
  c.begin();
  c.agent("ana", {}, 1);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.fall_quiet("t1");
  c.wait(1s);
  c.queue("t2");
  const Offer offer = c.last_offer;
  c.accept(offer);
  c.write_again("t1");
  c.tell(AssignmentConfirmed{offer.id, 1});
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kWaking);
  c.tell(TicketClosed{"t2"});
  EXPECT_EQ(c.router.ticket("t1")->load, Load::kActive);
}

/// Ana holds a mail whose customer comes by `channel`, while she is away or not.
std::vector<ReturnTicket> returned_when(Channel channel, Presence presence, Channel first = Channel::kEmail) {
  Center c;
  c.begin();
  c.agent("ana", {}, 9);
  Work work = Center::work("t1");
  work.channel = first;
  c.queue(work);
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(PresenceChanged{"ana", presence});
  c.hear("t1", [&](Work& news) { news.channel = channel; });
  return c.all<ReturnTicket>();
}

TEST(Capacity, ALiveCustomerWhoseAgentIsNotThereGoesToAnother) {
  const auto returned = returned_when(Channel::kChat, Presence::kAway);
  ASSERT_EQ(returned.size(), 1U);
  EXPECT_EQ(returned.front().why, "its customer came by chat, and ana is away");
  EXPECT_EQ(returned_when(Channel::kPhone, Presence::kAway).size(), 1U);
  EXPECT_EQ(returned_when(Channel::kPhone, Presence::kAway, Channel::kChat).size(), 1U);
}

TEST(Capacity, ALiveCustomerStaysWithAnAgentWhoIsThereAndACallThatEndsMovesNothing) {
  EXPECT_THAT(returned_when(Channel::kChat, Presence::kAvailable), IsEmpty());
  EXPECT_THAT(returned_when(Channel::kEmail, Presence::kAway, Channel::kPhone), IsEmpty());
  EXPECT_THAT(returned_when(Channel::kChat, Presence::kAway, Channel::kPhone), IsEmpty());
}

TEST(Capacity, WhoWaitsTooLongToComeBackIsGivenBack) {
  Center c{silent_after(1s)};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.fall_quiet("t1");
  c.wait(1s);
  c.queue("t2");
  c.accept_and_confirm(c.last_offer, 1);
  c.write_again("t1");
  c.wait(5min);
  EXPECT_EQ(c.all<ReturnTicket>().at(0).ticket_id, "t1");

  // It is theirs first; nobody has asked for them.
  Work back = Center::work("t1");
  back.assignment_token = 1;
  back.wanted_agent_id = "ana";
  c.queue(back);
  EXPECT_EQ(c.router.explain("t1"), "waits for ana, who had it");
  back.priority = 1;
  c.queue(back);
  EXPECT_EQ(c.router.explain("t1"), "waits for ana, who had it");
  c.tell(TicketClosed{"t2"});
  EXPECT_EQ(c.last_offer.ticket_id, "t1");
  EXPECT_EQ(c.last_offer.explanation, "had it before");
}

TEST(Capacity, WhoIsAskedForByNameIsNotWhoHadIt) {
  Center c;
  c.begin();
  c.agent("ana");
  c.agent("ben", {}, 0);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  Work passed = Center::work("t1");
  passed.assignment_token = 1;
  passed.wanted_agent_id = "ana";
  c.tell(PresenceChanged{"ana", Presence::kAway});
  c.queue(passed);
  EXPECT_EQ(c.router.explain("t1"), "waits for ana, who was asked for by name");
}

TEST(Capacity, EveryReplyBeginsTheSilenceAnew) {
  Center c{silent_after(1min)};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.fall_quiet("t1");
  c.wait(40s);
  c.fall_quiet("t1");
  c.wait(40s);
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
  c.wait(20s);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Capacity, OtherRulesOfSilenceHoldForWhatIsHeldAlready) {
  Center c{silent_after(1h)};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.fall_quiet("t1");
  c.wait(1min);
  c.tell(SettingsChanged{silent_after(30s)});
  c.wait(0s);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Presence, TakesOnlyTheChannelsThatItNames) {
  Center c;
  c.begin();
  c.agent("ana", {}, 5);
  c.tell(PresenceChanged{"ana", Presence::kAvailable, mask_of(Channel::kChat), "sam"});
  c.queue("mail");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_THAT(c.router.explain("mail"), HasSubstr("1 does not take this channel"));
  Work chat = Center::work("chat");
  chat.channel = Channel::kChat;
  c.queue(chat);
  EXPECT_THAT(c.made(), ElementsAre("chat>ana"));
}

}  // namespace
}  // namespace hark::routing
