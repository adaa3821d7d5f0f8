// Capacity by topics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/core/router_fixture.h"

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Settings with_topics(std::vector<TopicRules> topics) {
  Settings settings = test_settings();
  settings.topics = std::move(topics);
  return settings;
}

/// Ana, who has room for two units; outages interrupt billing.
struct Labelled : Center {
  explicit Labelled(Settings settings = with_topics({{"outage", {"billing"}}}))
      : Center{std::move(settings)} {
    begin();
    agent("ana", {}, 2);
  }
  void come(const std::string& id, std::vector<std::string> topics, int units = 2) {
    Work ticket = work(id, {}, units);
    ticket.topics = std::move(topics);
    queue(ticket);
  }
  void take(const std::string& id, std::vector<std::string> topics, int units = 2) {
    come(id, std::move(topics), units);
    accept_and_confirm(last_offer, 1);
  }
  /// Somebody reads the ticket again.
  void find(const std::string& id, std::vector<std::string> topics) {
    const auto view = *router.ticket(id);
    Work news = view.work;
    news.topics = std::move(topics);
    if (view.standing == Standing::kHeld) {
      tell(TicketAssigned{news, view.agent_id});
    } else {
      tell(TicketQueued{news});
    }
  }
  [[nodiscard]] AgentView ana() const { return *router.agent("ana"); }
};

TEST(Labels, WorkOnAnInterruptedTopicStepsBackAndItsRoomIsNobodyElses) {
  Labelled c;
  c.take("bill", {"billing"});
  c.come("bill2", {"billing"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.take("down", {"outage"});
  EXPECT_EQ(c.ana().used_units, 2);
  c.come("down2", {"outage"});
  c.come("other", {}, 1);
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(TicketClosed{"bill"});
  EXPECT_THAT(c.made(), IsEmpty()) << "no bill during an outage";
  c.tell(TicketClosed{"down"});
  EXPECT_THAT(c.made(), ElementsAre("bill2>ana", "down2>ana")) << "in order, the second over the first";
}

TEST(Labels, WhatHasSteppedBackComesBackIntoItsOwnRoom) {
  Labelled c;
  c.take("bill", {"billing"});
  c.take("down", {"outage"});
  c.come("bill2", {"billing"}, 1);
  c.tell(TicketClosed{"down"});
  EXPECT_EQ(c.ana().used_units, 2) << "the bill is back";
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Labels, WhatIsInterruptedAndByWhatIsSaid) {
  Settings settings = with_topics({{"outage", {"billing"}}});
  settings.channels[static_cast<std::size_t>(Channel::kPhone)].interrupts = mask_of(Channel::kEmail);
  Labelled c{settings};
  c.take("bill", {"billing"});
  EXPECT_EQ(c.router.explain("bill"), "held by ana");
  c.take("down", {"outage"});
  EXPECT_EQ(c.router.explain("bill"), "held by ana, interrupted by a mail about outage");
  EXPECT_EQ(c.router.explain("down"), "held by ana");
  EXPECT_THAT(c.ana().interrupted_by, ElementsAre(Pair("bill", "a mail about outage")));
  Work call = Center::work("call", {}, 2);
  call.channel = Channel::kPhone;
  c.queue(call);
  EXPECT_THAT(c.made(), ElementsAre("call>ana"));
  EXPECT_EQ(c.router.explain("down"), "held by ana, interrupted by a call");
  EXPECT_EQ(c.ana().interrupted_by.at("down"), "a call");
  EXPECT_EQ(c.router.explain_fully("down", 0)->summary, "held by ana, interrupted by a call");
  c.tell(TicketClosed{"call"});
  c.tell(TicketClosed{"down"});
  EXPECT_THAT(c.ana().interrupted_by, IsEmpty());
}

TEST(Labels, AFullAgentIsExplainedByTheLabel) {
  Labelled c;
  c.take("down", {"outage"});
  c.come("bill", {"billing"});
  EXPECT_EQ(c.router.explain_fully("bill", 1)->candidates.at(0).text,
            "without room: 0 of 2 units free for email about billing, 2 needed");
}

TEST(Labels, AVerdictThatComesLaterOpensTheDoorToATicketThatWaits) {
  Labelled c;
  c.take("bill", {"billing"});
  c.come("t", {});
  EXPECT_THAT(c.made(), IsEmpty());
  c.find("t", {"outage"});
  EXPECT_THAT(c.made(), ElementsAre("t>ana"));
}

TEST(Labels, AVerdictOnAnOfferedTicketTakesItBackWhereItNoLongerFits) {
  Labelled c;
  c.take("bill", {"billing"});
  c.come("t", {"outage"});
  EXPECT_THAT(c.made(), ElementsAre("t>ana"));
  c.find("t", {});
  EXPECT_THAT(c.ended(), ElementsAre("t>ana withdrawn"));
  EXPECT_EQ(c.ana().used_units, 2);
}

TEST(Labels, AVerdictOnAnOfferedTicketThatStillFitsLeavesTheOffer) {
  Labelled c;
  c.come("t", {"outage"});
  c.find("t", {"billing"});
  EXPECT_THAT(c.ended(), IsEmpty());
  c.come("down", {"outage"});
  EXPECT_THAT(c.made(), ElementsAre("down>ana")) << "the offer steps back as what it is";
}

TEST(Labels, AVerdictOnAHeldTicketChangesWhatItStepsBackFor) {
  Labelled c;
  c.take("t", {});
  c.come("down", {"outage"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.find("t", {"billing"});
  EXPECT_THAT(c.made(), ElementsAre("down>ana"));
}

TEST(Labels, AHeldTicketThatShouldNotHaveInterruptedGoesToAnother) {
  Labelled c;
  c.take("bill", {"billing"});
  c.take("t", {"outage"});
  c.find("t", {"billing"});
  const auto back = c.all<ReturnTicket>();
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back.front().ticket_id, "t");
  EXPECT_EQ(back.front().why, "it is about something else than it seemed, and ana has no room for that");
}

TEST(Labels, UnitsThatChangeWhileItIsOfferedAreThoseThatItCosts) {
  Labelled c;
  c.come("t", {}, 1);
  c.come("u", {}, 1);
  Work news = c.router.ticket("t")->work;
  news.units = 2;
  c.tell(TicketQueued{news});
  EXPECT_THAT(c.ended(), ElementsAre("u>ana withdrawn")) << "what came last";
  EXPECT_EQ(c.offer_of("t").units, 2);
  EXPECT_EQ(c.ana().used_units, 2);
}

TEST(Labels, OtherRulesOfTopicsHoldForWhatIsThereAlready) {
  Labelled c{test_settings()};
  c.take("bill", {"billing"});
  c.come("down", {"outage"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(SettingsChanged{with_topics({{"outage", {"billing"}}})});
  EXPECT_THAT(c.made(), ElementsAre("down>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  EXPECT_EQ(c.ana().used_units, 2);
  c.tell(SettingsChanged{with_topics({{"billing", {"outage"}}})});
  EXPECT_EQ(c.router.explain("down"), "held by ana, interrupted by a mail about billing");
  c.come("bill2", {"billing"});
  EXPECT_THAT(c.made(), IsEmpty()) << "two units of bills are her capacity";
  c.tell(SettingsChanged{test_settings()});
  EXPECT_EQ(c.ana().used_units, 4) << "nothing steps back any more; what is held stays";
  c.tell(TicketClosed{"bill"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(TicketClosed{"down"});
  EXPECT_THAT(c.made(), ElementsAre("bill2>ana"));
}

TEST(Labels, AnOfferThatOtherRulesLeaveNoRoomForGoesBack) {
  Labelled c;
  c.take("bill", {"billing"});
  c.come("down", {"outage"});
  EXPECT_THAT(c.made(), ElementsAre("down>ana"));
  c.tell(SettingsChanged{test_settings()});
  EXPECT_THAT(c.ended(), ElementsAre("down>ana withdrawn"));
}

TEST(Labels, RulesAreTakenOnInSharesAndNobodyHasTooMuchMeanwhile) {
  Labelled c{test_settings()};
  constexpr int kMany = 3000;
  for (int i = 0; i < kMany; ++i) {
    const std::string id = "a" + std::to_string(i);
    c.agent(id, {}, 2);
    Work bill = Center::work("bill" + id, {}, 2);
    bill.topics = {i % 2 == 0 ? "billing" : "sales"};
    bill.assignment_token = 1;
    c.tell(TicketAssigned{bill, id});
  }
  c.tell(TicketAssigned{Center::work("hers", {}, 2), "ana"});
  for (int i = 0; i < 5; ++i) c.come("down" + std::to_string(i), {"outage"});
  c.tell(SettingsChanged{with_topics({{"outage", {"billing"}}})});
  int inputs = 0;
  for (; c.router.next_deadline() && *c.router.next_deadline() <= c.now; ++inputs) c.tell(TimePassed{});
  EXPECT_GT(inputs, 2) << "all at once";
  for (int i = 0; i < 5; ++i) {
    const auto ticket = *c.router.ticket("down" + std::to_string(i));
    ASSERT_EQ(ticket.standing, Standing::kOffered) << i;
    EXPECT_EQ(std::stoi(ticket.agent_id.substr(1)) % 2, 0) << "who has no bill has no room";
  }
}

}  // namespace
}  // namespace hark::routing
